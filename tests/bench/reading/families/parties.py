"""Who sells and who buys: invented firms with numbers that pass their checks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench.reading.families import identifiers

BUYERS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "buyers.toml").read_text("utf-8"))
PHONES = {
    "FR": "02 61 91 ## ##", "DE": "+49 (0)30 23125 ###", "NL": "085 - 016 ## ##", "BE": "+32 (0)3 555 ## ##",
    "ES": "91 055 ## ##", "IT": "06 5550 ####", "GB": "01632 960###", "IE": "+353 1 555 ####", "AT": "+43 1 555 ####",
    "CH": "+41 44 555 ## ##", "US": "(555) 555-01##",
}  # fmt: skip


@dataclass(frozen=True)
class Party:
    """A firm as it stands on paper."""

    name: str
    legal: str
    street: str
    town: str
    country: str
    siren: str
    siret: str
    vat: str
    iban: str
    phone: str

    @property
    def domain(self) -> str:
        plain = unicodedata.normalize("NFKD", self.name.lower()).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z]+", "-", plain).strip("-") + ".example"

    def values(self, prefix: str) -> dict[str, str]:
        """What templates may name; the seller's name is `seller`, the buyer's `buyer`."""
        known = {
            "legal": self.legal, "street": self.street, "town": self.town, "siren": self.siren, "siret": self.siret,
            "vat": self.vat, "iban": self.iban, "bic": identifiers.BIC[self.country], "phone": self.phone,
            "email": f"info@{self.domain}", "web": f"www.{self.domain}", "postcode": self.town.split(" ")[0],
            "city": self.town.partition(" ")[2], "plain_vat": self.vat.removeprefix(self.country),
        }  # fmt: skip
        return {prefix + name: value for name, value in known.items()} | {
            "buyer" if prefix else "seller": self.name,
            prefix + "upper": self.name.upper(),
        }


def party(line: str, country: str, chance: Random) -> Party:
    """From `name|legal form|street|postcode town`, its numbers drawn."""
    name, legal, street, town = line.split("|")
    siren = identifiers.siren(chance)
    vat = identifiers.french_vat(siren) if country == "FR" else identifiers.vat(country, chance)
    phone = identifiers.drawn(PHONES[country], chance)
    siret, iban = identifiers.siret(siren, chance), identifiers.iban(country, chance)
    return Party(name, legal, street, town, country, siren, siret, vat, iban, phone)


def buyer(listed: str, chance: Random) -> Party:
    """One of the buyers of a country ("FR"), or of a kind there ("FR-people")."""
    return party(chance.choice(BUYERS[listed]), listed[:2], chance)
