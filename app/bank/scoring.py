"""How likely a bank line is about these documents, and why: every point has a reason that is shown (SPEC BK-2)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from app.bank import sums, unnamed
from app.bank.book import Book, Line, Open
from app.bank.evidence import EXACT, NUMBER, SOME, TELLING, Found, Parties, Reasons, best_of, numbers_in, parties_of
from app.bank.gaps import FEE, gap
from app.bank.weighing import SOON, STRONG, SUM, Suggestion, days_from, is_named, single, together

SHOWN = 30
"""Points from which a suggestion is worth a look."""
CLEAR = 90
"""From so many points on nothing better is looked for."""
FEW, MANY_SAME, OF_PARTY = 5, 60, 40
TOLD = {"iban", "name_before", "rule"}
PAIRED = 6
"""Of so many of the oldest, any two may be paid together with a difference."""


def suggest(line: Line, book: Book, *, guess: bool = False) -> list[Suggestion]:
    """The likeliest answers, the best first; with `guess` also what only its amount speaks for."""
    parties = parties_of(line, book)
    found = numbers_in(line, book, parties)
    singles = [single(line, document, found, parties) for document in _near(line, book, found, parties)]
    if not any(each.points >= CLEAR and each.is_whole for each in singles):
        singles += _together(line, book, found, parties)
    if guess and not found and not any(each.is_whole for each in singles):
        singles += unnamed.guess(line, book, parties)
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
        same = [each for each in same if each.party in parties] or sorted(same, key=lambda each: days_from(line, each))
    near |= {each.id: each for each in same[:MANY_SAME]}
    least = minor - FEE
    for party in best_of(parties):
        for each in book.of_party.get(party, ())[:OF_PARTY]:
            if each.takes_in is takes_in and (each.minor >= least or each.tail in line.words.said):
                near[each.id] = each
    return list(near.values())


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
        mine = [each for each in mine if not each.issued or each.issued <= line.day + SOON]
        mine.sort(key=lambda each: (not is_named(line, each, found), each.due or line.day))
        told += _sums(line, mine[: 2 * sums.MOST], found, parties)
    return told


def _sums(line: Line, mine: list[Open], found: Found, parties: Parties) -> list[Suggestion]:
    """Those of these that come to it, of one direction."""
    told = []
    for is_sale in {each.is_sale for each in mine}:
        these = [each for each in mine if each.is_sale is is_sale]
        signed = [each.minor if each.takes_in is (line.minor > 0) else -each.minor for each in these]
        answers = sums.coming_to(abs(line.minor), signed) if len(these) > 1 else []
        told += [together(line, [these[place] for place in places], found, parties, len(answers)) for places in answers]
        told += _nearly(line, these, signed, found, parties) if not answers else []
    return told


def _nearly(line: Line, these: list[Open], signed: list[int], found: Found, parties: Parties) -> list[Suggestion]:
    """All that the line names, or what its party owes, with a difference between its amount and theirs."""
    told = []
    for places in _meant(line, these, found, parties):
        whole = sum(signed[place] for place in places)
        if whole <= 0:
            continue
        points, why, difference = gap(abs(line.minor), whole)
        if difference is None:
            continue
        near = together(line, [these[place] for place in places], found, parties, 1)
        near.points += points - SUM
        near.why, near.difference = why + near.why, difference
        told.append(near)
    return told


def _meant(line: Line, these: list[Open], found: Found, parties: Parties) -> list[sums.Places]:
    """Which of these may be meant together: what the line names; else two, the oldest in a row, or those of a month."""
    named = tuple(place for place, each in enumerate(these) if is_named(line, each, found))
    if named or parties.get(these[0].party or 0, (0.0,))[0] < STRONG:
        return [named] if len(named) > 1 else []
    months = line.words.months
    of_month = tuple(place for place, each in enumerate(these) if each.issued and each.issued.month in months)
    in_a_row = [tuple(range(count)) for count in range(2, len(these) + 1)]
    pairs = combinations(range(min(len(these), PAIRED)), 2)
    return [each for each in dict.fromkeys([of_month, *in_a_row, *pairs]) if len(each) > 1]


# --- What is sure ---------------------------------------------------------------------------------


def _is_sure(line: Line, kept: list[Suggestion], found: Found, parties: Parties) -> bool:
    """The exact number and the exact amount of one document, and nothing that speaks for another (SPEC BK-3)."""
    first = kept[0]
    document, keys = first.documents[0], {reason[0] for reason in first.why}
    if len(first.documents) > 1 or "amount" not in keys or not keys & EXACT or keys & {"other_party", "early"}:
        return False
    if any(how in EXACT for id, (how, _each) in found.items() if id != document.id):
        return False
    if document.party not in parties and any(_is_told(why) for _points, why in parties.values()):
        return False
    agrees = document.party in parties and parties[document.party][0] >= 18
    if not agrees and not _is_telling(document, line):
        return False
    return not any(_is_rival(each) for each in kept[1:])


def _is_told(why: Reasons) -> bool:
    """Does an account, an earlier match or a rule say whose it is, however much that weighs?"""
    return any(reason[0] in TOLD for reason in why)


def _is_rival(other: Suggestion) -> bool:
    """Another document of that amount whose number may be meant as well."""
    keys = {reason[0] for reason in other.why}
    return "amount" in keys and bool(keys & set(NUMBER))


def _is_telling(document: Open, line: Line) -> bool:
    """Is its number long enough, and no date, so that it stands there for nothing else?"""
    digits = [sign for sign in document.number if sign.isdigit()]
    dates = {f"{line.day:%d%m%Y}", f"{line.day:%d%m%y}", f"{line.day:%Y%m%d}"}
    return len(document.number) >= TELLING and len(digits) >= 4 and "".join(digits) not in dates
