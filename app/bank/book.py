"""What is open, found by number, amount, account and name: in memory for many lines, or a few rows for one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from app.bank.writing import Words, loose_key, raw_key, tail_of
from app.extraction.parties import bare_name

COMMON = 8
"""A number that more documents have says nothing by itself."""
MANY = 60
"""So many parties with one word are looked at."""
TRIED = 12
NEAR, BEGUN = 78.0, 86.0
"""How alike two names must be to say anything; and what a name says that the bank cut."""
SHORTEST_NAME = 5


@dataclass(slots=True)
class Open:
    """An open document, as far as matching asks."""

    id: int
    party: int | None
    number: str
    minor: int
    """What is open of it."""
    currency: str
    takes_in: bool
    """Is it settled by money that comes in?"""
    is_sale: bool
    issued: date | None = None
    due: date | None = None
    reference: str = ""
    name: str = ""
    """Of its party."""
    tail: str = ""
    """The end of its number, as people shorten it."""


@dataclass(slots=True)
class Line:
    """A bank line, as far as matching asks."""

    id: int
    day: date
    minor: int
    """What is open of it, with its sign."""
    currency: str
    words: Words
    iban: str = ""
    party: int | None = None
    """Whose it is, as a label rule says."""
    original_minor: int | None = None
    original_currency: str = ""


@dataclass
class Known:
    """What earlier matches and the counterparties' own facts say of who pays from where, and under which name."""

    ibans: dict[str, Counter[int]] = field(default_factory=dict)
    """IBAN → party, how often it paid or was paid; 0: only its own facts say so."""
    names: dict[str, Counter[int]] = field(default_factory=dict)
    """As banks write a party (`bare_name`) → party, how often."""
    parties: dict[int, str] = field(default_factory=dict)
    """Party → name."""


class Book:
    """Open documents with the ways to find them."""

    def __init__(self, documents: Iterable[Open], known: Known | None = None) -> None:
        """Put each under its number, amount and party."""
        self.known = known or Known()
        self.of_amount: dict[tuple[str, bool, int], list[Open]] = defaultdict(list)
        self.of_raw: dict[str, list[Open]] = defaultdict(list)
        self.of_loose: dict[str, list[Open]] = defaultdict(list)
        self.of_party: dict[int, list[Open]] = defaultdict(list)
        self.bare: dict[int, str] = {}
        for document in documents:
            self._add(document)
        self._cuttable = sorted(self.of_loose)
        self.of_word: dict[str, list[int]] = defaultdict(list)
        for party, name in self.known.parties.items():
            self._name(party, name)
        self._names = sorted((name, party) for party, name in self.bare.items())

    def _add(self, document: Open) -> None:
        document.tail = tail_of(document.number)
        self.of_amount[document.currency, document.takes_in, document.minor].append(document)
        for number in {document.number, document.reference} - {""}:
            self.of_raw[raw_key(number)].append(document)
            self.of_loose[loose_key(number)].append(document)
        if document.party is not None:
            self.of_party[document.party].append(document)
            if document.party not in self.known.parties and document.name:
                self.known.parties[document.party] = document.name

    def _name(self, party: int, name: str) -> None:
        if party in self.of_party:
            self.bare[party] = bare_name(name)
            for key in {_key(word) for word in self.bare[party].split()}:
                self.of_word[key].append(party)

    def is_like(self, party: int | None, words: list[str]) -> bool:
        """Has this party a name that begins with, or has a word of, what a line says of it?"""
        name = self.bare.get(party or 0, "")
        return name.startswith(" ".join(words)) or bool({_key(word) for word in name.split()} & set(map(_key, words)))

    def cut(self, beginning: str) -> list[Open]:
        """Those whose number begins so; none where many do."""
        start, found = bisect_left(self._cuttable, beginning), []
        for key in self._cuttable[start : start + MANY]:
            if not key.startswith(beginning):
                break
            found += self.of_loose[key]
        return found if len(found) < MANY else []

    def called(self, words: list[str], is_cut: bool = False) -> dict[int, float]:
        """Parties with a name like this → how alike, of 100; with `is_cut` also those whose name begins so."""
        said = " ".join(words)
        alike = self._begun(said) if is_cut and len(said) >= SHORTEST_NAME else {}
        for party, _count in self._sharing(words).most_common(TRIED):
            likeness = _likeness(self.bare[party], said)
            if likeness >= NEAR:
                alike[party] = max(likeness, alike.get(party, 0.0))
        return alike

    def _sharing(self, words: list[str]) -> Counter[int]:
        """Parties that share a word with this name, by the rarer words first → how many words."""
        keys = {_key(word) for word in words if len(word) > 1}
        lists = sorted((self.of_word[key] for key in keys if key in self.of_word), key=len)
        near: Counter[int] = Counter()
        for parties in lists[:4]:
            near.update(parties if len(parties) <= MANY or not near else near.keys() & parties)
        return near

    def _begun(self, beginning: str) -> dict[int, float]:
        """Those whose name begins so; none where many do."""
        start, found = bisect_left(self._names, (beginning, 0)), {}
        for name, party in self._names[start : start + TRIED + 1]:
            if name.startswith(beginning):
                found[party] = BEGUN
        return found if len(found) <= TRIED else {}


def _likeness(name: str, said: str) -> float:
    """Of two bare names, of 100; words may be missing on either side, or stand in another order."""
    whole = 0.6 * fuzz.token_set_ratio(name, said) + 0.4 * fuzz.token_sort_ratio(name, said)
    return max(whole, 0.9 * fuzz.partial_ratio(name, said) if len(name) > 6 else 0.0)


def _key(word: str) -> str:
    """A word that was cut or has a slip at its end is found all the same."""
    return word[:5]
