"""What is proposed: documents for a line, lines for a document; only what the person may see (SPEC BK-2, US-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.bank import candidates, planning
from app.bank.automatic import sure_ones
from app.bank.models import BankAccount, BankTransaction, Difference
from app.bank.scoring import Suggestion, suggest
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User

in_one_sum: list[Callable[[BankAccount, int, date], list[Document]]] = []
"""Which documents an account pays in one sum of so much, without sign, around that day; `pipeline` fills it."""
MOST = 5
LISTED = 100
"""Lines on the page of all suggestions."""
LOOKED = 1000
"""Lines that are looked through for it, the newest first."""
ORDERED = 100
LIKELY = 70
"""Points from which an answer is worth standing in the list of all."""


@dataclass(frozen=True)
class Offer:
    """One answer: a line with the documents it may settle."""

    line: BankTransaction
    documents: tuple[Document, ...]
    points: float
    why: list[Any]
    difference: Difference | None
    is_sure: bool

    @property
    def shares(self) -> list[Any]:
        """How much of each."""
        return planning.plan(self.line, self.documents, self.difference)[0]


def for_line(user: User, line: BankTransaction) -> list[Offer]:
    """The likeliest documents of one line, the best first."""
    if not line.open_minor or line.ignored_at:
        return []
    read = candidates.line_of(line)
    seen = or_(*Document.reasons_to_see(user, line.company_id))
    book = candidates.book_for(line, read, seen)
    told = suggest(read, book)
    if not told and (small := candidates.small_book(line.company_id, book.known, seen)):
        told = suggest(read, small, guess=True)
    return _ordered(user, line) + _offers([line], {line.id: told})


def _ordered(user: User, line: BankTransaction) -> list[Offer]:
    """What was ordered to be paid in just this sum, where the person may see all of it."""
    if line.amount_minor > 0 or line.matched_minor:
        return []
    found = [documents for ask in in_one_sum if (documents := ask(line.account, -line.amount_minor, line.date))]
    ids = {each.id for documents in found for each in documents}
    seen = set(db.session.scalars(Document.visible_to(user).with_only_columns(Document.id).where(Document.id.in_(ids))))
    why = lambda documents: [["ordered", len(documents)]]  # noqa: E731
    return [Offer(line, tuple(each), ORDERED, why(each), None, False) for each in found if ids <= seen]


def for_document(user: User, document: Document) -> list[Offer]:
    """The likeliest lines of one document, the best first."""
    if not document.open_minor or not document.validated_at or document.trashed_at or document.awaits_approval:
        return []
    lines = candidates.lines_for(document, BankTransaction.visible_to(user))
    book = candidates.book_of(document)
    told = {line.id: suggest(candidates.line_of(line), book) for line in lines}
    return sorted(_offers(lines, told), key=lambda offer: -offer.points)[:MOST]


def sure_and_likely(user: User, company: Company) -> list[Offer]:
    """The best answer of each line that has a likely one, each document once, the sure ones first."""
    visible = BankTransaction.visible_to(user).where(BankTransaction.company_id == company.id, BankTransaction.waits())
    lines = list(db.session.scalars(visible.order_by(BankTransaction.date.desc()).limit(LOOKED)))
    seen = set(db.session.scalars(Document.visible_to(user).with_only_columns(Document.id).where(candidates.is_open())))
    book = candidates.whole_book(company.id) if lines else None
    told = {line.id: suggest(candidates.line_of(line), book) for line in lines} if book else {}
    sure = sure_ones(told)
    best = {line: [each] for line, (each, *_others) in ((key, likely) for key, likely in told.items() if likely)}
    likely = {line: these for line, these in best.items() if _is_shown(these[0], seen)}
    for line, (each,) in likely.items():
        each.is_sure = line in sure
    offers = sorted(_offers(lines, likely), key=lambda offer: (not offer.is_sure, -offer.points))
    return _each_document_once(offers)[:LISTED]


def _is_shown(suggestion: Suggestion, seen: set[int]) -> bool:
    return suggestion.points >= LIKELY and all(each.id in seen for each in suggestion.documents)


def _each_document_once(offers: list[Offer]) -> list[Offer]:
    taken: set[int] = set()
    kept = []
    for offer in offers:
        ids = {document.id for document in offer.documents}
        if not ids & taken:
            kept.append(offer)
            taken |= ids
    return kept


def _offers(lines: Sequence[BankTransaction], told: dict[int, list[Suggestion]]) -> list[Offer]:
    """The same with the rows themselves, by one query."""
    ids = {each.id for likely in told.values() for one in likely for each in one.documents}
    rows = select(Document).where(Document.id.in_(ids)).options(joinedload(Document.counterparty))
    documents = {each.id: each for each in db.session.scalars(rows)} if ids else {}
    by_id = {line.id: line for line in lines}
    return [
        Offer(
            by_id[line],
            tuple(documents[each.id] for each in one.documents),
            *(one.points, one.why, one.difference, one.is_sure),
        )
        for line, likely in told.items()
        for one in likely
    ]
