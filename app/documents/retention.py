"""How long the trash keeps things: removed slowly, in small numbers, and never what the law wants kept (SAFETY R17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select
from sqlalchemy.orm import joinedload

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.core.faultpoint import faultpoint
from app.documents.models import Document, TrashKind
from app.documents.trash import trash
from app.extensions import db
from app.users.models import Company, User

log = structlog.get_logger()
LONGEST_DAYS = 36500
LATEST = timedelta(days=92)
"""Whatever should have gone earlier than that, the timer leaves to a person: the clock may have jumped."""
PORTION = 200
"""So many are removed by one transaction: while it lasts, nobody else can write on SQLite."""
keeps: list[Callable[[], ColumnElement[bool]]] = []
"""What else must stay, such as a document in a live payment: tests on a row of `Document`; `pipeline` fills it."""
MOST, FEW, SHARE = 500, 5, 20
"""More than 500, or more than a twentieth of all documents (but for five), is unusual."""


def note_hold(document: Document) -> None:
    """Remember that it was once paid, matched, exported, sent or given to payment, even if that is undone later."""
    facts = (document.settled_minor, document.pay_date, document.exported_at, document.sent_at)
    if document.held_at is None and any(facts):
        document.held_at = clock.now()


def held() -> ColumnElement[bool]:
    """The one test of the legal hold, on a row of `Document`; it ends with a year, as books do."""
    first = clock.now().year - current_app.config["SETTINGS"].legal_hold_years
    facts = (Document.pay_date, Document.exported_at, Document.sent_at)
    is_bound = or_(Document.settled_minor != 0, *(fact.is_not(None) for fact in facts))
    unmarked = and_(Document.held_at.is_(None), is_bound)
    is_marked = and_(Document.held_at.is_not(None), Document.held_at >= datetime(max(first, 1), 1, 1, tzinfo=UTC))
    return or_(unmarked, is_marked, *(test() for test in keeps))


def is_held(document: Document) -> bool:
    """Does the law want this document kept?"""
    return db.session.scalar(select(Document.id).where(Document.id == document.id, held())) is not None


def held_among(documents: list[Document]) -> set[int]:
    """The ids of those among these that the law wants kept."""
    ids = [each.id for each in documents]
    return set(db.session.scalars(select(Document.id).where(Document.id.in_(ids), held()))) if ids else set()


def days_kept(company: Company) -> int | None:
    """After how many days the timer empties; None to keep, also where the number makes no sense."""
    days = company.trash_days
    if not company.trash_emptied or not isinstance(days, int) or not 1 <= days <= LONGEST_DAYS:
        return None
    return days


@dataclass
class Plan:
    """What the timer would do today in one company, and what it leaves alone."""

    due_count: int = 0
    overdue_count: int = 0
    is_unusual: bool = False

    @property
    def sentence(self) -> str:
        """Why something was kept; empty where nothing was."""
        if self.is_unusual:
            return _("%(count)d documents are due, unusually many: empty the trash by hand.", count=self.due_count)
        if self.overdue_count:
            return _(
                "%(count)d documents should have gone long ago: is the clock right? If it is, empty the trash by hand.",
                count=self.overdue_count,
            )
        return ""


def plan(company: Company) -> Plan:
    """What is due today, counted."""
    days = days_kept(company)
    if days is None:
        return Plan()
    limit = clock.now() - timedelta(days=days)
    recent = func.count(case((Document.trashed_at >= limit - LATEST, 1)))
    old = _removable(company).where(Document.trashed_at < limit).with_only_columns(recent, func.count())
    due_count, old_count = db.session.execute(old).one()
    return Plan(due_count, old_count - due_count, _is_unusual(company, due_count))


def _removable(company: Company) -> Select[tuple[Document]]:
    """What lies in the trash and is not held."""
    return select(Document).where(Document.company_id == company.id, Document.trashed_at.is_not(None), ~held())


def _is_unusual(company: Company, count: int) -> bool:
    if count <= FEW:
        return False
    everything = db.session.scalar(select(func.count(Document.id)).where(Document.company_id == company.id)) or 0
    return count > MOST or count * SHARE > everything


def empty_by_timer(company: Company) -> int:
    """Remove what is due, or say why not; how many went."""
    planned = plan(company)
    if planned.is_unusual:
        log.warning("trash.stopped", company=company.id, due=planned.due_count)
        trail.record(
            company, by=None, act="trash not emptied", why="unusual", changes={"due": [None, planned.due_count]}
        )
        return 0
    removed = _remove(_due(company), by=None, why="timer") if planned.due_count else 0
    if planned.overdue_count:
        _note(company, None, removed, "overdue", overdue=[None, planned.overdue_count])
    elif removed:
        _note(company, None, removed)
    return removed


def _due(company: Company) -> Select[tuple[Document]]:
    """What the timer removes today."""
    limit = clock.now() - timedelta(days=days_kept(company) or LONGEST_DAYS)
    return _removable(company).where(Document.trashed_at < limit, Document.trashed_at >= limit - LATEST).limit(MOST)


def in_trash(company: Company) -> tuple[int, int]:
    """How many *Empty now* would remove, and how many the law keeps."""
    kept = func.count(case((held(), 1)))
    mine = (Document.company_id == company.id, Document.trashed_at.is_not(None))
    everything, kept_count = db.session.execute(select(func.count(), kept).where(*mine)).one()
    return everything - kept_count, kept_count


def last_emptied(company: Company) -> AuditEntry | None:
    """When something was last removed from its trash, by whom, and how much."""
    query = AuditEntry.about(company).where(AuditEntry.act == "trash emptied").limit(1)
    return db.session.scalars(query).first()


def empty_now(company: Company, *, by: User | None, until: datetime) -> int:
    """Remove a portion of what lay in the trash then and is not held, as an admin asked; how many went."""
    query = _removable(company).where(Document.trashed_at <= until).order_by(Document.trashed_at, Document.id)
    removed = _remove(query.limit(PORTION), by=by, why="emptied by hand")
    if removed:
        _note(company, by, removed)
    return removed


def _note(company: Company, by: User | None, removed: int, why: str = "", **more: list[int | None]) -> None:
    trail.record(company, by=by, act="trash emptied", why=why, changes={"removed": [None, removed], **more})


def _remove(query: Select[tuple[Document]], *, by: User | None, why: str) -> int:
    """Remove these for good by one statement, but for those that were restored a moment ago; how many went."""
    found = list(db.session.scalars(query.options(joinedload(Document.counterparty))))
    still = delete(Document).where(
        Document.id.in_([each.id for each in found]), Document.trashed_at.is_not(None), ~held()
    )
    still = still.returning(Document.id).execution_options(synchronize_session=False)
    gone = set(db.session.scalars(still))
    faultpoint("purge.removed")
    for each in found:
        if each.id in gone:
            _note_gone(each, by, why)
    db.session.flush()
    for each in found:
        db.session.expunge(each)
    return len(gone)


def _note_gone(document: Document, by: User | None, why: str) -> None:
    gone = {"number": document.number, "label": document.label, "counterparty": document.party_name}
    gone |= {"gross_minor": document.gross_minor, "currency": document.currency}
    trail.record(document, by=by, act="purged", why=why, changes={name: [was, None] for name, was in gone.items()})


def delete_by_hand(document: Document, *, by: User, why: str = "") -> bool:
    """To the trash; for good where the company has none, unless the law keeps it. True where it is gone for good."""
    if document.company.trash_enabled:
        trash(document, by=by, why=why)
        return False
    if is_held(document):
        trash(document, by=by, kind=TrashKind.KEPT, why=why)
        return False
    trash(document, by=by, why=why)
    return purge(document, by=by, why=why or "no trash")


def purge(document: Document, *, by: User | None, why: str) -> bool:
    """Remove it for good; its line in the trail stays, and so do its bytes where the mail log or others use them.

    False where it was restored a moment ago.
    """
    if is_held(document):
        raise Refused(_("It was paid, matched, exported or sent: the law wants it kept."))
    return bool(_remove(select(Document).where(Document.id == document.id), by=by, why=why))
