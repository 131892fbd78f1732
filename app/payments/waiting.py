"""What a document that is to be paid waits for, in one line and as a mark (SPEC LC-8)."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents import paying_to, reasons
from app.documents.marks import Mark
from app.documents.models import Document, Kind, Status
from app.extensions import db
from app.payments import payee
from app.payments.models import BatchState, Payment, PaymentState
from app.payments.payee import WHY, Payee
from app.users.models import User

IN_PAYMENT, DOUBTFUL, HELD, ON = "in_payment", "payment_doubtful", "payment_held", "pay_on"
LIVING = (PaymentState.LIVE, PaymentState.DOUBTFUL)


def stands_against(document: Document) -> dict[str, Any] | None:
    """What the next payment waits for, before all else that could be said; None where nothing does."""
    if document.held_at is None or document.status not in (Status.TO_PAY, Status.TO_MATCH):
        return None
    payment = _payment(document)
    if payment and payment.state is PaymentState.DOUBTFUL:
        return {"key": DOUBTFUL, "batch": payment.batch_id}
    if payment and payment.batch.state is BatchState.MADE:
        return {"key": IN_PAYMENT, "since": _local(payment, document).isoformat(), "batch": payment.batch_id}
    return _held(document) if document.status is Status.TO_PAY else None


def _payment(document: Document) -> Payment | None:
    mine = select(Payment).where(Payment.document_id == document.id, Payment.state.in_(LIVING))
    return db.session.scalar(mine.options(joinedload(Payment.batch)).order_by(Payment.state).limit(1))


def _local(payment: Payment, document: Document) -> date:
    moment = payment.batch.released_at or clock.now()
    return moment.astimezone(ZoneInfo(document.company.time_zone)).date()


def _held(document: Document) -> dict[str, Any] | None:
    """Why nothing is paid yet; of the account printed on it the documents know to say more."""
    found = payee.payee_of(document)
    if isinstance(found, Payee) or found.key in ("several", "currency"):
        return None
    return paying_to.reason(document) or {"key": HELD, "why": found.key, "said": found.said}


def is_held() -> ColumnElement[bool]:
    """Of a row of `Document` that is to be paid and in no batch: does the page of payments list it as held?"""
    told = Document.reason["key"].as_string().in_((HELD, paying_to.KEY, DOUBTFUL))
    return or_(told, Document.disputed_at.is_not(None), Document.currency != "EUR")


def on_its_day(document: Document) -> dict[str, Any] | None:
    """When it is to be paid, where nothing stands against it."""
    if document.status is not Status.TO_PAY or document.pay_date is None:
        return None
    word = "refund" if document.kind is Kind.CREDIT_NOTE else "pay"
    return {"key": ON, "day": document.pay_date.isoformat(), "word": word}


# --- In words ---------------------------------------------------------------------------------------


def on_in_words(said: dict[str, Any]) -> str:
    """“To be paid on 3 December.”"""
    day = _day(said["day"])
    if said["word"] == "refund":
        return _("To be refunded or deducted on %(day)s.", day=day)
    return _("To be paid on %(day)s.", day=day)


def in_payment_in_words(said: dict[str, Any]) -> str:
    """“In payment since 3 December: the bank line is awaited.”"""
    return _("In payment since %(day)s: the bank line is awaited.", day=_day(said["since"]))


def held_in_words(said: dict[str, Any]) -> str:
    """“Held: no account of Durand is confirmed.”"""
    return _("Held: %(why)s.", why=str(WHY[said["why"]]) % said["said"])


def doubtful_in_words(said: dict[str, Any]) -> str:
    """That a cancelled batch may have paid it."""
    return _("May have been executed: the batch %(number)d was cancelled after its download.", number=said["batch"])


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    pattern = "d MMMM" if day.year == clock.today().year else "d MMMM y"
    return format_date(day, pattern, locale=get_locale())


WORDS = {ON: on_in_words, IN_PAYMENT: in_payment_in_words, HELD: held_in_words, DOUBTFUL: doubtful_in_words}


def mark(document: Document) -> Mark | None:
    """Beside the status, from what a list has loaded already."""
    key = document.reason.get("key")
    if key == IN_PAYMENT:
        return Mark(_("In payment"), "send", "blue")
    return Mark(_("May have been executed"), "triangle-alert", "amber") if key == DOUBTFUL else None


def follow_account(iban: CounterpartyIban, _by: User) -> None:
    """An account was confirmed, or is not any more."""
    look_again(iban.counterparty)


def look_again(counterparty: Counterparty) -> None:
    """Its accounts changed, or it was archived: the lines of what is to be paid to it say so."""
    mine = (Document.counterparty_id == counterparty.id, Document.status == Status.TO_PAY)
    for document in db.session.scalars(select(Document).where(*mine)):
        document.reason = reasons.first(document)
