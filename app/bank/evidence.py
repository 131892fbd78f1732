"""What a bank line itself says: which numbers stand in it, and whom it may be from or for (SPEC BK-2)."""

from __future__ import annotations

from typing import Any

from app.bank.book import COMMON, Book, Line, Open
from app.bank.writing import raw_key

Reasons = list[list[Any]]
Found = dict[int, tuple[str, Open]]
"""Document → how its number stands in the line."""
Parties = dict[int, tuple[float, Reasons]]
"""Party → the points and reasons of its being meant."""
EXACT = {"reference", "number"}
NUMBER = {"reference": 52, "number": 46, "misread": 38, "cut": 30, "end": 20}
"""How a number stands there → its points."""
TELLING = 6
"""Signs a number must have to say something by itself."""
SOME = 4
"""Parties whose documents are looked through."""


def numbers_in(line: Line, book: Book, parties: Parties) -> Found:
    """Documents whose number or reference stands in it, and how: a longer number hides those within it."""
    hits: list[tuple[int, int, str, str, list[Open]]] = []
    for start, end, raw, loose in line.words.numbers():
        if there := book.of_raw.get(raw):
            hits.append((start, end, "number", raw, there))
        elif len(loose) >= 4 and (there := book.of_loose.get(loose)):
            hits.append((start, end, "misread", raw, there))
    found: Found = {}
    for start, end, how, raw, there in hits:
        if any(other[0] <= start and end <= other[1] and other[:2] != (start, end) for other in hits):
            continue
        _note(found, how, raw, there)
    for beginning in line.words.cut_ends():
        for document in book.cut(beginning) if not found else ():
            is_near = document.minor == abs(line.minor) or document.party in parties
            if is_near or (not parties and len(beginning) >= TELLING):
                found[document.id] = ("cut", document)
    return found


def best_of(parties: Parties) -> list[int]:
    """The likeliest of them; all that are alike."""
    if len(parties) <= SOME:
        return list(parties)
    least = max(sorted((points for points, _why in parties.values()), reverse=True)[SOME - 1], 10.0)
    return [party for party, (points, _why) in parties.items() if points >= least][: 2 * SOME]


def _note(found: Found, how: str, raw: str, there: list[Open]) -> None:
    if len(there) > COMMON:
        return
    for document in there:
        known, way = found.get(document.id), _way(how, raw, document)
        if known is None or NUMBER[way] > NUMBER[known[0]]:
            found[document.id] = (way, document)


def _way(how: str, raw: str, document: Open) -> str:
    """Is it the reference to pay under rather than the number?"""
    return "reference" if how == "number" and document.reference and raw == raw_key(document.reference) else how


def parties_of(line: Line, book: Book) -> Parties:
    """Whom it may be from or for, with points and reasons: by account, by a rule, by earlier matches, by name."""
    told: Parties = {}

    def tell(party: int, points: float, reason: list[Any]) -> None:
        was, why = told.get(party, (0.0, []))
        told[party] = (max(was, points) + (4 if was else 0), [*why, reason])

    for party, times in book.known.ibans.get(line.iban, {}).items():
        tell(party, 28 + min(times, 6), ["iban", times])
    if line.party is not None:
        tell(line.party, 28, ["rule"])
    before = book.known.names.get(line.words.name, {}) if line.words.name else {}
    for party, times in before.items():
        is_sure = len(before) == 1 and not line.words.name_is_cut
        tell(party, 24 + min(times, 4) if is_sure else 20 * times / sum(before.values()), ["name_before", times])
    for party, likeness in book.called(line.words.words, line.words.is_cut).items():
        tell(party, 8 + 18 * (likeness - 70) / 30, ["name", round(likeness)])
    return told
