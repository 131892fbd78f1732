"""Every figure worked out once more, in plain Python from the raw rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from app.bank.models import Match
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from tests.treasury import plain

DIRECTIONS = (Direction.SALE, Direction.PURCHASE)


@dataclass
class Books:
    """The documents of one company in one currency, and who may see which."""

    documents: list[Document]
    today: date
    since: date | None
    until: date | None

    def counted(self) -> list[Document]:
        return [each for each in self.documents if each.validated_at and not each.trashed_at]

    def issued(self) -> list[Document]:
        since, until = self.since or date.min, self.until or date.max
        return [each for each in self.counted() if each.issue_date and since <= each.issue_date <= until]


def sign(document: Document) -> int:
    return -1 if document.kind is Kind.CREDIT_NOTE else 1


def open_of(document: Document) -> int:
    return (document.gross_minor or 0) - document.settled_minor


def rounded(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def outstanding(books: Books) -> list[list[int]]:
    """Outstanding, overdue and how many, for each direction."""
    found = []
    for direction in DIRECTIONS:
        mine = [each for each in books.issued() if each.direction is direction and open_of(each)]
        late = [each for each in mine if each.kind is Kind.INVOICE and each.due_date and each.due_date < books.today]
        found.append([sum(sign(each) * open_of(each) for each in mine), sum(map(open_of, late)), len(mine)])
    return found


def ageing(books: Books) -> list[list[int]]:
    """Six ages, each with sales and purchases."""
    found = [[0, 0] for _each in range(6)]
    for each in books.issued():
        days = (books.today - each.due_date).days if each.due_date else 0
        place = 5 if each.kind is Kind.CREDIT_NOTE else 0 if days <= 0 else min((days - 1) // 30 + 1, 4)
        found[place][DIRECTIONS.index(each.direction)] += sign(each) * open_of(each)
    return found


def delay(books: Books, keep: Callable[[Document], bool]) -> Decimal | None:
    """The average delay of all that was paid of these."""
    mine = {each.id for each in books.issued()}
    paid = [each for each in plain.payments(books.documents) if each[0].id in mine and keep(each[0])]
    weight = sum((day - each.due_date).days * minor for each, day, minor in paid if plain.counts_as_late(each))
    minor = sum(minor for each, _day, minor in paid if plain.counts_as_late(each))
    return rounded(Fraction(weight, minor)) if minor else None


def days_outstanding(books: Books, direction: Direction) -> tuple[Decimal | None, int, int]:
    """DSO or DPO, what was open at the end, what was invoiced; of a period with a first day."""
    end = min(books.until or books.today, books.today)
    matches: list[Any] = db.session.query(Match).all()
    still = 0
    for each in books.counted():
        if each.direction is not direction or not each.issue_date or each.issue_date > end:
            continue
        later = [
            match for match in matches if each.id in {match.document_id, match.credit_note_id} and match.date > end
        ]
        later = later if end < books.today else []
        by_hand = each.paid_minor if end < books.today and each.paid_date and each.paid_date > end else 0
        still += sign(each) * (open_of(each) + sum(match.amount_minor for match in later) + by_hand)
    mine = [each for each in books.issued() if each.direction is direction and each.issue_date <= end]
    billed = sum(sign(each) * (each.gross_minor or 0) for each in mine)
    length = (end - (books.since or end)).days + 1
    return (rounded(Fraction(still * length, billed)) if billed > 0 else None), still, billed


def spent(books: Books, key: Callable[[Document], Any]) -> list[tuple[int, int]]:
    """Net amounts and how many, the most first."""
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for each in books.issued():
        if each.direction is Direction.PURCHASE:
            net = each.net_minor if each.net_minor is not None else (each.gross_minor or 0) - (each.tax_minor or 0)
            sums[key(each)][0] += sign(each) * net
            sums[key(each)][1] += 1
    return sorted(((minor, count) for minor, count in sums.values()), reverse=True)
