"""Both sides of a match are claimed before it is written: of two people at once one counts, the other is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func

from app.audit import trail
from app.bank.models import BankTransaction, Match
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.users.models import User
from app.web.filters import amount


@contextmanager
def both_sides(made: list[Match], *, by: User | None, act: str) -> Iterator[None]:
    """Around the writing of new matches: before it claim, lines first and each in the order of its number; then settle.

    The database itself adds what is written to both sides, and refuses more than there is (migration 0004).
    """
    lines, documents = lines_of(made), documents_of(made)
    _check_companies(lines, documents)
    need, wanted = taken_of_lines(made), taken_of_documents(made)
    for line in lines:
        _claim_line(line, need[line.id])
    for document in documents:
        _claim_document(document, wanted[document.id])
    yield
    settle(lines, documents, by=by, act=act)


@contextmanager
def taken_back(gone: list[Match], *, by: User | None, act: str) -> Iterator[None]:
    """Around the removal of matches: hold both sides in the same order; then settle."""
    lines, documents = lines_of(gone), documents_of(gone)
    for line in lines:
        change_if(db.session(), line, matched_minor=BankTransaction.matched_minor)
    for document in documents:
        change_if(db.session(), document, version=Document.version + 1)
    yield
    settle(lines, documents, by=by, act=act)


def settle(lines: list[BankTransaction], documents: list[Document], *, by: User | None, act: str) -> None:
    """Let status, trail, hold and reasons follow what the database has counted."""
    for line in lines:
        was = line.matched_minor
        db.session.refresh(line, ["matched_minor"])
        trail.record(line, by=by, act=act, changes={"matched_minor": [was, line.matched_minor]})
    for document in documents:
        was, version = document.settled_minor, document.version
        db.session.refresh(document, ["settled_minor"])
        changes = {"settled_minor": [was, document.settled_minor], "version": [version - 1, version]}
        status.settle(document, by=by, act=act, changes=changes)


def lines_of(matches: Iterable[Match]) -> list[BankTransaction]:
    """The lines of these, in the order in which everybody claims them."""
    return sorted({each.transaction for each in matches if each.transaction}, key=lambda line: line.id)


def documents_of(matches: Iterable[Match]) -> list[Document]:
    """The documents and credit notes of these, in the order in which everybody claims them."""
    found = {document for each in matches for document in (each.document, each.credit_note) if document}
    return sorted(found, key=lambda document: document.id)


def taken_of_lines(made: Iterable[Match]) -> Counter[int]:
    """How much of each line they take."""
    taken: Counter[int] = Counter()
    for each in made:
        if each.transaction:
            taken[each.transaction.id] += each.line_minor or 0
    return taken


def taken_of_documents(made: Iterable[Match]) -> Counter[int]:
    """How much of each document they settle or use up."""
    taken: Counter[int] = Counter()
    for each in made:
        for document in (each.document, each.credit_note):
            if document:
                taken[document.id] += each.amount_minor or 0
    return taken


def _check_companies(lines: list[BankTransaction], documents: list[Document]) -> None:
    things: list[Any] = [*lines, *documents]
    if len({each.company_id for each in things}) > 1:
        raise Refused(_("They belong to two companies. Nothing was matched."))


def _claim_line(line: BankTransaction, minor: int) -> None:
    is_there = func.abs(BankTransaction.amount_minor) - BankTransaction.matched_minor >= minor
    still, line_id = (is_there, BankTransaction.ignored_at.is_(None)), line.id
    if change_if(db.session(), line, *still, matched_minor=BankTransaction.matched_minor):
        return
    if db.session.get(BankTransaction, line_id) is None:
        raise Refused(_("Its import was taken back: the line is no longer there. Nothing was matched."))
    if line.ignored_at:
        raise Refused(_("This line is ignored: take that back first. Nothing was matched."))
    left = amount(line.open_minor, line.currency)
    raise Refused(_("Only %(amount)s of the bank line are open. Nothing was matched.", amount=left))


def _claim_document(document: Document, minor: int) -> None:
    still = (
        *(Document.validated_at.is_not(None), Document.trashed_at.is_(None), Document.awaits_approval.is_(False)),
        Document.gross_minor - Document.settled_minor >= minor,
    )
    if not change_if(db.session(), document, *still, version=Document.version + 1):
        raise Refused(_why_not(document))


def _why_not(document: Document) -> str:
    name = document.number or document.party_name or _("This document")
    if document.trashed_at:
        return _("%(name)s is in the trash: restore it first. Nothing was matched.", name=name)
    if not document.validated_at:
        return _("%(name)s is not validated yet: validate it first. Nothing was matched.", name=name)
    if document.awaits_approval:
        return _("%(name)s waits for approval: it can be matched once it is approved. Nothing was matched.", name=name)
    left = amount(document.open_minor or 0, document.currency)
    return _("Only %(amount)s of %(name)s are open. Nothing was matched.", amount=left, name=name)
