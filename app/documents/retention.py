"""How long the trash keeps things: removed slowly, in small numbers, and never what the law wants kept (SAFETY R17)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select

from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.core.faultpoint import faultpoint
from app.documents.models import Document
from app.documents.trash import trash
from app.extensions import db
from app.users.models import Company, User

log = structlog.get_logger()
HOLD = timedelta(days=3653)
"""Ten years: what was paid, matched, exported or sent stays that long."""
LONGEST_DAYS = 36500
LATEST = timedelta(days=366)
"""Whatever should have gone earlier than that, the timer leaves to a person: the clock may have jumped."""
MOST, FEW, SHARE = 500, 5, 20
"""More than 500, or more than a twentieth of all documents (but for five), is unusual."""


def note_hold(document: Document) -> None:
    """Remember that it was once paid, matched or given to payment, even if that is undone later."""
    if document.held_at is None and (document.settled_minor or document.pay_date):
        document.held_at = clock.now()


def held() -> ColumnElement[bool]:
    """The one test of the legal hold, on a row of `Document`."""
    unmarked = and_(Document.held_at.is_(None), or_(Document.settled_minor != 0, Document.pay_date.is_not(None)))
    return or_(unmarked, and_(Document.held_at.is_not(None), Document.held_at > clock.now() - HOLD))


def is_held(document: Document) -> bool:
    """Does the law want this document kept?"""
    return db.session.scalar(select(Document.id).where(Document.id == document.id, held())) is not None


def days_kept(company: Company) -> int | None:
    """After how many days the timer empties; None to keep, also where the number makes no sense."""
    days = company.trash_days
    if not company.trash_emptied or not isinstance(days, int) or not 1 <= days <= LONGEST_DAYS:
        return None
    return days


@dataclass
class Plan:
    """What the timer would do today in one company, and what it leaves alone."""

    due: list[Document] = field(default_factory=list)
    overdue_count: int = 0
    is_unusual: bool = False

    @property
    def sentence(self) -> str:
        """Why something was kept; empty where nothing was."""
        if self.is_unusual:
            return _("%(count)d documents are due, unusually many: empty the trash by hand.", count=len(self.due))
        if self.overdue_count:
            return _("%(count)d documents should have gone long ago: is the clock right?", count=self.overdue_count)
        return ""


def plan(company: Company) -> Plan:
    """What is due today."""
    days = days_kept(company)
    if days is None:
        return Plan()
    limit = clock.now() - timedelta(days=days)
    old = select(Document).where(Document.company_id == company.id, Document.trashed_at < limit, ~held())
    recent = Document.trashed_at >= limit - LATEST
    due = list(db.session.scalars(old.where(recent).order_by(Document.id)))
    overdue = db.session.scalar(select(func.count()).select_from(old.where(~recent).subquery()))
    return Plan(due, overdue or 0, _is_unusual(company, len(due)))


def _is_unusual(company: Company, count: int) -> bool:
    if count <= FEW:
        return False
    everything = db.session.scalar(select(func.count(Document.id)).where(Document.company_id == company.id)) or 0
    return count > MOST or count * SHARE > everything


def empty_by_timer(company: Company) -> int:
    """Remove what is due, or say why not; how many went."""
    planned = plan(company)
    if planned.is_unusual:
        log.warning("trash.stopped", company=company.id, due=len(planned.due))
        trail.record(company, by=None, act="trash not emptied", why=planned.sentence)
        return 0
    removed = sum(purge(document, by=None, why="timer") for document in planned.due)
    if removed or planned.overdue_count:
        _note(company, None, removed, planned.sentence)
    return removed


def in_trash(company: Company) -> tuple[int, int]:
    """How many *Empty now* would remove, and how many the law keeps."""
    kept = func.count(case((held(), 1)))
    mine = (Document.company_id == company.id, Document.trashed_at.is_not(None))
    everything, kept_count = db.session.execute(select(func.count(), kept).where(*mine)).one()
    return everything - kept_count, kept_count


def empty_now(company: Company, *, by: User) -> int:
    """Remove all that is in the trash and not held; an admin asked for it."""
    query = select(Document).where(Document.company_id == company.id, Document.trashed_at.is_not(None), ~held())
    removed = sum(purge(document, by=by, why="emptied by hand") for document in list(db.session.scalars(query)))
    _note(company, by, removed, "")
    return removed


def _note(company: Company, by: User | None, removed: int, why: str) -> None:
    trail.record(company, by=by, act="trash emptied", why=why, changes={"removed": [None, removed]})


def delete_by_hand(document: Document, *, by: User, why: str = "") -> bool:
    """To the trash; for good where the company has none, unless the law keeps it. True where it is gone for good."""
    if document.company.trash_enabled:
        trash(document, by=by, why=why)
        return False
    if is_held(document):
        reason = _("Kept although there is no trash: it was paid, matched, exported or sent.")
        trash(document, by=by, why=f"{why} {reason}".strip())
        return False
    trash(document, by=by, why=why)
    return purge(document, by=by, why=why or "no trash")


def purge(document: Document, *, by: User | None, why: str) -> bool:
    """Remove it for good; its line in the trail stays, and so do its bytes where the mail log or others use them.

    False where it was restored a moment ago.
    """
    gone = {"number": document.number, "label": document.label, "counterparty": document.party_name}
    gone |= {"gross_minor": document.gross_minor, "currency": document.currency}
    if is_held(document):
        raise Refused(_("It was paid, matched, exported or sent: the law wants it kept."))
    still = delete(Document).where(Document.id == document.id, Document.trashed_at.is_not(None), ~held())
    if not db.session.execute(still.execution_options(synchronize_session=False)).rowcount:
        return False
    faultpoint("purge.removed")
    trail.record(document, by=by, act="purged", why=why, changes={name: [was, None] for name, was in gone.items()})
    db.session.flush()
    db.session.expunge(document)
    return True
