"""Documents with their right answers, from a file: what `extract --taught` learns from first. No database needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.extraction.choose import read_fields
from app.extraction.lessons import Lesson, learn
from app.extraction.printed import PRINTED
from app.extraction.reading import AMOUNTS, DATES, Party, Reading, Value
from app.extraction.voting import studies_of
from app.reader import cage
from app.reader.contents import Contents, Unreadable

_FIELDS = {printed: name for name, printed in PRINTED.items()}


class Unteachable(Exception):
    """A line that teaches nothing; says which one and why."""


@lru_cache(maxsize=8)
def lessons_of(path: Path) -> tuple[Lesson, ...]:
    """The lessons of a file of taught documents, those of its last line first."""
    lines = path.read_text("utf-8").splitlines()
    each = [_lessons(path, place, line) for place, line in enumerate(lines, start=1) if line.strip()]
    return tuple(lesson for lessons in reversed(each) for lesson in lessons)


def _lessons(path: Path, place: int, line: str) -> list[Lesson]:
    try:
        file, right = _understood(line)
        contents = cage.read(path.parent / file)
    except Unreadable as error:
        raise Unteachable(f"{path}, line {place}: {file} cannot be read ({error.code})") from error
    except (ValueError, InvalidOperation) as error:
        raise Unteachable(f"{path}, line {place}: {error}") from error
    return list(_learned(contents, right, file))


def _understood(line: str) -> tuple[str, dict[str, Value]]:
    """The file and the right values by our names."""
    said = json.loads(line)
    if not isinstance(said, dict) or not isinstance(said.get("file"), str) or not isinstance(said.get("fields"), dict):
        raise ValueError('expected {"file": …, "fields": {…}}')
    if unknown := sorted(set(said["fields"]) - set(_FIELDS)):
        raise ValueError(f"unknown field: {', '.join(unknown)}")
    known = {_FIELDS[printed]: value for printed, value in said["fields"].items() if value not in (None, "")}
    return said["file"], {name: _value(name, value) for name, value in known.items()}


def _value(name: str, value: Any) -> Value:
    if name in DATES:
        return date.fromisoformat(str(value))
    if name in AMOUNTS:
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValueError(f"not an amount: {value}") from error
    return str(value)


def _learned(contents: Contents, right: dict[str, Value], source: str) -> Iterator[Lesson]:
    """The lessons of each pass over its pages; what was read of the supplier, put right, is what it is known by."""
    read = read_fields(contents, use_xml=False)
    supplier = supplier_of(read, right)
    for study in studies_of(contents):
        yield from learn(study, right, read, supplier=supplier, source=source)


def supplier_of(read: Reading, right: dict[str, Value]) -> Party:
    """Who sells, by what is right where it was said, else by what was read."""
    party = read.party("seller")
    party.name = str(right.get("seller_name") or party.name)
    party.vat_number = str(right.get("seller_vat") or party.vat_number)
    party.ibans = [str(right["iban"])] if "iban" in right else party.ibans
    return party
