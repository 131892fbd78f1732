"""A table as CSV, as the reader's spreadsheet opens it by a double click."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import get_locale

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so is a formula to a spreadsheet, unless it begins with an apostrophe (SAFETY S83)."""
AT_ONCE = 200


def pieces(heads: Iterable[Any], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """The lines, a few hundred at a time; a mark before them says that they are UTF-8."""
    return writer(heads)(rows)


def writer(heads: Iterable[Any]) -> Callable[[Iterable[list[Any]]], Iterator[bytes]]:
    """The same for rows that come later, when nobody knows any more whose language it is."""
    return partial(_pieces, [str(head) for head in heads], str(get_locale() or "fr").startswith("fr"))


def _pieces(heads: list[str], is_french: bool, rows: Iterable[list[Any]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if is_french else ",", lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow(heads)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(value, is_french) for value in row])
        if number % AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken


def _cell(value: Any, is_french: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",") if is_french else f"{value:f}"
    return value.isoformat() if isinstance(value, date) else defused(str(value))


def defused(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith(FORMULA) else text
