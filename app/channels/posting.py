"""What becomes of a letter: posted on a day, or not needed any more."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from app.audit import trail
from app.channels import kinds
from app.channels.models import Letter, LetterState
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.outbox.writing import one_line
from app.users.models import User

LONGEST_NUMBER = 60
UNPOSTED = (LetterState.TO_PRINT, LetterState.PRINTED)


def post(letter: Letter, *, by: User | None, on: date, number: str = "") -> None:
    """It was posted on that day: whoever wrote it is told."""
    if on > clock.today(letter.company):
        raise Refused(_("A letter cannot have been posted on a day to come. Nothing was changed."))
    was = LetterState.PRINTED if by else LetterState.WITH_PROVIDER
    facts = {"posted_date": on, "posted_by_id": by.id if by else None, "tracking_number": _number(number)}
    _move(letter, was, state=LetterState.POSTED, **facts)
    trail.record(letter, by=by, act="posted", changes={"posted_date": [None, on]})
    kinds.tell(letter)


def track(letter: Letter, number: str, *, by: User) -> None:
    """Keep the number under which the post shows where it is; empty: none."""
    if letter.state is not LetterState.POSTED:
        raise Refused(_("This letter is not posted yet. Nothing was changed."))
    was, letter.tracking_number = letter.tracking_number, _number(number)
    trail.record(letter, by=by, act="tracking noted", changes={"tracking_number": [was, letter.tracking_number]})


def cancel(letter: Letter, *, by: User | None, why: str = "") -> None:
    """It is not to be posted: whoever wrote it is told."""
    _move(letter, *UNPOSTED, *(() if by else (LetterState.WITH_PROVIDER,)), state=LetterState.CANCELLED, note=why)
    trail.record(letter, by=by, act="cancelled", why=why)
    kinds.tell(letter)


def _number(typed: str) -> str:
    number = one_line(typed)
    if len(number) > LONGEST_NUMBER:
        said = _("A number of the post has at most %(count)s characters. Nothing was changed.", count=LONGEST_NUMBER)
        raise Refused(said)
    return number


def _move(letter: Letter, *was: LetterState, **values: object) -> None:
    """From one of these states; refused where somebody else was faster."""
    if not change_if(db.session, letter, Letter.state.in_(was), **values):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
