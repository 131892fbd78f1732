"""What a bank line may settle that does not say whose it is: a cheque, a name that is cut or unknown (SPEC BK-2).

Only amounts are left to go by, so that a guess is made where few fit; it is never more than a proposal.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.bank import sums
from app.bank.book import Book, Line, Open
from app.bank.evidence import Parties
from app.bank.gaps import DISCOUNTS, ROUNDING
from app.bank.weighing import SOON, STRONG, Suggestion, amount, of_date, together

OLDEST, FEW = 9, 4
"""So many documents of a party are tried, and so many of them are paid together."""
RIVALS = 3
"""Parties whose documents may come to an amount by chance before none is told."""
ALMOST, LIKE = 30.0, 2
"""Points of an amount that differs as one expects, and how many documents may fit it so."""
SHORTEST = 3
"""Letters a word has that may name somebody."""
BEFORE, AFTER = 10, 45
"""Days before and after it is due within which a document whose amount differs is thought of."""


def guess(line: Line, book: Book, parties: Parties) -> list[Suggestion]:
    """Documents of whatever party that come to the line's amount, exactly or with a difference one expects."""
    if max((points for points, _why in parties.values()), default=0.0) >= STRONG:
        return []
    words = [word for word in line.words.words if len(word) >= SHORTEST]
    summed = [answer for documents in _debts(line, book) for answer in _coming_to(line.minor, documents)]
    named = [each for each in summed if _may_be_meant(book, each[0], words)]
    fitting = named or (summed if len(_parties(summed)) == 1 else [])
    if 0 < len(_parties(fitting)) <= RIVALS:
        return [together(line, each, {}, parties, len(fitting)) for each in fitting]
    return _almost(line, book, words)


def _debts(line: Line, book: Book) -> Iterator[list[Open]]:
    """Of each party what it may have been paid for, or have paid, by then: the oldest sales, or purchases."""
    for of_party in book.of_party.values():
        there = [each for each in of_party if not each.issued or each.issued <= line.day + SOON]
        for is_sale in (True, False):
            these = [each for each in there if each.is_sale is is_sale and each.currency == line.currency]
            yield sorted(these, key=lambda each: each.due or each.issued or line.day)[:OLDEST]


def _coming_to(minor: int, documents: list[Open]) -> list[list[Open]]:
    """A few of these that come to it; what runs the other way is taken off."""
    signed = [each.minor if each.takes_in else -each.minor for each in documents]
    return [[documents[place] for place in places] for places in sums.coming_to(minor, signed) if len(places) <= FEW]


def _may_be_meant(book: Book, document: Open, words: list[str]) -> bool:
    """Is its party called like what the line says, if anything?"""
    return not words or book.is_like(document.party, words)


def _parties(answers: list[list[Open]]) -> set[int | None]:
    return {documents[0].party for documents in answers}


def _almost(line: Line, book: Book, words: list[str]) -> list[Suggestion]:
    """The one or two documents near their due date that were paid but for a rounding, a discount, or in part."""
    wanted = set(_wholes(abs(line.minor), is_named=bool(words)))
    near = [each for minor in wanted for each in book.of_amount.get((line.currency, line.minor > 0, minor), ())]
    near = [each for each in near if _is_due(line, each) and _may_be_meant(book, each, words)]
    return [_alone(line, each) for each in near] if len(near) <= LIKE else []


def _wholes(minor: int, *, is_named: bool) -> Iterator[int]:
    """What was owed where this was paid: a part may be any tenth where the payer's name fits, else a half."""
    yield from range(minor - ROUNDING, minor + ROUNDING + 1)
    shares = [1000 - rate for rate in DISCOUNTS] + [100 * tenths for tenths in (range(1, 10) if is_named else (5,))]
    for share in shares:
        whole = round(minor * 1000 / share)
        yield from (whole - 1, whole, whole + 1)


def _is_due(line: Line, document: Open) -> bool:
    if not document.due or not document.issued or document.issued > line.day:
        return False
    return -BEFORE <= (line.day - document.due).days <= AFTER


def _alone(line: Line, document: Open) -> Suggestion:
    _points, why, difference = amount(line, document)
    return Suggestion((document,), ALMOST + of_date(line, document, why), why, difference)
