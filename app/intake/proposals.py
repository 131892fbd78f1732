"""Which invoice each waiting file is proposed for, as the person who looks sees the invoices (SPEC IN-9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.core.errors import Refused
from app.documents.models import Direction, Document, DocumentFile, FileRole, key_of
from app.extensions import db
from app.intake.number_match import in_name, in_text, keys_of_name, keys_of_text
from app.intake.waiting import WaitingFile
from app.users.models import Company, User
from app.web.filters import amount, day

MOST_SHOWN = 500
MOST_FOUND = 20
KEYS_AT_ONCE = 2000
MARK = " · "


@dataclass
class Proposal:
    """A waiting file, the invoices its number may stand for, and the one that is proposed."""

    waiting: WaitingFile
    by: str = ""
    """Where the number was found: `name` or `text`."""
    fitting: list[Document] = field(default_factory=list)
    """Those with the longest number found; where some have no file, only these."""
    has_file: bool = False
    """Do all of them have their file already?"""
    chosen: Document | None = None
    is_second: bool = False
    """Another file of the list is proposed for the same invoice."""

    @property
    def is_listed(self) -> bool:
        """On the list to confirm; else it stands in the waiting queue."""
        return bool(self.fitting) and not self.has_file


def all_of(user: User, company: Company, direction: Direction) -> list[Proposal]:
    """The newest waiting files, oldest first, each with what is proposed for it."""
    mine = WaitingFile.visible_to(user).where(WaitingFile.company_id == company.id, WaitingFile.direction == direction)
    rows = list(db.session.scalars(mine.order_by(WaitingFile.id.desc()).limit(MOST_SHOWN)))[::-1]
    found = {row.id: Proposal(row) for row in rows}
    invoices = invoices_of(user, company, direction)
    _look(found, invoices, "name", lambda row: keys_of_name(row.name), lambda no, row: in_name(no, row.name))
    unnamed = {row_id: each for row_id, each in found.items() if not each.fitting}
    _look(unnamed, invoices, "text", lambda row: keys_of_text(row.text or ""), lambda no, row: in_text(no, row.text))
    _choose(found.values())
    return list(found.values())


def invoices_of(user: User, company: Company, direction: Direction) -> Select[tuple[Document]]:
    """The invoices a file may belong to, as far as `user` may know about them."""
    mine = Document.visible_to(user).where(Document.company_id == company.id, Document.direction == direction)
    return mine.where(Document.trashed_at.is_(None), Document.number_key != "")


def _look(
    proposals: dict[int, Proposal],
    invoices: Select[tuple[Document]],
    by: str,
    keys_of: Callable[[WaitingFile], Iterable[str]],
    holds: Callable[[str, WaitingFile], bool],
) -> None:
    """Find the invoices with the longest number that a file holds: asked for by all numbers it may hold."""
    keys = {row_id: set(keys_of(each.waiting)) for row_id, each in proposals.items()}
    known = _by_key(invoices, set().union(*keys.values()))
    for row_id, each in proposals.items():
        meant = [one for key in keys[row_id] & known.keys() for one in known[key]]
        held = [one for one in meant if holds(one.number, each.waiting)]
        longest = max((len(one.number_key) for one in held), default=0)
        each.fitting = sorted((one for one in held if len(one.number_key) == longest), key=lambda one: one.id)
        each.by = by if held else ""


def _by_key(invoices: Select[tuple[Document]], keys: set[str]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    query = invoices.options(joinedload(Document.counterparty))
    wanted = sorted(keys)
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        some = wanted[start : start + KEYS_AT_ONCE]
        for document in db.session.scalars(query.where(Document.number_key.in_(some))):
            found.setdefault(document.number_key, []).append(document)
    return found


def _choose(proposals: Iterable[Proposal]) -> None:
    """One invoice without a file is proposed; several are listed; what another file is proposed for is only named."""
    proposals, taken = list(proposals), set[int]()
    with_file = having_file({one.id for each in proposals for one in each.fitting})
    for each in proposals:
        without = [one for one in each.fitting if one.id not in with_file]
        each.has_file = bool(each.fitting) and not without
        each.fitting = without or each.fitting
        if len(without) == 1:
            each.is_second = without[0].id in taken
            each.chosen = None if each.is_second else without[0]
            taken.add(without[0].id)


def having_file(ids: set[int]) -> set[int]:
    """Which of these documents have an original."""
    query = select(DocumentFile.document_id).where(DocumentFile.role == FileRole.ORIGINAL)
    return set(db.session.scalars(query.where(DocumentFile.document_id.in_(ids)))) if ids else set()


# --- Naming an invoice ----------------------------------------------------------------------------


def named(user: User, company: Company, direction: Direction, words: str) -> list[Document]:
    """Those to choose from while `words` are typed: whose number holds them."""
    number = key_of(words.split(MARK, maxsplit=1)[0])
    if not number:
        return []
    query = invoices_of(user, company, direction).options(joinedload(Document.counterparty))
    query = query.where(Document.number_key.contains(number, autoescape=True))
    return list(db.session.scalars(query.order_by(Document.number_key, Document.id).limit(MOST_FOUND)))


def label(document: Document) -> str:
    """What tells an invoice from others: number, party, day, amount."""
    facts = (document.number, document.party_name, day(document.issue_date))
    return MARK.join(each for each in (*facts, amount(document.gross_minor, document.currency)) if each)


def meant(user: User, company: Company, direction: Direction, words: str) -> Document:
    """The one invoice that these words name: its number, or its whole label."""
    number = words.split(MARK, maxsplit=1)[0]
    query = invoices_of(user, company, direction).where(Document.number_key == key_of(number))
    found = list(db.session.scalars(query.order_by(Document.id).limit(MOST_FOUND))) if key_of(number) else []
    if len(found) > 1:
        found = [one for one in found if label(one) == words] or found
    if not found:
        raise Refused(_("No invoice has the number “%(number)s”.", number=words[:100]))
    if len(found) > 1:
        raise Refused(_("Several invoices have the number “%(number)s”: choose one of the list.", number=words[:100]))
    return found[0]
