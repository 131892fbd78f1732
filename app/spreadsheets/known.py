"""What is there already, looked up for all lines at once: counterparties, categories, documents of the same number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.counterparties.models import Counterparty, CounterpartyIban, plain
from app.documents.models import Category, Direction, Document, Kind
from app.extensions import db
from app.spreadsheets.reading import Facts

AT_ONCE = 500
"""Numbers asked for in one query."""


class Parties:
    """The counterparties of a company, by what a line may say of them."""

    def __init__(self, company_id: int) -> None:
        living = (Counterparty.company_id == company_id, Counterparty.archived_at.is_(None))
        columns = (Counterparty.id, Counterparty.name_key, Counterparty.vat_number)
        rows = db.session.execute(select(*columns, Counterparty.numbering_restarts_yearly).where(*living)).all()
        ibans = select(CounterpartyIban.iban, CounterpartyIban.counterparty_id).join(Counterparty).where(*living)
        self.by: dict[str, dict[str, set[int]]] = {name: defaultdict(set) for name in ("vat_number", "iban", "name")}
        for row in rows:
            self.by["name"][row.name_key].add(row.id)
            self.by["vat_number"][row.vat_number].add(row.id)
        for iban, counterparty_id in db.session.execute(ibans):
            self.by["iban"][iban].add(counterparty_id)
        self.yearly = {row.id for row in rows if row.numbering_restarts_yearly}

    def find(self, facts: Facts) -> int | None:
        """The one that is meant: by its VAT number, its IBAN, its name; None where none or several are."""
        for name, said in (("vat_number", facts.vat_number), ("iban", facts.iban), ("name", plain(facts.counterparty))):
            found = self.by[name].get(said, set()) if said else set()
            if len(found) == 1:
                return next(iter(found))
        return None


class Categories:
    """The accounting categories of a company that fit a direction, by name and by account code."""

    def __init__(self, company_id: int, direction: Direction) -> None:
        fits = Category.direction.is_(None) | (Category.direction == direction)
        query = select(Category).where(Category.company_id == company_id, Category.archived_at.is_(None), fits)
        self.by: dict[str, int] = {}
        for each in db.session.scalars(query.order_by(Category.id)):
            for said in (each.name, each.account_code, f"{each.account_code} {each.name}"):
                self.by.setdefault(plain(said), each.id)

    def find(self, said: str) -> int | None:
        """The one that is meant."""
        return self.by.get(plain(said)) if said.strip() else None


@dataclass(frozen=True)
class Twin:
    """A document with the same number."""

    document_id: int
    is_trashed: bool


@dataclass(frozen=True)
class _Numbered:
    id: int
    kind: Kind
    counterparty_id: int | None
    name: str
    issue_date: date | None
    is_trashed: bool


class Numbers:
    """The documents that have one of these numbers already, and which of them a line would be again (SPEC DU-1)."""

    def __init__(self, company_id: int, direction: Direction, keys: Sequence[str]) -> None:
        self.direction = direction
        self.by: dict[str, list[_Numbered]] = defaultdict(list)
        wanted = sorted({key for key in keys if key})
        for start in range(0, len(wanted), AT_ONCE):
            self._load(company_id, wanted[start : start + AT_ONCE])

    def _load(self, company_id: int, keys: list[str]) -> None:
        columns = (Document.number_key, Document.id, Document.kind, Document.counterparty_id)
        columns += (Document.counterparty_name, Document.issue_date, Document.trashed_at)  # type: ignore[assignment]
        query = select(*columns).where(Document.company_id == company_id, Document.number_key.in_(keys))
        for row in db.session.execute(query.where(Document.direction == self.direction).order_by(Document.id)):
            is_trashed = row.trashed_at is not None
            name = row.counterparty_name.lower()
            self.by[row.number_key].append(
                _Numbered(row.id, row.kind, row.counterparty_id, name, row.issue_date, is_trashed)
            )

    def twin(self, facts: Facts, counterparty_id: int | None, yearly: set[int]) -> Twin | None:
        """The one it seems to be, a living one first."""
        found = [
            each for each in self.by.get(facts.number_key, ()) if self._is_same(each, facts, counterparty_id, yearly)
        ]
        best = min(found, key=lambda each: each.is_trashed, default=None)
        return Twin(best.id, best.is_trashed) if best else None

    def _is_same(self, each: _Numbered, facts: Facts, counterparty_id: int | None, yearly: set[int]) -> bool:
        if each.kind is not facts.kind:
            return False
        if self.direction is Direction.SALE:
            return True
        if counterparty_id is None:
            return each.counterparty_id is None and each.name == facts.counterparty.lower()
        years = {day.year for day in (each.issue_date, facts.issue_date) if day}
        return each.counterparty_id == counterparty_id and not (counterparty_id in yearly and len(years) == 2)


def key_within(facts: Facts, counterparty_id: int | None, yearly: set[int]) -> tuple[Any, ...]:
    """The same for two lines of a file that would be twins of each other."""
    key: tuple[Any, ...] = (facts.number_key, facts.kind)
    if facts.direction is Direction.SALE:
        return key
    year = facts.issue_date.year if facts.issue_date and counterparty_id in yearly else None
    return (*key, counterparty_id or facts.counterparty.lower(), year)
