"""What is read from a bank's file, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

MOST_BYTES = 30_000_000
MOST_LINES = 100_000
"""Of one file: more is no statement of a small firm, and no page could show it."""


class Wrong(Exception):
    """The file cannot be read; `key` says why (see `app.bank.words`), `facts` which line and what stands there."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    @property
    def note(self) -> dict[str, Any]:
        """As it is kept with the file."""
        return {"key": self.key} | self.facts


@dataclass(slots=True)
class LineRead:
    """One line of a statement; money that leaves is negative."""

    amount: Decimal
    date: date | None = None
    """The day it was booked; None where the file says none."""
    value_date: date | None = None
    currency: str = ""
    """Empty: the statement's."""
    label: str = ""
    party_name: str = ""
    party_iban: str = ""
    reference: str = ""
    """Given by whoever ordered it."""
    bank_reference: str = ""
    original: Decimal | None = None
    original_currency: str = ""
    place: int = 0
    """Its line in the file."""
    is_pending: bool = False
    """Not booked yet: it may change or never come."""


@dataclass(slots=True)
class StatementRead:
    """One statement of one account."""

    account: str = ""
    """As the file calls it: an IBAN or any other number; empty where it says none."""
    iban: str = ""
    """Where it is one, or follows from the number."""
    bic: str = ""
    currency: str = ""
    """Empty: the account's."""
    number: str = ""
    from_date: date | None = None
    to_date: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    balance: Decimal | None = None
    """What the account held on `balance_date`, where that is not the end of the statement."""
    balance_date: date | None = None
    lines: list[LineRead] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def difference(self) -> Decimal | None:
        """What its lines miss between the two balances; None where it says only one of them, or none."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.total
