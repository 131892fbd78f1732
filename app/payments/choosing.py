"""Saying that a document is to be paid, and when; and taking it back (SPEC PY-1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.editing import Changed, since
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.payments import banking, live
from app.users.models import Company, User

FARTHEST = timedelta(days=366)
"""Banks take no orders for later."""
OPEN_STILL = (
    *(Document.trashed_at.is_(None), Document.validated_at.is_not(None), Document.awaits_approval.is_(False)),
    Document.gross_minor > Document.settled_minor,
)


def may_choose(document: Document) -> bool:
    """Could it be paid or refunded by us at all?"""
    is_sale = document.direction is Direction.SALE and document.kind is Kind.INVOICE
    is_decided = document.validated_at and not document.trashed_at and not document.awaits_approval
    return bool(not is_sale and is_decided and (document.open_minor or 0) > 0)


def choose(
    document: Document, *, by: User, on: date | None = None, refund: bool = False, version: int | None = None
) -> date:
    """Let it be paid on that day, else on the next banking day; answers the day on which banks do it.

    What we owe a customer is paid back only where `refund` says so. Raises `Refused`.
    """
    _check(document, refund)
    day = execution_day(document.company, on)
    if day != document.pay_date:
        live.refuse(document)
        _set(document, day, by=by, version=version, act="chosen to pay")
    return day


def execution_day(company: Company, on: date | None) -> date:
    """The banking day on which it is paid: the next one, or the first from the day that was asked for."""
    today = clock.today(company)
    if on is None:
        return banking.after(today)
    if on < today:
        raise Refused(_("This day is over: choose today or a later one."))
    if on > today + FARTHEST:
        raise Refused(_("Choose a day within a year."))
    return banking.on_or_after(on)


def cancel(document: Document, *, by: User, version: int | None = None) -> None:
    """It is not to be paid after all: back to *to match*."""
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if document.pay_date is None:
        raise Refused(_("It is not put down to be paid. Nothing was changed."))
    live.refuse(document)
    _set(document, None, by=by, version=version, act="not to pay")


def choose_in_bulk(document: Document, said: dict[str, Any], by: User) -> None:
    """One of many; on the day that was asked for, or on the next banking day."""
    choose(document, by=by, on=date.fromisoformat(said["pay_date"]) if said.get("pay_date") else None)


def cancel_in_bulk(document: Document, _said: dict[str, Any], by: User) -> None:
    """One of many."""
    cancel(document, by=by)


def _check(document: Document, refund: bool) -> None:
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if not document.validated_at:
        raise Refused(_("It is not validated yet: validate it first."))
    if document.awaits_approval:
        raise Refused(_("It waits for approval: it can be paid once it is approved."))
    if document.direction is Direction.SALE and document.kind is Kind.INVOICE:
        raise Refused(_("The customer pays it: only a credit note is refunded to them."))
    if document.direction is Direction.SALE and not refund:
        raise Refused(_("What is refunded to a customer is decided on its own page."))
    if (document.open_minor or 0) <= 0:
        raise Refused(_("Nothing of it is open any more."))


def _set(document: Document, day: date | None, *, by: User, version: int | None, act: str) -> None:
    """By one conditional statement: of two at once one counts, and the other is told."""
    seen, was = document.version if version is None else version, document.pay_date
    still = () if day is None else OPEN_STILL
    if not change_if(db.session(), document, Document.version == seen, *still, pay_date=day, version=seen + 1):
        who = ", ".join(Changed(since(document, seen)).names)
        raise Refused(
            _("%(who)s changed this document meanwhile: look at it, then decide again. Nothing was changed.", who=who)
        )
    status.settle(document, by=by, act=act, changes={"pay_date": [was, day], "version": [seen, seen + 1]})
