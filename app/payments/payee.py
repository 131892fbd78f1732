"""Where the money for a document may go: to a confirmed account of its counterparty, or nowhere yet (SAFETY R16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from stdnum import iban as iban_number

from app.counterparties import ibans
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
    bic: str = ""
    """Where it was given with the account."""


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


@dataclass(frozen=True)
class Known:
    """What the database says of some documents now: accounts of their counterparties, and who is in doubt."""

    accounts: dict[int, dict[str, bool]]
    """Counterparty's id → its accounts, and whether each is confirmed."""
    bics: dict[tuple[int, str], str]
    """The BIC of each."""
    doubtful: set[int]


def known_of(documents: Iterable[Document]) -> Known:
    """By two queries, however many they are."""
    ids, parties = {each.id for each in documents}, {each.counterparty_id for each in documents}
    facts = (CounterpartyIban.counterparty_id, CounterpartyIban.iban, CounterpartyIban.confirmed_at)
    accounts: dict[int, dict[str, bool]] = {}
    bics: dict[tuple[int, str], str] = {}
    rows = select(*facts, CounterpartyIban.bic).where(CounterpartyIban.counterparty_id.in_(parties))
    for party_id, iban, confirmed_at, bic in db.session.execute(rows.order_by(CounterpartyIban.id)):
        accounts.setdefault(party_id, {})[iban] = confirmed_at is not None
        bics[party_id, iban] = bic
    doubtful = select(Payment.document_id).where(Payment.document_id.in_(ids), Payment.state == PaymentState.DOUBTFUL)
    return Known(accounts, bics, set(db.session.scalars(doubtful)))


def payee_of(document: Document, chosen: str = "", known: Known | None = None) -> Payee | Held:
    """Whom to pay for it, or why nobody; `chosen` is the account a person took where several are confirmed."""
    known = known or known_of([document])
    return _held(document, known) or _account(document, document.counterparty, chosen, known)


def confirmed(document: Document, known: Known) -> list[str]:
    """The accounts of its counterparty that somebody confirmed."""
    mine = known.accounts.get(document.counterparty_id or 0, {})
    return [iban for iban, is_so in mine.items() if is_so and iban_number.is_valid(iban, check_country=False)]


def _held(document: Document, known: Known) -> Held | None:
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
    return Held("doubtful") if document.id in known.doubtful else None


def _account(document: Document, party: Counterparty, chosen: str, known: Known) -> Payee | Held:
    mine, printed = confirmed(document, known), ibans.compact(document.iban)
    if not mine:
        return Held("unconfirmed" if known.accounts.get(party.id) else "no_iban", {"name": party.name})
    if printed and printed not in mine and document.kind is not Kind.CREDIT_NOTE:
        return Held("differs", {"iban": grouped(printed), "name": party.name})
    only = mine if len(mine) == 1 else []
    iban = next((each for each in (printed, chosen, *only) if each in mine), "")
    if not iban:
        return Held("several", {"name": party.name})
    return Payee(party.name, iban, known.bics.get((party.id, iban), ""))
