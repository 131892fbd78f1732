"""Leafing through a long list by where one is, not by counting: as fast on page 4,000 as on page 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from app.extensions import db
from app.web.ids import row_id

ROWS = 25


@dataclass(frozen=True)
class Order:
    """An order of a list: the value rows stand by (never NULL), how it is written in the address and read again."""

    value: ColumnElement[Any]
    read: Callable[[str], Any]
    is_descending: bool = True


@dataclass
class Leaf:
    """One page: its rows, each as the query gives it, and where the pages beside it begin."""

    rows: list[Any]
    before: str | None = None
    after: str | None = None


Ways = list[tuple[ColumnElement[Any], bool]]
"""What rows stand by, one after the other, and whether the largest comes first."""
Narrow = Callable[[Select[Any], Ways], Select[Any]]


def leaf(
    query: Select[Any],
    order: Order,
    row: Any,
    *,
    before: str = "",
    after: str = "",
    narrow: Narrow | None = None,
    most: int = ROWS,
) -> Leaf:
    """The page before or after that place, or the first one; the query's last column is the order's value.

    `narrow` may keep the query for the page to rows it finds in a way of its own.
    """
    is_back = bool(before)
    down = order.is_descending != is_back
    place = _place(before or after, order)
    query = query.add_columns(order.value.label("_place"), row.label("_row_id"))
    if place:
        query = query.where(_beyond(order.value, row, place, down))
    ways: Ways = [(order.value, down), (row, down)]
    query = query.order_by(*(way.desc() if down else way.asc() for way, _down in ways)).limit(most + 1)
    found = list(db.session.execute(narrow(query, ways) if narrow else query))
    has_more, found = len(found) > most, found[:most]
    if is_back:
        found.reverse()
    has_before, has_after = (has_more, True) if is_back and place else (bool(place), has_more)
    ends = (_written(found[0]), _written(found[-1])) if found else (None, None)
    return Leaf([row[:-2] for row in found], ends[0] if has_before else None, ends[1] if has_after else None)


def _beyond(value: Any, row: Any, place: tuple[Any, int], down: bool) -> ColumnElement[bool]:
    at, last = place
    if down:
        return or_(value < at, and_(value == at, row < last))
    return or_(value > at, and_(value == at, row > last))


def _written(row: Any) -> str:
    return f"{row[-2]}_{row[-1]}"


def _place(said: str, order: Order) -> tuple[Any, int] | None:
    """Where the address says one is; None where it makes no sense."""
    value, _mark, number = said.rpartition("_")
    try:
        return (order.read(value), row_id(number)) if said else None
    except ValueError:
        return None


def whole(text: str) -> int:
    """A whole number that a column can hold, for orders by amount."""
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError("beyond all bounds")
    return number


def moment(text: str) -> datetime:
    """A moment, for orders by time."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return found
