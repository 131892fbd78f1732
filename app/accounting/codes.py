"""The journals and accounts that entries are booked on where a document names none (SPEC AC-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.accounting.models import Connection
from app.documents.kinds import Direction
from app.documents.models import Document


@dataclass(frozen=True, slots=True)
class Codes:
    """As a connection has them; the usual ones are those of the French chart of accounts."""

    purchase_journal: str = "ACH"
    sale_journal: str = "VTE"
    supplier: str = "401000"
    customer: str = "411000"
    input_tax: str = "445660"
    output_tax: str = "445710"
    expense: str = "471000"
    """Accounts that wait: whoever books knows better."""
    income: str = "471000"

    def journal(self, document: Document) -> str:
        """The journal's code."""
        return self.purchase_journal if document.direction is Direction.PURCHASE else self.sale_journal

    def party(self, document: Document) -> str:
        """The account of its customer or supplier: their own where one is known."""
        own = document.counterparty.account_code if document.counterparty else ""
        return own or (self.supplier if document.direction is Direction.PURCHASE else self.customer)

    def tax(self, document: Document) -> str:
        """The account of its tax."""
        return self.input_tax if document.direction is Direction.PURCHASE else self.output_tax

    def net(self, document: Document) -> str:
        """The account of what was bought or sold: the document's own, its category's, or the one that waits."""
        named = account_of(document)
        return named or (self.expense if document.direction is Direction.PURCHASE else self.income)


USUAL = asdict(Codes())
"""Name → code, as `Connection.codes` has them."""


def of(connection: Connection | None) -> Codes:
    """Those of a connection; what it leaves empty is as usual."""
    said: Mapping[str, Any] = (connection.codes or {}) if connection else {}
    return Codes(**{name: str(said.get(name) or "").strip() or usual for name, usual in USUAL.items()})


def account_of(document: Document) -> str:
    """The account that it, or its category, names; empty where neither does."""
    return document.account_code or (document.category.account_code if document.category else "")
