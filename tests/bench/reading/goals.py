"""What the reader should reach, for documents it was made with and for those it never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.bench.reading.measuring import Reading
from tests.bench.reading.scorer import Document, scorer

SURE = 0.9
Share = tuple[int, int]
"""How many were right, and of how many."""


def exact(readings: Iterable[Reading]) -> Share:
    known = [one.is_exact for one in readings if one.is_exact is not None]
    return sum(known), len(known)


def right(*names: str) -> Callable[[Iterable[Reading]], Share]:
    """The share of these fields that is right."""

    def share(readings: Iterable[Reading]) -> Share:
        verdicts = [one.verdicts[name] for one in readings for name in names if name in one.verdicts]
        return verdicts.count("correct"), len(verdicts)

    return share


def credit_notes(readings: Iterable[Reading]) -> Share:
    """Credit notes that were called so."""
    return right("kind")(one for one in readings if one.document["truth"].get("kind") == "credit_note")


def _scored(readings: Iterable[Reading]) -> list[tuple[bool, bool]]:
    """Sure and right, for each field asked for."""
    return [
        (one.confidence(name) >= SURE, verdict == "correct")
        for one in readings
        for name, verdict in one.verdicts.items()
    ]


def right_when_sure(readings: Iterable[Reading]) -> Share:
    sure = [is_right for is_sure, is_right in _scored(readings) if is_sure]
    return sum(sure), len(sure)


def sure(readings: Iterable[Reading]) -> Share:
    scored = _scored(readings)
    return sum(is_sure for is_sure, _is_right in scored), len(scored)


def not_fooled(readings: Iterable[Reading]) -> Share:
    """Papers that are no invoice and got no sure number or total."""
    others = [one for one in readings if one.document["doc_type"] == "other"]
    return sum(not _is_fooled(one) for one in others), len(others)


def _is_fooled(one: Reading) -> bool:
    given = one.answer.get("fields") or {}
    return any(given.get(name) and one.confidence(name) >= SURE for name in ("number", "total_gross"))


def contradicts(document: Document) -> bool:
    """The XML says something else than the page."""
    return bool(document.get("xml_values")) or any("differs from the page" in note for note in document["notes"])


def sound_xml(readings: Iterable[Reading]) -> Share:
    return exact(one for one in readings if not contradicts(one.document) and not one.document.get("xml_error"))


def flagged(chosen: Callable[[Document], object]) -> Callable[[Iterable[Reading]], Share]:
    """Of those documents, how many were flagged."""

    def share(readings: Iterable[Reading]) -> Share:
        those = [one.answer for one in readings if chosen(one.document)]
        return sum(bool(one.get("flags") or one.get("error")) for one in those), len(those)

    return share


@dataclass(frozen=True)
class Row:
    """One line of the table: goals in percent, None where the figure is only printed."""

    group: str
    what: str
    share: Callable[[Iterable[Reading]], Share]
    known: float | None
    unseen: float | None


def _rows() -> Iterable[Row]:
    yield Row("digital", "exact document", exact, 99, 94)
    goals = {"number": 97, "issue_date": 99.5, "due_date": 98, "total_gross": 99.5, "total_net": 99, "total_tax": 99}
    for name in scorer().DEFAULT_FIELDS:
        yield Row("digital", name, right(name), 99, (goals | {"seller_vat": 98}).get(name))
    yield Row("digital", "credit notes called so", credit_notes, 100, 95)
    yield Row("digital", "names of seller and buyer", right("seller_name", "buyer_name"), 93, 88)
    yield Row("digital", "iban", right("iban"), 97, 95)
    yield from _sure("digital", 99.5, 92)
    yield Row("digital", "no invoice: none sure", not_fooled, 100, 100)
    yield Row("pictures", "exact document", exact, 99, 92)
    yield from _sure("pictures", 99.5, 92)
    yield Row("rasterised", "exact document", exact, 97, 90)
    yield from _sure("rasterised", 99, 70)
    yield Row("rasterised", "no invoice: none sure", not_fooled, 100, 100)
    yield Row("cropped", "issue_date", right("issue_date"), 93, 92)
    yield Row("cropped", "total_gross", right("total_gross"), 92, 88)
    yield from _sure("cropped", 99, 70)
    yield Row("bed", "issue_date", right("issue_date"), None, 85)
    yield Row("bed", "total_gross", right("total_gross"), None, 80)
    yield Row("bed", "right when sure", right_when_sure, 99, 99)
    yield Row("scans", "no invoice: none sure", not_fooled, 100, 100)
    yield Row("xml", "exact, XML sound", sound_xml, 100, 100)
    yield Row("xml", "contradictions flagged", flagged(contradicts), 100, 100)
    yield Row("xml", "broken XML flagged", flagged(lambda document: document.get("xml_error")), 100, 100)
    yield Row("taught", "exact document", exact, 99, 98)


def _sure(group: str, least: float, covering: float) -> Iterable[Row]:
    yield Row(group, f"right when sure (≥ {SURE})", right_when_sure, least, 99)
    yield Row(group, "covering", sure, covering, None)


def rows() -> tuple[Row, ...]:
    """The whole table, top to bottom."""
    return tuple(_rows())
