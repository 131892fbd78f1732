"""What a number belongs to, by what stands beside it: a town, a street, one of the parties, a page."""

from __future__ import annotations

import re

from app.extraction.evidence import Evidence, Nearby, column_around
from app.extraction.labels import Label, fold, lexicon
from app.extraction.naming import POSTCODE
from app.extraction.spots import Spot

_ONE_PARTY_S = 0.6
"""What a reference of one of the parties counts, as against one that is nobody's."""
_NEAR = 24
"""Characters of a line within which a postcode has its town."""
_BELOW = 2
"""Lines within which an address begins below its heading: what stands beside it may come between."""
_WELL_NAMED = 0.75
"""From here on a label says whose a number is."""


def is_postcode(spot: Spot) -> bool:
    """Whether it belongs to a town: "44000 Nantes", "Omaha, NE 68102", "EX4 3PL Exeter"."""
    first = max(0, spot.start - _NEAR)
    around = spot.line.text[first : spot.end + _NEAR]
    return any(found.start() <= spot.start - first < found.end() for found in POSTCODE.finditer(around))


def is_house(evidence: Evidence, spot: Spot) -> bool:
    """Whether a short number stands with a street: "14 Mill Lane", "Calle Mayor 14"."""
    start, end = column_around(spot.line, spot.start)
    rest = spot.line.text[start : spot.start] + spot.line.text[spot.end : end]
    is_short = bool(re.fullmatch(r"\d{1,3}[A-Za-z]?", str(spot.value)))
    return is_short and bool(re.search(r"[^\W\d_]{3,}", rest)) and not evidence.labels_in((spot.line, start, end))


def is_bracketed(spot: Spot) -> bool:
    """Whether it stands alone in brackets, as a code of the document's type does."""
    return spot.line.text[max(spot.start - 1, 0) : spot.start] == "(" and spot.line.text[spot.end : spot.end + 1] == ")"


def stands_alone(spot: Spot) -> bool:
    """Whether nothing but marks stands beside it in its column."""
    start, end = column_around(spot.line, spot.start)
    return not any(
        character.isalnum() for character in spot.line.text[start : spot.start] + spot.line.text[spot.end : end]
    )


def is_a_party_s(evidence: Evidence, spot: Spot) -> bool:
    """Whether it follows "Customer", or stands at "Your reference": the number by which one is known."""
    near = next(iter(evidence.near(spot)), None)
    if near is None or near.closeness < _WELL_NAMED:
        return False
    names_party = near.where == "left" and bool(near.label.roles & {"buyer", "contact"})
    is_anothers = bool(near.label.roles & {"order_reference", "other_number"}) or of_whom(near) is not near
    return is_anothers or (names_party and not _heads(evidence, near.label))


def _heads(evidence: Evidence, label: Label) -> bool:
    """Whether a text without a label stands right below, as an address does below its heading."""
    reach = 1 if evidence.has_own_value(label) else _BELOW
    following = evidence.layout.lines[label.line.index + 1 : label.line.index + 1 + reach]
    for line in following:
        for start, end in line.columns():
            is_below = abs(line.area_of(start, max(end, start + 1))[0] - label.area[0]) < line.height
            if is_below and line.page is label.line.page and line.index not in evidence.item_headers:
                return not evidence.labels_in((line, start, end))
    return False


def of_whom(nearby: Nearby) -> Nearby:
    """A reference that is one party's ("Nos réf.", "Your ref.") counts less."""
    label = nearby.label
    before = re.findall(r"[^\W_]+", fold(label.line.text[: label.start]))[-1:]
    if "number" in label.roles or lexicon().whose.isdisjoint(before):
        return nearby
    return Nearby(label, nearby.closeness * _ONE_PARTY_S, nearby.where)
