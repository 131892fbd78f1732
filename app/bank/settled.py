"""When a document was settled, and by what: kept and put in words as its facts follow (SPEC LC-4, LC-8)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, exists, func, or_, select

from app.bank.models import Match
from app.core.errors import Refused
from app.documents.models import Document, Status
from app.extensions import db

Reason = dict[str, Any]


def touches(document: Document) -> ColumnElement[bool]:
    """Does a row of `Match` settle it, or use it up?"""
    return or_(Match.document_id == document.id, Match.credit_note_id == document.id)


def keep_date(document: Document) -> None:
    """The day of the last money while nothing of it is open; before the status, and after it is taken back."""
    is_settled = document.settled_minor > 0 and document.open_minor == 0
    day = _last_money(document) if is_settled else None
    if document.settled_date != day:
        document.settled_date = day


def _last_money(document: Document) -> date | None:
    """Matches with the bank and what was paid by hand; where nothing but netting settled it, the day of that."""
    money, any_day = db.session.execute(
        select(func.max(case((Match.transaction_id.is_not(None), Match.date))), func.max(Match.date)).where(
            touches(document)
        )
    ).one()
    days = [day for day in (money, document.paid_date if document.paid_minor else None) if day]
    return max(days) if days else any_day


def reason(document: Document) -> Reason | None:
    """How much of it is matched, and by what; None where no match says anything."""
    told = document.status in {Status.TO_MATCH, Status.TO_PAY, Status.VALIDATED}
    if not told or document.settled_minor <= document.paid_minor:
        return None
    counts = db.session.execute(
        select(
            func.count(Match.transaction_id), func.count(Match.id), func.count(case((Match.is_automatic.is_(True), 1)))
        ).where(touches(document), Match.difference.is_(None))
    ).one()
    if not counts[1]:
        return None
    way = "automatic" if counts[2] else "bank" if counts[0] else "netted"
    if not document.open_minor:
        return {"key": "matched", "way": way}
    figures = {"settled": document.settled_minor, "gross": document.gross_minor, "currency": document.currency}
    return {"key": "part_matched", "way": way} | figures


def is_matched() -> ColumnElement[bool]:
    """A test on a row of `Document`: what a match speaks of is never removed for good."""
    mine = or_(Match.document_id == Document.id, Match.credit_note_id == Document.id)
    return exists().where(mine)


def refuse_edit(document: Document, columns: set[str]) -> None:
    """Whose it is stays while it is netted: what one owes is never taken off what another is owed."""
    if "counterparty_id" not in columns or not document.settled_minor:
        return
    if db.session.scalar(select(Match.id).where(touches(document), Match.credit_note_id.is_not(None)).limit(1)):
        raise Refused(_("It is netted with another document of this customer or supplier: take that back first."))
