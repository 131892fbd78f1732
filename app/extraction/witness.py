"""What else on the page speaks of a name: mailboxes and websites, the foot, its print, what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.extraction.blocks import Block
from app.extraction.dating import town_before
from app.extraction.evidence import Evidence
from app.extraction.labels import fold
from app.extraction.naming import POSTCODE
from app.extraction.parties import bare_name, domain_of, siren_of
from app.extraction.reading import Party
from app.extraction.spots import Spot, Values

_REACH = re.compile(
    r"@|www\.|https?:|\b(?:t[ée]l|fax|phone|mobile|telefon|telefoon|kvk|iban|rcs|hrb|hra)\b|\+\d{2}\s?[\d(]"
    r"|\b0\d(?:[ .]\d\d){4}\b",
    re.IGNORECASE,
)
"""How to reach or pay somebody: who writes says it of itself, hardly of whom it writes to."""
_SITE = re.compile(
    r"(?:www\.|https?://)([\w.-]+)|(?<![@\w.-])([\w-]{4,}\.(?:fr|com|de|nl|be|es|it|eu|net|org|ch|at|co\.uk))\b",
    re.IGNORECASE,
)
FOOT = 0.85
"""Share of the page below which only the seller writes."""
_MOST_WORDS = 6


@dataclass(slots=True)
class Name:
    """One name and what speaks for it."""

    spot: Spot
    text: str
    kinds: set[str] = field(default_factory=set)
    block: Block | None = None
    around: list[str] = field(default_factory=list)
    """The lines of its block, and those right below."""
    is_greeted: bool = False
    """Whether it is addressed as people are: "Herrn", "Mme", "Spett.le"."""
    lead: float = 0.0
    """How far the chosen pair is ahead of the best one with another name on this side."""
    is_headed: bool = False
    """Whether its address is the only one below a heading that names this side: "Bill to"."""


@dataclass(slots=True)
class Witness:
    """What a document says beside the addresses."""

    domains: set[str]
    foot: list[str]
    sentences: list[str]
    towns: set[str] = field(default_factory=set)
    """Towns before the date, as letters begin: "Lyon, le 3 mars 2026"."""
    numbers: set[tuple[int, int]] = field(default_factory=set)
    """Where VAT numbers and SIRETs stand, if all are one company's: who writes must give its own."""


def witness(evidence: Evidence, values: Values) -> Witness:
    """Gather it once, as it is asked for each name."""
    lines = evidence.layout.lines
    domains = {domain_of(str(mail.value)) for mail in values.mails}
    domains |= {(one or other).removeprefix("www.") for line in lines for one, other in _SITE.findall(line.text)}
    return Witness(
        {_letters(domain.rpartition(".")[0]) for domain in domains} - {""},
        [f" {bare_name(line.text)} " for line in lines if line.area[1] > FOOT * line.page.height],
        [f" {bare_name(text)} " for line in lines for text in line.text.split("\t") if len(text.split()) > 5],
        {town for spot in values.dates if (town := town_before(evidence, spot))},
        _of_one_company([*values.vats, *values.sirets, *values.sirens]),
    )


def _of_one_company(spots: list[Spot]) -> set[tuple[int, int]]:
    """Where these numbers stand, if they name one company only."""
    found = [(str(spot.value), (spot.line.index, spot.start)) for spot in spots]
    companies = {siren_of(Party(vat_number=value)) or value[:9] for value, _ in found}
    return {place for _, place in found} if len(companies) == 1 else set()


def is_domain(said: Witness, name: str) -> bool:
    """Whether a mailbox or a website is called like it."""
    compact = _letters(bare_name(name))
    known = (compact in domain or (len(domain) > 3 and domain in compact) for domain in said.domains)
    return len(compact) > 3 and any(known)


def again(said: Witness, name: str) -> float:
    """More for a name that stands at the foot again, or at least in a sentence."""
    wanted = f" {bare_name(name)} "
    if len(wanted) < 6:
        return 0.0
    return 0.35 if any(wanted in text for text in said.foot) else 0.2 * any(wanted in text for text in said.sentences)


def stands_first(name: Name) -> bool:
    """Whether it is the first that the page says, at its top, and no sentence."""
    line = name.spot.line
    if len(name.text.split()) > _MOST_WORDS:
        return False
    return line.index == 0 and not line.text[: name.spot.start].strip() and line.area[1] < 0.12 * line.page.height


def can_be_reached(name: Name) -> bool:
    """Whether a telephone, a mailbox or an account stands with it."""
    return any(_REACH.search(text) for text in name.around)


def has_only_number(said: Witness, name: Name) -> bool:
    """Whether the only company that gives its VAT number or SIRET gives it here."""
    parts = name.block.parts if name.block else []
    return any(line.index == index and start <= at < end for line, start, end in parts for index, at in said.numbers)


def is_where_written(said: Witness, name: Name) -> bool:
    """Whether its address is in the town from which the letter is dated."""
    towns = [f" {bare_name(text)} " for text in name.around if POSTCODE.search(text)]
    return any(f" {town} " in text for town in said.towns for text in towns)


def _letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", fold(text))
