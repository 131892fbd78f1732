"""What the child tells its parent: plain JSON, one piece a line, and checked again on arrival."""

from __future__ import annotations

import base64
import dataclasses
import math
import re
import types
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from app.reader.contents import Word

MAX_TEXT = 4_000
MAX_ITEMS = 500_000
# Control characters, lone surrogates and marks that turn text around have no place in a word.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


class Malformed(Exception):
    """The child said something it can't mean: it was taken over, or is broken."""


def plain(value: Any) -> Any:
    """`value` (a dataclass of ours) as JSON can carry it."""
    if isinstance(value, Word):
        return [
            value.text,
            *(round(edge, 5) for edge in value.box),
            value.block,
            value.line,
            round(value.confidence, 3),
        ]
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal | date):
        return str(value)
    return value


def rebuilt(kind: Any, value: Any) -> Any:
    """The `kind` (a dataclass, a list of them, a simple type) that `plain` made `value` from."""
    try:
        return _rebuilt(kind, value)
    except (TypeError, ValueError, ArithmeticError, KeyError, RecursionError) as error:
        raise Malformed(f"{kind}: {error}") from error


def clean(text: Any, limit: int = MAX_TEXT) -> str:
    """Text without control characters, cut to `limit`."""
    if not isinstance(text, str):
        raise Malformed("no text")
    return _UNWANTED.sub("", text[:limit])


def _rebuilt(kind: Any, value: Any) -> Any:
    if kind is Word:
        return _word(value)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value)
    if get_origin(kind) is types.UnionType:
        return None if value is None else _rebuilt(get_args(kind)[0], value)
    if get_origin(kind) is list:
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise Malformed("no list, or too long")
        return [_rebuilt(get_args(kind)[0], item) for item in value]
    return _SIMPLE[kind](value)


def _dataclass(kind: type, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Malformed(f"no {kind.__name__}")
    return kind(**{name: _rebuilt(hint, value[name]) for name, hint in _hints(kind).items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _word(value: Any) -> Word:
    text, x0, y0, x1, y1, block, line, confidence = value
    box = tuple(_fraction(edge) for edge in (x0, y0, x1, y1))
    return Word(clean(text), box, _whole(block), _whole(line), _fraction(confidence))


def _fraction(value: Any) -> float:
    """A number from 0 to 1; boxes may stick out of the page a little, and are cut there."""
    return min(1.0, max(0.0, _real(value)))


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e6:
        raise Malformed("no number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000_000:
        raise Malformed("no count")
    return value


def _decimal(value: Any) -> Decimal:
    number = Decimal(clean(value, 40))
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Malformed("no amount")
    return number


_SIMPLE = {
    str: clean,
    int: _whole,
    float: _real,
    bytes: lambda value: base64.b64decode(value, validate=True),
    date: lambda value: date.fromisoformat(clean(value, 10)),
    Decimal: _decimal,
}
