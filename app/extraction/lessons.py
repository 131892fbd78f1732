"""What a person's correction teaches: for one field of one layout, where its value stands and what it looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.extraction import fingerprint, surroundings
from app.extraction.evidence import weight
from app.extraction.fingerprint import Fingerprint
from app.extraction.parties import bare_name
from app.extraction.reading import AMOUNTS, DATES, Found, Party, Reading, Value
from app.extraction.spots import Spot
from app.extraction.study import Study
from app.extraction.surroundings import Surroundings

NUMBERS = ("number", "order_reference", "payment_reference")
STANDING = ("seller_name", "seller_vat", "currency")
"""Facts that stay the same from one document of a supplier to the next."""
_HAIR = 0.002
TEACHABLE = (*NUMBERS, "issue_date", "due_date", "net", "tax", "gross", "iban", *STANDING)


@dataclass(frozen=True)
class Lesson:
    """One field of one layout. What has a place is found there again; what has none is said again."""

    field: str
    layout: Fingerprint
    place: Surroundings | None
    form: str
    """The number as it was printed; for a date, which of its readings was right; else the standing fact."""
    instead_of: str = ""
    """What was read for a standing fact: only this is put right."""
    source: str = ""
    """What the lesson was learned from: an id, or a file's name."""


def learn(study: Study, right: dict[str, Value], read: Reading, *, supplier: Party, source: str = "") -> list[Lesson]:
    """The lessons of one document: for each right value where it stands, as far as the page says it."""
    layout = Fingerprint(fingerprint.identifiers_of(supplier), bare_name(supplier.name), fingerprint.labels_of(study))
    taught = [_lesson(study, layout, name, value, read) for name, value in right.items() if name in TEACHABLE]
    return [replace(lesson, source=source) for lesson in taught if lesson is not None]


def _lesson(study: Study, layout: Fingerprint, name: str, value: Value, read: Reading) -> Lesson | None:
    if name in STANDING:
        said = str(read.value(name) or "")
        return None if said == str(value) else Lesson(name, layout, None, str(value), said)
    spots = list(_printed(study, name, value))
    if not spots:
        return None
    found = read.fields.get(name)
    best = max(spots, key=lambda spot: (_is_where(spot, found), _named(study, name, spot)))
    form = str(best.value.readings.index(value)) if name in DATES else str(value)  # type: ignore[attr-defined]
    return Lesson(name, layout, surroundings.around(study.layout, best.line, best.start, best.end), form)


def _is_where(spot: Spot, found: Found | None) -> bool:
    """Whether it is the very spot that was read, where a value is printed more than once and was read right."""
    box = spot.line.box_of(spot.start, spot.end)
    is_there = found is not None and found.box is not None and found.page == spot.line.page.number
    return is_there and all(abs(one - other) < _HAIR for one, other in zip(box, found.box, strict=True))  # type: ignore[arg-type, union-attr]


def _named(study: Study, name: str, spot: Spot) -> float:
    """How much the labels beside it say that it is this field: a value may be printed more than once."""
    return weight(study.evidence.near(spot), name)


def _printed(study: Study, name: str, value: Value) -> Iterator[Spot]:
    """Where the page prints a value."""
    if name in DATES:
        yield from (spot for spot in study.values.dates if value in spot.value.readings)  # type: ignore[attr-defined]
    elif name in AMOUNTS and isinstance(value, Decimal):
        yield from reversed([spot for spot in study.values.amounts if abs(spot.value) == abs(value)])  # type: ignore[arg-type]
    elif name == "iban":
        yield from (spot for spot in study.values.ibans if spot.value == value)
    else:
        yield from _texts(study, str(value))


def _texts(study: Study, text: str) -> Iterator[Spot]:
    """The same, for a number as it is written, whatever spaces stand in it."""
    signs = r"\s?".join(re.escape(sign) for sign in "".join(text.split()))
    for line in study.layout.lines if signs else ():
        for match in re.finditer(rf"(?<![^\W_]){signs}(?![^\W_])", line.text, re.IGNORECASE):
            yield Spot(line, *match.span(), match[0], line.area_of(*match.span()))


def as_plain(lesson: Lesson) -> dict[str, Any]:
    """As JSON has it."""
    place = lesson.place and surroundings.as_plain(lesson.place)
    layout = fingerprint.as_plain(lesson.layout)
    return {"layout": layout, "place": place, "form": lesson.form, "instead_of": lesson.instead_of}


def from_plain(field: str, stored: dict[str, Any], source: str = "") -> Lesson:
    """What `as_plain` gave."""
    place = stored["place"] and surroundings.from_plain(stored["place"])
    return Lesson(field, fingerprint.from_plain(stored["layout"]), place, stored["form"], stored["instead_of"], source)


def differ(right: dict[str, Value], read: Reading) -> dict[str, Value]:
    """The right values that were not read."""
    return {name: value for name, value in right.items() if not _is_said(value, read.value(name))}


def _is_said(value: Value, read: Value | None) -> bool:
    if isinstance(value, Decimal) and isinstance(read, Decimal):
        return abs(value) == abs(read)
    if isinstance(value, date) or isinstance(read, date) or read is None:
        return value == read
    return "".join(str(value).split()).casefold() == "".join(str(read).split()).casefold()
