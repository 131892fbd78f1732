"""How likely a bank line is about these documents, and why: every point has a reason that is shown (SPEC BK-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.bank import sums
from app.bank.book import Book, Line, Open
from app.bank.evidence import EXACT, NUMBER, SOME, TELLING, Found, Parties, Reasons, best_of, numbers_in, parties_of
from app.bank.gaps import FEE, gap
from app.bank.models import Difference

SHOWN = 30
"""Points from which a suggestion is worth a look."""
CLEAR = 90
"""From so many points on nothing better is looked for."""
AMOUNT, SUM = 40, 34
LATE, AHEAD = 60, 20
"""Days within which a debt is paid as a rule, after it was due and before."""
FEW, MANY_SAME, OF_PARTY = 5, 60, 40


@dataclass(slots=True)
class Suggestion:
    """One answer to what a line settles: documents, how sure, and why."""

    documents: tuple[Open, ...]
    points: float
    why: Reasons = field(default_factory=list)
    difference: Difference | None = None

    @property
    def is_whole(self) -> bool:
        """Is the amount exactly what is open?"""
        return ["amount"] in self.why or self.why[:1] == [["sum", len(self.documents)]]

    is_sure: bool = False
    """Exact number and exact amount, and no rival: what may be matched by itself (SPEC BK-3)."""


def suggest(line: Line, book: Book) -> list[Suggestion]:
    """The likeliest answers, the best first."""
    parties = parties_of(line, book)
    found = numbers_in(line, book, parties)
    singles = [_single(line, document, found, parties) for document in _near(line, book, found, parties)]
    if not any(each.points >= CLEAR and each.is_whole for each in singles):
        singles += _together(line, book, found, parties)
    likely = sorted((each for each in singles if each.points >= SHOWN), key=_rank)
    kept = _each_once(likely)[:FEW]
    if kept:
        kept[0].is_sure = _is_sure(line, kept, found, parties)
    return kept


def _rank(suggestion: Suggestion) -> tuple[float, int]:
    return -suggestion.points, len(suggestion.documents)


def _each_once(likely: list[Suggestion]) -> list[Suggestion]:
    """The same documents only once, as they were ranked."""
    kept: dict[frozenset[int], Suggestion] = {}
    for each in likely:
        kept.setdefault(frozenset(document.id for document in each.documents), each)
    return list(kept.values())


def _near(line: Line, book: Book, found: Found, parties: dict[int, Any]) -> list[Open]:
    """The documents worth scoring, each once."""
    takes_in, minor = line.minor > 0, abs(line.minor)
    near = {id: document for id, (_how, document) in found.items() if document.takes_in is takes_in}
    same = book.of_amount.get((line.currency, takes_in, minor), [])
    if len(same) > MANY_SAME:
        same = [each for each in same if each.party in parties] or sorted(same, key=lambda each: _days(line, each))
    near |= {each.id: each for each in same[:MANY_SAME]}
    least = minor - FEE
    for party in best_of(parties):
        for each in book.of_party.get(party, ())[:OF_PARTY]:
            if each.takes_in is takes_in and (each.minor >= least or each.tail in line.words.said):
                near[each.id] = each
    return list(near.values())


# --- One document ---------------------------------------------------------------------------------


def _single(line: Line, document: Open, found: Found, parties: Parties) -> Suggestion:
    """A line beside one document."""
    points, why, difference = _amount(line, document)
    how = found[document.id][0] if document.id in found else "end" if document.tail in line.words.said else ""
    if how:
        points += NUMBER[how] * (1 if len(document.number) > 4 or how == "reference" else 0.6)
        why.append([how, document.number])
    points += _party(document.party, parties, why, is_numbered=how in EXACT)
    points += _date(line, document, why)
    return Suggestion((document,), points, why, difference)


def _amount(line: Line, document: Open) -> tuple[float, Reasons, Difference | None]:
    """What the two amounts say, and what a difference between them may be."""
    minor, wanted = abs(line.minor), document.minor
    if line.currency != document.currency:
        is_same = line.original_currency == document.currency and abs(line.original_minor or 0) == wanted
        return (38.0, [["original"]], None) if is_same else (0.0, [["currency"]], None)
    if minor == wanted:
        return float(AMOUNT), [["amount"]], None
    return gap(minor, wanted)


def _party(party: int | None, parties: Parties, why: Reasons, *, is_numbered: bool) -> float:
    """Whose document it is, against whom the line names."""
    if party in parties:
        points, reasons = parties[party]
        why += reasons
        return points
    strongest = max((points for points, _why in parties.values()), default=0.0)
    if strongest < 22:
        return 0.0
    why.append(["other_party"])
    return -10.0 if is_numbered or strongest < 28 else -24.0


def _date(line: Line, document: Open, why: Reasons) -> float:
    """Near its due date; hardly before it was issued."""
    if document.issued and line.day < document.issued - timedelta(days=3):
        why.append(["early"])
        return -20.0
    if document.due is None:
        return 0.0
    days = _days(line, document)
    if days <= 10:
        why.append(["due", days])
    is_of_month = document.issued is not None and document.issued.month in line.words.months
    if is_of_month:
        why.append(["month", document.issued.isoformat()] if document.issued else [])
    reach = LATE if line.day >= document.due else AHEAD
    return 8.0 * max(0.0, 1 - days / reach) + 6.0 * is_of_month


def _days(line: Line, document: Open) -> int:
    day = document.due or document.issued
    return abs((line.day - day).days) if day else 999


# --- Several documents ----------------------------------------------------------------------------


def _together(line: Line, book: Book, found: Found, parties: Parties) -> list[Suggestion]:
    """Documents of one party that come to the line's amount; credit notes taken off."""
    told = []
    named = [document for how, document in found.values() if how != "cut" and document.currency == line.currency]
    for party in {document.party for document in named}:
        mine = [document for document in named if document.party == party]
        if len(mine) > 1:
            told += _sums(line, mine, found, parties)
    numbered = {document.party for document in named if document.party is not None}
    for party in [*numbered, *(each for each in best_of(parties) if each not in numbered)][:SOME]:
        mine = [each for each in book.of_party.get(party, ()) if each.currency == line.currency]
        mine = [each for each in mine if not each.issued or each.issued <= line.day + timedelta(days=3)]
        mine.sort(key=lambda each: (not _is_named(line, each, found), each.due or line.day))
        told += _sums(line, mine[: 2 * sums.MOST], found, parties)
    return told


def _sums(line: Line, mine: list[Open], found: Found, parties: Parties) -> list[Suggestion]:
    """Those of these that come to it, of one direction."""
    told = []
    for is_sale in {each.is_sale for each in mine}:
        these = [each for each in mine if each.is_sale is is_sale]
        signed = [each.minor if each.takes_in is (line.minor > 0) else -each.minor for each in these]
        answers = sums.coming_to(abs(line.minor), signed) if len(these) > 1 else []
        told += [_sum(line, [these[place] for place in places], found, parties, len(answers)) for places in answers]
        told += _nearly(line, these, signed, found, parties) if not answers else []
    return told


def _nearly(line: Line, these: list[Open], signed: list[int], found: Found, parties: Parties) -> list[Suggestion]:
    """All that the line names, with a difference between its amount and theirs."""
    places = [place for place, each in enumerate(these) if _is_named(line, each, found)]
    whole = sum(signed[place] for place in places)
    if len(places) < 2 or whole <= 0:
        return []
    points, why, difference = gap(abs(line.minor), whole)
    if difference is None:
        return []
    told = _sum(line, [these[place] for place in places], found, parties, 1)
    told.points += points - SUM
    told.why, told.difference = why + told.why, difference
    return [told]


def _is_named(line: Line, document: Open, found: Found) -> bool:
    return document.id in found or document.tail in line.words.said


def _sum(
    line: Line,
    documents: list[Open],
    found: Found,
    parties: Parties,
    answers: int,
) -> Suggestion:
    """Several documents as one answer: the more of them the line names, the surer."""
    why: Reasons = [["sum", len(documents)]]
    named = [each for each in documents if _is_named(line, each, found)]
    points = float(SUM) + 44 * len(named) / len(documents) - 2 * (len(documents) - 2)
    if named:
        why.append(["numbers", len(named)])
    points += _party(documents[0].party, parties, why, is_numbered=len(named) == len(documents))
    if answers > 1 and not named:
        points -= 6
    points += sum(_date(line, each, []) for each in documents) / len(documents)
    return Suggestion(tuple(documents), points, why)


# --- What is sure ---------------------------------------------------------------------------------


def _is_sure(line: Line, kept: list[Suggestion], found: Found, parties: Parties) -> bool:
    """The exact number and the exact amount of one document, and nothing that speaks for another (SPEC BK-3)."""
    first = kept[0]
    document, keys = first.documents[0], {reason[0] for reason in first.why}
    if len(first.documents) > 1 or "amount" not in keys or not keys & EXACT or keys & {"other_party", "early"}:
        return False
    if any(how in EXACT for id, (how, _each) in found.items() if id != document.id):
        return False
    agrees = document.party in parties and parties[document.party][0] >= 18
    if not agrees and not _is_telling(document, line):
        return False
    return not any(_is_rival(each) for each in kept[1:])


def _is_rival(other: Suggestion) -> bool:
    """Another document of that amount whose number may be meant as well."""
    keys = {reason[0] for reason in other.why}
    return "amount" in keys and bool(keys & set(NUMBER))


def _is_telling(document: Open, line: Line) -> bool:
    """Is its number long enough, and no date, so that it stands there for nothing else?"""
    digits = [sign for sign in document.number if sign.isdigit()]
    dates = {f"{line.day:%d%m%Y}", f"{line.day:%d%m%y}", f"{line.day:%Y%m%d}"}
    return len(document.number) >= TELLING and len(digits) >= 4 and "".join(digits) not in dates
