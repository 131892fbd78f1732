"""Which documents go to the accountant, and why the others wait (SPEC AC-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, not_, or_, select, true

from app.accounting.kinds import GOES, Journal, Ready
from app.accounting.models import Sharing
from app.accounting.run_models import Export
from app.core import clock
from app.documents.kinds import Direction, Kind, Status
from app.documents.models import Document
from app.documents.wanted import DECIDED, UNSENT
from app.extensions import db


class Wait(StrEnum):
    """Why a document does not go yet, or never will; of several the first."""

    START_DATE = "start_date"
    NOT_SHARED = "not_shared"
    NOT_READY = "not_ready"
    UNSENT = "unsent"
    DELAYED = "delayed"

    @property
    def label(self) -> Any:
        return {
            "start_date": _("Excluded by start date"),
            "not_shared": _("Journal not shared"),
            "not_ready": _("Not ready yet"),
            "unsent": _("To be sent to its customer first"),
            "delayed": _("Its delay is not over"),
        }[self]


JOURNALS: dict[Journal, ColumnElement[bool]] = {
    Journal.SALES: and_(Document.direction == Direction.SALE, Document.kind == Kind.INVOICE),
    Journal.CREDIT_NOTES: and_(Document.direction == Direction.SALE, Document.kind == Kind.CREDIT_NOTE),
    Journal.PURCHASES: Document.direction == Direction.PURCHASE,
}
"""What belongs to each journal: `journal_of` as a test on a row."""


def candidates(sharing: Sharing, journal: Journal | None = None) -> Select[tuple[Document]]:
    """What the next run takes, in its order: what was refused before comes last, then by issue date."""
    query = _open(sharing).where(*(not_(test) for _wait, test in _tests(sharing)))
    if journal:
        query = query.where(JOURNALS[journal])
    was_refused = case((Export.delivery_id.is_not(None) & Export.is_again.is_(False), 1), else_=0)
    return query.order_by(was_refused, Document.issue_date, Document.id)


def those(sharing: Sharing, wait: Wait) -> Select[tuple[Document]]:
    """What waits for this reason."""
    return _open(sharing).where(_reason(sharing) == wait.value).order_by(Document.issue_date.desc(), Document.id.desc())


def waiting(sharing: Sharing) -> dict[Wait, int]:
    """How many wait, by reason."""
    reason = _reason(sharing)
    counted = _open(sharing).with_only_columns(reason, func.count()).where(reason != "").group_by(reason)
    return {Wait(key): count for key, count in db.session.execute(counted)}


def wait_of(document: Document, sharing: Sharing) -> Wait | None:
    """Why this one does not go yet; None where the next run takes it, or where it is through."""
    asked = _open(sharing).with_only_columns(_reason(sharing)).where(Document.id == document.id)
    reason = db.session.scalar(asked)
    return Wait(reason) if reason else None


def goes(document: Document, sharing: Sharing) -> bool:
    """Would a run take it now?"""
    asked = candidates(sharing).with_only_columns(Document.id).where(Document.id == document.id)
    return db.session.scalar(asked) is not None


def still_go(ids: Iterable[int], sharing: Sharing) -> set[int]:
    """Those of these documents that nothing keeps, wherever they stand with the accountant."""
    query = select(Document.id).where(Document.id.in_(ids), Document.company_id == sharing.company_id)
    query = query.where(Document.trashed_at.is_(None), *(not_(test) for _wait, test in _tests(sharing)))
    return set(db.session.scalars(query))


def leaves_on(document: Document, sharing: Sharing) -> date | None:
    """The first day on which it may go, as far as its delay says."""
    return document.issue_date + timedelta(days=sharing.delay_days) if document.issue_date else None


def _open(sharing: Sharing) -> Select[tuple[Document]]:
    """What did not reach the accountant yet and nobody keeps back, but for what lies in the trash."""
    query = select(Document).outerjoin(Export, Export.document_id == Document.id)
    is_open = or_(Export.document_id.is_(None), Export.state.in_(GOES))
    return query.where(Document.company_id == sharing.company_id, Document.trashed_at.is_(None), is_open)


def _reason(sharing: Sharing) -> ColumnElement[str]:
    return case(*((test, literal(wait.value)) for wait, test in _tests(sharing)), else_=literal(""))


def _tests(sharing: Sharing) -> Iterator[tuple[Wait, ColumnElement[bool]]]:
    """What keeps a document, in the order in which it is said; a test is never unknown."""
    if sharing.start_date:
        yield Wait.START_DATE, func.coalesce(Document.issue_date <= sharing.start_date, false())
    left_out = [test for journal, test in JOURNALS.items() if journal.value not in sharing.journals]
    yield Wait.NOT_SHARED, or_(false(), *left_out)
    yield Wait.NOT_READY, not_(_is_ready(sharing))
    yield Wait.UNSENT, UNSENT
    latest = clock.today(sharing.company) - timedelta(days=sharing.delay_days)
    yield Wait.DELAYED, func.coalesce(Document.issue_date > latest, true())


def _is_ready(sharing: Sharing) -> ColumnElement[bool]:
    if sharing.ready is Ready.PAID:
        return Document.status == Status.VALIDATED
    return and_(DECIDED, Document.awaits_approval.is_(False))
