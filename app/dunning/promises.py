"""What holds reminders because somebody said so: promised by the customer, paused by us (SPEC DN-1, DN-2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.core import clock, money
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import status
from app.documents.models import Direction, Document, Kind
from app.dunning import outdated
from app.extensions import db
from app.users.models import User
from app.web.filters import amount as in_words

LONGEST = 500
FOR_GOOD = date.max
"""Until somebody lifts it."""


def promise(document: Document, on: date, *, by: User | None, amount: Decimal | None = None, why: str = "") -> None:
    """The customer will pay by that day, all that is open or a part; it is not reminded of before that is past."""
    _check(document, on)
    minor = document.open_minor if amount is None else money.to_minor(amount, document.currency)
    if not 0 < minor <= (document.open_minor or 0):
        open_amount = in_words(document.open_minor, document.currency)
        raise Refused(_("Enter an amount up to what is open: %(amount)s.", amount=open_amount))
    changes: dict[str, Any] = {"promised_date": [document.promised_date, on]}
    if minor != document.open_minor:
        changes["promised_minor"] = [None, minor]
    _keep(document, "promised", by=by, why=why, changes=changes, promised_date=on)


def take_promise_back(document: Document, *, by: User) -> None:
    """It was not promised after all, or is not believed any more."""
    if document.promised_date is None:
        raise Refused(_("No payment is promised. Nothing was changed."))
    changes = {"promised_date": [document.promised_date, None]}
    _keep(document, "promise taken back", by=by, changes=changes, promised_date=None)


def pause(document: Document, until: date | None, *, by: User, why: str = "") -> None:
    """It is not reminded of up to that day; None: until somebody lifts it."""
    _check(document, until)
    until = until or FOR_GOOD
    changes = {"reminders_paused_until": [document.reminders_paused_until, until]}
    _keep(document, "reminders paused", by=by, why=why, changes=changes, reminders_paused_until=until)


def resume(document: Document, *, by: User) -> None:
    """It is reminded of again."""
    _refuse_unpaused(document)
    changes = {"reminders_paused_until": [document.reminders_paused_until, None]}
    _keep(document, "reminders resumed", by=by, changes=changes, reminders_paused_until=None)


def pause_customer(customer: Counterparty, until: date | None, *, by: User, why: str = "") -> None:
    """It is reminded of nothing up to that day; None: until somebody lifts it."""
    _check_day(until, clock.today(customer.company))
    was, customer.reminders_paused_until = customer.reminders_paused_until, until or FOR_GOOD
    changes = {"reminders_paused_until": [was, customer.reminders_paused_until]}
    trail.record(customer, by=by, act="reminders paused", why=_short(why), changes=changes)
    outdated.follow_customer(customer)


def resume_customer(customer: Counterparty, *, by: User) -> None:
    """It is reminded again."""
    _refuse_unpaused(customer)
    was, customer.reminders_paused_until = customer.reminders_paused_until, None
    trail.record(customer, by=by, act="reminders resumed", changes={"reminders_paused_until": [was, None]})


def may_promise(document: Document) -> bool:
    """Is it an invoice to a customer of which something is open?"""
    is_sold = document.direction is Direction.SALE and document.kind is Kind.INVOICE
    return bool(is_sold and document.validated_at and not document.trashed_at and document.open_minor)


def _check(document: Document, until: date | None) -> None:
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if not may_promise(document):
        raise Refused(_("Nothing of it is to be paid by a customer. Nothing was changed."))
    _check_day(until, clock.today(document.company))


def _check_day(until: date | None, today: date) -> None:
    if until is not None and until < today:
        raise Refused(_("Choose today or a later day."))


def _refuse_unpaused(it: Document | Counterparty) -> None:
    if it.reminders_paused_until is None:
        raise Refused(_("Reminders are not paused. Nothing was changed."))


def _keep(document: Document, act: str, *, by: User | None, why: str = "", changes: Any, **facts: date | None) -> None:
    """Where nobody put it into the trash, or said the same, meanwhile."""
    (name, value), *_more = facts.items()
    column = getattr(Document, name)
    if not change_if(db.session(), document, column.is_distinct_from(value), Document.trashed_at.is_(None), **facts):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    status.settle(document, by=by, act=act, why=_short(why), changes=changes)


def _short(why: str) -> str:
    return " ".join(why.split())[:LONGEST]
