"""A figure: a table whose numbers each open their documents, with what a chart of it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from app.core import money


class Look(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    DAYS = "days"
    DAY = "day"
    SPAN = "span"
    """A time, in seconds."""


@dataclass(frozen=True)
class Column:
    """A column of a figure."""

    label: Any
    look: Look = Look.TEXT


@dataclass(frozen=True)
class Line:
    """One line: what it is about, its values, and the address of its documents."""

    label: Any
    values: list[Any]
    url: str = ""
    urls: dict[int, str] = field(default_factory=dict)
    """Place of a value → the address of its own documents, where they are fewer than the line's."""
    short: str = ""
    """What it is called below a chart; empty where there is no room for all."""


@dataclass(frozen=True)
class Figure:
    """All of it, as the page and the tables have it."""

    name: str
    title: Any
    text: Any
    """What it says, and how it is worked out."""
    columns: list[Column]
    lines: list[Line]
    currency: str
    bar: int | None = None
    """Place of the value whose bars stand beside it."""
    chart: str = ""
    """How else it is drawn: `columns` over time, or `stacked`."""
    series: tuple[int, ...] = ()
    """Places of the values that are drawn so."""
    total: Line | None = None
    note: Any = ""

    @property
    def heads(self) -> list[Any]:
        """The names of the columns of a table, its currency among them where amounts are in it."""
        heads = [column.label for column in self.columns]
        return [*heads, _("Currency")] if self._has_money else heads

    @property
    def _has_money(self) -> bool:
        return any(column.look is Look.MONEY for column in self.columns)

    def rows(self) -> Iterator[list[Any]]:
        """For a spreadsheet: texts, numbers and days."""
        for line in [*self.lines, *([self.total] if self.total else [])]:
            pairs = zip(self.columns[1:], line.values, strict=True)
            values = [self._cell(column.look, value) for column, value in pairs]
            yield [str(line.label), *values, *([self.currency] if self._has_money else [])]

    def _cell(self, look: Look, value: Any) -> Any:
        if value is None:
            return None
        if look is Look.MONEY:
            return money.from_minor(value, self.currency)
        if look is Look.SPAN:
            return (Decimal(value) / 86_400).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return Decimal(value) if look in {Look.COUNT, Look.DAYS} else value
