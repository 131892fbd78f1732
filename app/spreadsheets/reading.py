"""One line of a spreadsheet as the document it would be, with what is wrong about it; nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from stdnum import iban as iban_number

from app.core import money
from app.documents.models import Direction, Kind
from app.documents.models import key_of as number_key_of
from app.extraction import columns, formats
from app.spreadsheets import headings
from app.web.fields import compact, trimmed

LONGEST = {"number": 100, "counterparty": 200, "label": 300, "vat_number": 20, "iban": 34, "category": 120}
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
CREDIT_WORDS = """avoir|note de credit|credit|credit note|credit memo|cn|gutschrift|stornorechnung|creditnota
    |creditfactuur|abono|nota de credito|nota de abono|rectificativa|factura rectificativa|nota di credito"""
CREDIT = {" ".join(each.split()) for each in CREDIT_WORDS.split("|")}


@dataclass(frozen=True)
class Layout:
    """Which column is what, and how days and amounts are written in it."""

    columns: dict[str, int]
    direction: Direction
    currency: str
    date_order: str = "dmy"
    decimal_mark: str = ","


@dataclass
class Facts:
    """What a line says."""

    direction: Direction
    currency: str
    kind: Kind = Kind.INVOICE
    number: str = ""
    counterparty: str = ""
    label: str = ""
    category: str = ""
    vat_number: str = ""
    iban: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Why no document is made of it: {"key": …, arguments}."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    """What should be known, and is no hindrance."""

    @property
    def number_key(self) -> str:
        return number_key_of(self.number)

    def minor(self, name: str) -> int | None:
        """An amount in whole minor units of its currency."""
        amount = getattr(self, name)
        return None if amount is None else money.to_minor(amount, self.currency)


def read(cells: list[str], layout: Layout) -> Facts:
    """The facts of these cells; each mistake is noted and the rest is read all the same."""
    said = {name: _cell(cells, column) for name, column in layout.columns.items()}
    facts = Facts(layout.direction, layout.currency)
    _read_texts(facts, said)
    _read_currency(facts, said.get("currency", ""))
    for name in ("issue_date", "due_date"):
        setattr(facts, name, _read_day(facts, name, said.get(name, ""), layout.date_order))
    for name in ("net", "tax", "gross"):
        setattr(facts, name, _read_amount(facts, name, said.get(name, ""), layout.decimal_mark))
    _complete(facts)
    _read_kind(facts, said.get("kind", ""))
    wrong = {error["field"] for error in facts.errors}
    facts.errors += [
        {"key": "missing", "field": name}
        for name in headings.REQUIRED
        if getattr(facts, name) in ("", None) and name not in wrong
    ]
    return facts


def _cell(cells: list[str], column: int) -> str:
    return trimmed(cells[column]) if column < len(cells) else ""


def _read_texts(facts: Facts, said: dict[str, str]) -> None:
    shapes: dict[str, Callable[[str], str]] = {"vat_number": compact, "iban": compact}
    for name, longest in LONGEST.items():
        text = shapes.get(name, str)(said.get(name, ""))
        if len(text) > longest:
            facts.errors.append({"key": "too_long", "field": name, "longest": longest})
        setattr(facts, name, text[:longest])
    if facts.iban and not iban_number.is_valid(facts.iban):
        facts.errors.append({"key": "iban", "field": "iban", "value": facts.iban})


def _read_currency(facts: Facts, said: str) -> None:
    code = SIGNS.get(said, said.upper())
    if code and code not in list_currencies():
        facts.errors.append({"key": "currency", "field": "currency", "value": said[:40]})
    elif code:
        facts.currency = code


def _read_day(facts: Facts, name: str, said: str, order: str) -> date | None:
    if not said:
        return None
    try:
        if found := formats.day(said, order):
            return found
        key = "no_day"
    except formats.NoSuchDay:
        key = "no_such_day"
    facts.errors.append({"key": key, "field": name, "value": said[:40]})
    return None


def _read_amount(facts: Facts, name: str, said: str, mark: str) -> Decimal | None:
    if not said:
        return None
    amount = formats.amount(said, mark)
    if amount is None:
        facts.errors.append({"key": "no_amount", "field": name, "value": said[:40]})
    elif amount != money.round_amount(amount, facts.currency):
        facts.errors.append({"key": "decimals", "field": name, "value": said[:40], "currency": facts.currency})
    else:
        return amount
    return None


def _complete(facts: Facts) -> None:
    """Of net, tax and gross the one that is not written follows from the others."""
    if facts.gross is None and facts.net is not None and not _is_wrong(facts, "gross", "tax"):
        facts.gross = facts.net + (facts.tax or 0)
    if facts.gross is not None and facts.net is not None and facts.tax is None and not _is_wrong(facts, "tax"):
        facts.tax = facts.gross - facts.net
    if None not in (facts.net, facts.tax, facts.gross) and facts.net + facts.tax != facts.gross:  # type: ignore[operator]
        facts.notes.append({"key": "sum"})


def _is_wrong(facts: Facts, *names: str) -> bool:
    return any(error["field"] in names for error in facts.errors)


def _read_kind(facts: Facts, said: str) -> None:
    """A credit note says so, or has an amount below zero; it is kept without the sign."""
    if columns.folded(said) in CREDIT or (facts.gross is not None and facts.gross < 0):
        facts.kind = Kind.CREDIT_NOTE
    if facts.kind is Kind.CREDIT_NOTE and facts.gross is not None and facts.gross < 0:
        for name in ("net", "tax", "gross"):
            amount = getattr(facts, name)
            setattr(facts, name, None if amount is None else -amount)


def columns_of(facts: Facts) -> dict[str, Any]:
    """The columns of the document it would be, but for those that are looked up."""
    texts = {name: getattr(facts, name) for name in ("number", "label", "iban", "currency", "kind", "direction")}
    days = {"issue_date": facts.issue_date, "due_date": facts.due_date}
    return texts | days | {f"{name}_minor": facts.minor(name) for name in ("net", "tax", "gross")}
