"""What was read of one party must agree with itself: a number that belongs to somebody else is not kept."""

from __future__ import annotations

import re

from app.extraction.labels import fold
from app.extraction.parties import bare_name, domain_of
from app.extraction.sides import Side
from app.extraction.spots import Spot

_FRENCH_VAT = re.compile(r"FR[0-9A-Z]{2}([0-9]{9})")
_FOOTER = 0.85
"""Share of the page below which only the seller writes."""


def agree(seller: Side, buyer: Side) -> None:
    """Take from the seller what its VAT number or its name contradicts; a SIRET that fits the buyer goes there."""
    for side, other in ((seller, buyer), (buyer, seller)):
        _by_vat_number(side, other)
    _by_name(seller)


def _by_vat_number(side: Side, other: Side) -> None:
    """A French VAT number holds the SIREN: another company's SIREN or SIRET is not this one's."""
    siren = _siren_in(side)
    for name in ("siren", "siret"):
        spot, value, sure = side.spots.get(name, (None, "", 0.0))
        if siren and value and value[:9] != siren:
            del side.spots[name]
            if _siren_in(other) in ("", value[:9]):
                other.put(name, spot, value, min(sure, 0.6))


def _siren_in(side: Side) -> str:
    spot, value, _sure = side.spots.get("vat", (None, "", 0.0))
    found = _FRENCH_VAT.fullmatch(value) if spot is None or spot.is_right else None
    return found[1] if found else ""


def _by_name(side: Side) -> None:
    """A mailbox unlike the company's name, and not at the foot of the page, may be anybody's: the customer's, too."""
    spot, value, _sure = side.spots.get("email", (None, "", 0.0))
    name = side.spots.get("name", (None, "", 0.0))[1]
    if spot is not None and name and not _stands_at_the_foot(spot) and not _is_alike(name, value):
        del side.spots["email"]


def _stands_at_the_foot(spot: Spot) -> bool:
    page = spot.line.page
    return spot.area[1] > _FOOTER * (page.height or 1)


def _is_alike(name: str, email: str) -> bool:
    """Whether the mailbox or its domain is called like the company, or like a part of it."""
    said = _letters(email.partition("@")[0] + domain_of(email).rpartition(".")[0])
    words = [_letters(word) for word in bare_name(name).split()]
    return any(len(word) > 2 and word in said for word in words) or _letters(name)[:6] in said


def _letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", fold(text))
