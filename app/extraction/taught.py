"""Lessons used on a page: for each field the value that stands where a lesson says, and how well it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.extraction import shapes, surroundings
from app.extraction.dating import DatedSpot, Dates
from app.extraction.fingerprint import Kinship, kinship, seen_on
from app.extraction.lessons import NUMBERS, STANDING, Lesson
from app.extraction.numbers import Numbered
from app.extraction.reading import AMOUNTS, DATES, SURE, Found, Reading, Value
from app.extraction.spots import Money, Spot
from app.extraction.study import Study
from app.extraction.sums import Sum
from app.extraction.sureness import sure_of_number

_FITS, _SURELY = 0.5, 0.65
"""How much surroundings must agree for a value to go first, and to be sure."""
_FIRST = 2.0
"""What a taught candidate is ahead of all others."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a lesson proposes for one field."""

    lesson: Lesson
    value: Value
    spot: Spot | None
    is_sure: bool
    is_foreign: bool
    """Whether only the layout is the same, not the supplier: then it yields to whatever is sure without it."""


Hints = dict[str, Hint]
_TOTALS = ("net", "tax", "gross")


def hints(study: Study, lessons: Sequence[Lesson]) -> Hints:
    """The proposals for a page; `lessons` has the newest first, and of each field the first that fits is taken."""
    seen, found, known = seen_on(study), Hints(), {}
    kin = lambda lesson: known.setdefault(lesson.layout, kinship(lesson.layout, seen))  # noqa: E731
    related = [(lesson, kin(lesson)) for lesson in lessons]
    for wanted in (Kinship.SUPPLIER, Kinship.LAYOUT):
        for lesson, each in related:
            if each is wanted and lesson.field not in found and (hint := _hint(study, lesson, each)):
                found[lesson.field] = hint
    return found


def _hint(study: Study, lesson: Lesson, kin: Kinship) -> Hint | None:
    if lesson.place is None:
        return Hint(lesson, lesson.form, None, True, False) if kin is Kinship.SUPPLIER else None
    layout, best, most = study.layout, None, _FITS
    for spot, value, is_formed in _candidates(study, lesson):
        there = surroundings.around(layout, spot.line, spot.start, spot.end)
        if lesson.field in AMOUNTS and not surroundings.is_named_alike(lesson.place, there):
            continue  # the rows of a table move, and another one stands in its place
        said = surroundings.agreement(lesson.place, there)
        said -= 0.0 if is_formed else 0.1
        if said > most or (said == most and best is None):
            is_sure = said >= _SURELY and is_formed and spot.is_right
            best, most = Hint(lesson, value, spot, is_sure, kin is Kinship.LAYOUT), said
    return best


def _candidates(study: Study, lesson: Lesson) -> Iterator[tuple[Spot, Value, bool]]:
    """What could be its value by its form alone, and whether the form is quite the same."""
    values = study.values
    if lesson.field in DATES:
        for spot in values.dates:
            readings = spot.value.readings  # type: ignore[attr-defined]
            yield spot, readings[min(int(lesson.form), len(readings) - 1)], True
    elif lesson.field in AMOUNTS:
        yield from ((spot, spot.value, bool(spot.decimals)) for spot in values.amounts)  # type: ignore[misc]
    elif lesson.field == "iban":
        yield from ((spot, str(spot.value), True) for spot in values.ibans)
    elif lesson.field in NUMBERS:
        for line in study.layout.lines:
            is_ocr = line.page.source == "ocr"
            for start, end, text, is_same in shapes.like(lesson.form, line.text, is_ocr=is_ocr):
                yield Spot(line, start, end, text, line.area_of(start, end)), text, is_same


# --- Going first ----------------------------------------------------------------------------------


def first_number(numbers: list[Numbered], hint: Hint | None) -> list[Numbered]:
    """The candidates, the taught one before all others."""
    if hint is None or hint.spot is None or (hint.is_foreign and _is_settled(numbers, hint.spot)):
        return numbers
    taught = Numbered(hint.spot, _FIRST, 1.0 if hint.is_sure else 0.45, "taught", str(hint.value))
    others = [other for other in numbers if other.value.casefold() != taught.value.casefold()]
    return [taught, *others]


def _is_settled(numbers: list[Numbered], spot: Spot) -> bool:
    """Whether another number is sure by itself; the same one, read by its form, is no other."""
    if not numbers or sure_of_number(numbers) < SURE:
        return False
    return (numbers[0].spot.line.index, numbers[0].spot.start) != (spot.line.index, spot.start)


def sums_of(taught: Hints) -> dict[str, Sum]:
    """The taught amounts, by role."""
    said = {role: (hint, hint.spot) for role, hint in taught.items() if role in _TOTALS}
    return {
        role: Sum(spot.value, _FIRST, spot, "taught", 1.0 if hint.is_sure else 0.5)
        for role, (hint, spot) in said.items()
        if isinstance(spot, Money)
    }


def date_first(dates: Dates, taught: Hints, sure_of: dict[str, float]) -> None:
    """Let taught dates be the issue and the due date; what was taken for the other is given up."""
    for name, mine, other in (("issue_date", "issue", "due"), ("due_date", "due", "issue")):
        hint = taught.get(name)
        if hint is None or hint.spot is None or (hint.is_foreign and sure_of.get(name, 0.0) >= SURE):
            continue
        dated = DatedSpot(hint.spot, hint.value, False, **{mine: 0.95 if hint.is_sure else 0.6})  # type: ignore[arg-type]
        was = getattr(dates, other)
        if was is not None and was.spot is hint.spot and taught.get(f"{other}_date") is None:
            setattr(dates, other, None)
        setattr(dates, mine, dated)


def say_again(reading: Reading, taught: Hints) -> None:
    """Put right what was read wrong before: the standing facts of a supplier. The rest is noted as taught."""
    for name, hint in taught.items():
        found = reading.fields.get(name)
        if name in STANDING and (str(found.value) if found else "") == hint.lesson.instead_of:
            reading.fields[name] = Found(hint.value, SURE, source="computed", why="taught")
        found = reading.fields.get(name)
        if found is not None and _same(found.value, hint.value):
            reading.fields[name] = replace(found, lesson=hint.lesson.source)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one) == abs(other)
    return one == other if isinstance(one, date) else str(one).casefold() == str(other).casefold()
