"""By what a layout is known again: its supplier's numbers and name, and its labels with where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.extraction.labels import fold
from app.extraction.parties import bare_name, domain_of, siren_of
from app.extraction.reading import Party
from app.extraction.study import Study

_CELLS = 16
"""Cells across a page: a label that stands in the next one is still in its place."""
_OF_THE_SUPPLIER, _ALONE, _LEAST = 0.4, 0.75, 5
"""Share of labels in their place where the supplier is known, where only they speak, and how many it takes then."""
_MOST = 60


class Kinship(Enum):
    """How a page is related to a layout."""

    SUPPLIER = "supplier"
    """The same supplier's, laid out the same way."""
    LAYOUT = "layout"
    """Laid out the same way, by whom is not said."""
    NONE = "none"


@dataclass(frozen=True)
class Fingerprint:
    """One layout of one supplier."""

    identifiers: frozenset[str]
    """VAT number, SIREN, IBANs, e-mail domain."""
    name: str
    labels: frozenset[tuple[str, int]]
    """Words of a label, and how far to the right it stands."""


def identifiers_of(party: Party) -> frozenset[str]:
    """What a party is known by, but for its name."""
    said = {party.vat_number, siren_of(party), domain_of(party.email), *party.ibans}
    return frozenset(said - {""})


def labels_of(study: Study) -> frozenset[tuple[str, int]]:
    """The labels of the first page, each with its place."""
    first = [label for label in study.labels if label.line.page.number == 1][:_MOST]
    return frozenset(
        (fold(label.line.text[label.start : label.end]), int(_CELLS * label.area[0] / (label.line.page.width or 1)))
        for label in first
    )


@dataclass(frozen=True)
class Seen:
    """What a page to be read shows of all this."""

    identifiers: frozenset[str]
    words: str
    labels: frozenset[tuple[str, int]]


def seen_on(study: Study) -> Seen:
    """Gathered once for all lessons."""
    values = study.values
    numbers = [str(spot.value) for spot in (*values.vats, *values.sirens, *values.sirets, *values.ibans)]
    sirens = {siren_of(Party(vat_number=number)) for number in numbers}
    sirens |= {siren_of(Party(siret=str(spot.value))) for spot in values.sirets}
    domains = {domain_of(str(spot.value)) for spot in values.mails}
    words = " ".join(bare_name(line.text) for line in study.layout.lines)
    return Seen(frozenset({*numbers, *sirens, *domains} - {""}), f" {words} ", labels_of(study))


def kinship(layout: Fingerprint, seen: Seen) -> Kinship:
    """Whether a page is of this layout, and whether of this supplier."""
    shared = _shared(layout.labels, seen.labels)
    share = shared / max(min(len(layout.labels), len(seen.labels)), 1)
    is_named = len(layout.name) > 3 and f" {layout.name} " in seen.words
    if share >= _OF_THE_SUPPLIER and (layout.identifiers & seen.identifiers or is_named):
        return Kinship.SUPPLIER
    return Kinship.LAYOUT if share >= _ALONE and shared >= _LEAST else Kinship.NONE


def _shared(known: Iterable[tuple[str, int]], seen: frozenset[tuple[str, int]]) -> int:
    """How many labels stand where they stood, or hardly beside it."""
    return sum(any((text, cell + step) in seen for step in (0, -1, 1)) for text, cell in known)


def as_plain(layout: Fingerprint) -> dict[str, Any]:
    """As JSON has it."""
    labels = [list(label) for label in sorted(layout.labels)]
    return {"identifiers": sorted(layout.identifiers), "name": layout.name, "labels": labels}


def from_plain(stored: dict[str, Any]) -> Fingerprint:
    """What `as_plain` gave."""
    labels = frozenset((str(text), int(cell)) for text, cell in stored["labels"])
    return Fingerprint(frozenset(stored["identifiers"]), stored["name"], labels)
