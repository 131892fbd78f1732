"""Which documents are one transfer: each by itself, but what a credit note is deducted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.documents.models import Direction, Document, Kind
from app.payments import live, payee
from app.payments.letters import plain
from app.payments.payee import Held, Known, Payee

LONGEST = 140


@dataclass(frozen=True)
class Line:
    """One document of a batch, as it is paid."""

    document: Document
    transfer: int
    amount_minor: int
    payee: Payee
    remittance: str


def of(documents: list[Document], chosen: dict[int, str]) -> list[Line]:
    """The transfers of these, in the order they came. Raises `Refused` where one can't be paid."""
    known = payee.known_of(documents)
    told = [_(" %(name)s: %(why)s.", name=named(each), why=why) for each in documents
            if (why := why_not(each, chosen.get(each.id, ""), known))]  # fmt: skip
    if told:
        raise Refused(_("Nothing was changed.") + "".join(told))
    payees = {each.id: payee.payee_of(each, chosen.get(each.id, ""), known) for each in documents}
    lines: list[Line] = []
    for number, group in enumerate(_groups(documents), 1):
        lines += _transfer(group, payees, number)
    return lines


def named(document: Document) -> str:
    """How a document is called in a sentence."""
    return document.number or document.party_name or document.label or _("A document")


def why_not(document: Document, chosen: str, known: Known) -> object:
    """Why a batch can't pay it; None where it can."""
    if document.pay_date is None:
        return _("it is not put down to be paid")
    if (document.open_minor or 0) <= 0:
        return _("nothing of it is open any more")
    if payment := live.payment_of(document):
        return _("it is in the batch %(number)d", number=payment.batch_id)
    found = payee.payee_of(document, chosen, known)
    return found if isinstance(found, Held) and not _takes_account_of_others(document, found) else None


def _takes_account_of_others(document: Document, held: Held) -> bool:
    """A supplier's credit note goes where the invoices go, whichever of several accounts that is."""
    return is_deducted(document) and held.key == "several"


def is_deducted(document: Document) -> bool:
    """Does it make a payment smaller? What a customer gets back is a payment itself."""
    return document.kind is Kind.CREDIT_NOTE and document.direction is Direction.PURCHASE


def _groups(documents: list[Document]) -> list[list[Document]]:
    """All of a supplier where one of them is a credit note, else each by itself; in the order they came."""
    netted = {each.counterparty_id for each in documents if is_deducted(each)}
    groups: dict[Any, list[Document]] = {}
    for each in documents:
        joins = each.counterparty_id in netted and each.direction is Direction.PURCHASE
        groups.setdefault(("party", each.counterparty_id) if joins else each.id, []).append(each)
    return list(groups.values())


def _transfer(group: list[Document], payees: dict[int, Any], number: int) -> list[Line]:
    """The lines of one transfer: to one account, and more than nothing."""
    found = {payees[each.id] for each in group if not is_deducted(each)}
    name = group[0].party_name
    if not found:
        raise Refused(_("A credit note of %(name)s is deducted from a payment: choose an invoice too.", name=name))
    if len(found) > 1:
        raise Refused(_("The invoices of %(name)s go to several accounts: leave the credit note out.", name=name))
    signed = [-(each.open_minor or 0) if is_deducted(each) else each.open_minor or 0 for each in group]
    if sum(signed) <= 0:
        raise Refused(
            _("The credit notes of %(name)s leave nothing to pay: leave one out, or add an invoice.", name=name)
        )
    to, said = found.pop(), remittance(group)
    return [Line(each, number, minor, to, said) for each, minor in zip(group, signed, strict=True)]


def remittance(group: list[Document]) -> str:
    """What the payee is told: the reference asked for, else the numbers."""
    if len(group) == 1 and group[0].payment_reference:
        return plain(group[0].payment_reference, LONGEST)
    numbers = " ".join(each.number for each in group if each.number)
    return plain(numbers or group[0].label, LONGEST) or "-"
