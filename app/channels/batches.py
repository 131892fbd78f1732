"""Print batches: the letters that wait, in one PDF for the printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext as _

from app.audit import trail
from app.channels import jobs, kinds, posting
from app.channels.models import Letter, LetterState, PrintBatch
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User

MOST_LETTERS, MOST_PAGES, MOST_BYTES = 200, 600, 40_000_000
"""Of one batch; what is beyond waits for the next. The reader joins no more at once."""


def make(company: Company, *, by: User, is_double_sided: bool = False) -> tuple[PrintBatch | None, list[Letter]]:
    """A batch of the letters that wait and `by` may see, oldest first, and those that are not needed any more.

    None where no letter is left.
    """
    waiting = Letter.visible_to(by).where(Letter.company_id == company.id, Letter.state == LetterState.TO_PRINT)
    found = db.session.scalars(waiting.order_by(Letter.id).limit(MOST_LETTERS)).all()
    left_out = [letter for letter in found if _is_left_out(letter)]
    taken = list(_fitting([letter for letter in found if letter not in left_out]))
    if not taken:
        return None, left_out
    batch = PrintBatch(company_id=company.id, is_double_sided=is_double_sided, created_by=by)
    db.session.add(batch)
    db.session.flush()
    for letter in taken:
        still = Letter.state == LetterState.TO_PRINT
        if not change_if(db.session, letter, still, state=LetterState.PRINTED, batch_id=batch.id):
            raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(batch, by=by, act="print batch made", changes={"letters": [0, len(taken)]})
    jobs.bind_letters.later(batch.id, key=f"bind:{batch.id}")
    return batch, left_out


def _is_left_out(letter: Letter) -> bool:
    """What happened since it was written may mean that it is not needed (SAFETY S52)."""
    why = kinds.why_not(letter)
    if why:
        posting.cancel(letter, by=None, why=why)
    return bool(why)


def _fitting(letters: Sequence[Letter]) -> Iterator[Letter]:
    """As many as one file may hold, the first in any case."""
    pages = size = 0
    for place, letter in enumerate(letters):
        pages, size = pages + letter.page_count + letter.page_count % 2, size + letter.file.size
        if place and (pages > MOST_PAGES or size > MOST_BYTES):
            return
        yield letter


def post(batch: PrintBatch, *, by: User, on: date, numbers: dict[int, str] | None = None) -> int:
    """All that is still to post of it was posted on that day; how many. Numbers of the post by id of the letter."""
    waiting = [letter for letter in batch.letters if letter.state is LetterState.PRINTED]
    if not waiting:
        raise Refused(_("No letter of this batch is to be posted. Nothing was changed."))
    for letter in waiting:
        posting.post(letter, by=by, on=on, number=(numbers or {}).get(letter.id, ""))
    return len(waiting)


def cancel(batch: PrintBatch, *, by: User) -> None:
    """What was not posted of it waits for the printer again."""
    waiting = [letter for letter in batch.letters if letter.state is LetterState.PRINTED]
    if not waiting or not change_if(db.session, batch, PrintBatch.cancelled_at.is_(None), cancelled_at=clock.now()):
        raise Refused(_("Nothing of this batch can be taken back. Nothing was changed."))
    for letter in waiting:
        still = (Letter.state == LetterState.PRINTED, Letter.batch_id == batch.id)
        if not change_if(db.session, letter, *still, state=LetterState.TO_PRINT, batch_id=None):
            raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(batch, by=by, act="print batch cancelled", changes={"letters": [len(waiting), 0]})
