"""Where the money for a document may go: to a confirmed account of its counterparty, or nowhere yet (SAFETY R16)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from stdnum import iban as iban_number

from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents.models import Document, Kind
from app.extensions import db
from app.payments.models import Payment, PaymentState
from app.web.filters import iban as grouped


@dataclass(frozen=True)
class Payee:
    """Whom the money goes to."""

    name: str
    iban: str


@dataclass(frozen=True)
class Held:
    """Why it goes nowhere yet: a key of `WHY`, with what its sentence names."""

    key: str
    said: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(WHY[self.key]) % self.said


WHY: dict[str, Any] = {
    "trash": _("it is in the trash"),
    "unvalidated": _("it is not validated"),
    "approval": _("it waits for approval"),
    "disputed": _("it is disputed"),
    "nobody": _("nobody is chosen as counterparty"),
    "archived": _("%(name)s is archived"),
    "doubtful": _("it may have been executed already, by a batch that was cancelled"),
    "currency": _("it is in %(currency)s: a SEPA file holds euros only"),
    "no_iban": _("no account of %(name)s is known"),
    "unconfirmed": _("no account of %(name)s is confirmed"),
    "differs": _("the account on it, %(iban)s, is no confirmed one of %(name)s"),
    "several": _("%(name)s has several confirmed accounts: choose one"),
}
"""Key → what follows the word “held:”."""


def payee_of(document: Document, chosen: str = "") -> Payee | Held:
    """Whom to pay for it, or why nobody; `chosen` is the account a person took where several are confirmed."""
    return held_because(document) or _account(document, document.counterparty, chosen)


def held_because(document: Document) -> Held | None:
    """What stands against paying it, whatever the account."""
    for key, is_so in (
        ("trash", document.trashed_at),
        ("unvalidated", not document.validated_at),
        ("approval", document.awaits_approval),
        ("disputed", document.disputed_at),
        ("nobody", document.counterparty is None),
    ):
        if is_so:
            return Held(key)
    if document.counterparty.archived_at:
        return Held("archived", {"name": document.counterparty.name})
    if document.currency != "EUR":
        return Held("currency", {"currency": document.currency})
    return Held("doubtful") if is_doubtful(document) else None


def is_doubtful(document: Document) -> bool:
    """May it have been executed by a batch that was cancelled, and nobody knows?"""
    mine = (Payment.document_id == document.id, Payment.state == PaymentState.DOUBTFUL)
    return document.held_at is not None and db.session.scalar(select(Payment.id).where(*mine).limit(1)) is not None


def confirmed(counterparty: Counterparty) -> list[str]:
    """Its accounts that somebody confirmed, as the database has them now."""
    mine = select(CounterpartyIban.iban).where(CounterpartyIban.counterparty_id == counterparty.id)
    return list(
        db.session.scalars(mine.where(CounterpartyIban.confirmed_at.is_not(None)).order_by(CounterpartyIban.id))
    )


def _account(document: Document, party: Counterparty, chosen: str) -> Payee | Held:
    known = [each for each in confirmed(party) if iban_number.is_valid(each, check_country=False)]
    if not known:
        return Held("unconfirmed" if party.ibans else "no_iban", {"name": party.name})
    if document.iban and document.iban not in known and document.kind is not Kind.CREDIT_NOTE:
        return Held("differs", {"iban": grouped(document.iban), "name": party.name})
    if document.iban in known:
        return Payee(party.name, document.iban)
    if chosen in known or len(known) == 1:
        return Payee(party.name, chosen if chosen in known else known[0])
    return Held("several", {"name": party.name})
