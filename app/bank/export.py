"""Bank lines as a table, a column each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from app.bank import listing
from app.bank.models import BankTransaction
from app.core import money
from app.lists import selecting

HEADS = (
    *(_("Date"), _("Value date"), _("Bank account"), _("IBAN"), _("Label"), _("Other side")),
    *(_("IBAN of the other side"), _("Reference"), _("Reference of the bank"), _("Amount"), _("Currency")),
    *(_("Still open"), _("State")),
)


def rows(query: Select[tuple[BankTransaction]]) -> Iterator[list[Any]]:
    """A row for each line, long after the answer began."""
    query = query.options(selectinload(BankTransaction.account))
    return selecting.told_of(query, _row, listing.ORDER, BankTransaction.id)


def _row(line: BankTransaction) -> list[Any]:
    account, sign = line.account, -1 if line.amount_minor < 0 else 1
    amount = lambda minor: money.from_minor(minor, line.currency)  # noqa: E731
    who = [line.label, line.party_name, line.party_iban, line.reference, line.bank_reference]
    how_much = [amount(line.amount_minor), line.currency, amount(sign * line.open_minor), listing.state_of(line)[0]]
    return [line.date, line.value_date, account.name, account.iban or account.number, *who, *how_much]
