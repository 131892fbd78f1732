"""The company itself on a document: on which side it stands, and what there is its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.extraction.parties import ALIKE, Identity, is_own, likeness, siren_of
from app.extraction.reading import Party, Reading

SIDES = {"purchase": "buyer", "sale": "seller"}


@dataclass(frozen=True)
class Ours:
    """The company and its side, `seller` or `buyer`: a name or number of ours is never the other side's."""

    identity: Identity
    side: str

    def is_name(self, text: str) -> bool:
        """Is this a name of ours?"""
        return any(likeness(text, name) >= ALIKE for name in self.identity.names)

    def is_number(self, name: str, value: str) -> bool:
        """Is this VAT number, SIREN or SIRET ours?"""
        party = {"vat": Party(vat_number=value), "siren": Party(siren=value), "siret": Party(siret=value)}.get(name)
        return party is not None and is_own(replace(self.identity, names=[]), party) > 0


def ours_on(reading: Reading, vat_numbers: list[str], own: Identity, expected: str | None) -> Ours | None:
    """The side we are on: by our number and another party's, else by the way the document came in.

    A name alone proves nothing: letters and bills print ours largest, in the window.
    """
    numbers = replace(own, names=[])
    seller, buyer = reading.party("seller"), reading.party("buyer")
    sells, buys = is_own(numbers, seller) > 0, is_own(numbers, buyer) > 0
    named, us = reading.fields.get("buyer_name"), Ours(own, "buyer")
    is_another = named is not None and named.is_sure and not us.is_name(buyer.name)
    others = [number for number in vat_numbers if not us.is_number("vat", number)]
    if sells and not buys and (_has_number(buyer) or is_another or others):
        return Ours(own, "seller")
    if buys and not sells and _has_number(seller):
        return Ours(own, "buyer")
    return Ours(own, SIDES[expected]) if expected in SIDES else None


def _has_number(party: Party) -> bool:
    return bool(party.vat_number or siren_of(party))
