"""Numbers of rows and pages in addresses and forms: what no row can have is simply not there."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
LAST_PAGE = 10_000


class RowIdConverter(IntegerConverter):
    """`<int:…>` of all addresses: a number too large for the database is 404, not an error of ours."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **({"max": LARGEST} | kwargs))


def row_id(text: str) -> int:
    """A row's number from a query or a form; `ValueError` where it can be none, which `get(type=row_id)` leaves out."""
    number = int(text)
    if not 0 < number <= LARGEST:
        raise ValueError(f"no row's number: {text[:20]!r}")
    return number


def page_number() -> int:
    """Which page of a list the address asks for, counted from 1; the first where it says none."""
    return min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
