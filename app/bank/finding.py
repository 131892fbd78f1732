"""How pages find what they are about, and documents by what somebody types (SPEC BK-2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_login import current_user
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.bank import candidates
from app.bank.models import BankTransaction, Match
from app.core import money
from app.counterparties.finding import escaped
from app.counterparties.models import Counterparty, plain
from app.documents.models import Direction, Document, Kind, key_of
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, demand

MOST, MOST_WORDS = 20, 4
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y")


def line_seen(line_id: int) -> BankTransaction:
    """The line, where the signed-in person may look at it."""
    return db.one_or_404(BankTransaction.visible_to(current_user).where(BankTransaction.id == line_id))


def line_mine(line_id: int) -> BankTransaction:
    """The line, where they may match: 404 out of sight, 403 where they may only look."""
    line = line_seen(line_id)
    demand(Permission.EDIT, line.company_id)
    return line


def matches_of(user: User, line: BankTransaction) -> list[Match]:
    """What the line settles, as far as the person may see the documents."""
    seen = Document.visible_to(user).with_only_columns(Document.id)
    mine = select(Match).where(Match.transaction_id == line.id)
    mine = mine.where(or_(Match.document_id.is_(None), Match.document_id.in_(seen)))
    shown = (joinedload(Match.document).joinedload(Document.counterparty), joinedload(Match.made_by))
    return list(db.session.scalars(mine.options(*shown).order_by(Match.id)))


def documents_typed(user: User, line: BankTransaction, typed: str) -> list[Document]:
    """Open documents the line could settle, by number, name, amount or day; each word narrows."""
    words = typed.split()[:MOST_WORDS]
    if not words:
        return []
    query = Document.visible_to(user).outerjoin(Document.counterparty).options(joinedload(Document.counterparty))
    query = query.where(Document.company_id == line.company_id, candidates.is_open(), _may_stand_beside(line))
    query = query.where(or_(_is(typed, line.currency), and_(*(_is(word, line.currency) for word in words))))
    return list(db.session.scalars(query.order_by(Document.due_date, Document.id).limit(MOST)))


def _may_stand_beside(line: BankTransaction) -> ColumnElement[bool]:
    """What runs with the line, or may be taken off what it pays: sales, and purchases that are refunds."""
    comes_in = Direction.SALE if line.amount_minor > 0 else Direction.PURCHASE
    return or_(Document.direction == comes_in, Document.kind == Kind.CREDIT_NOTE)


def _is(word: str, currency: str) -> ColumnElement[bool]:
    """Does a row of `Document` have this number, name, amount or day?"""
    tests: list[Any] = [Counterparty.name_key.like(f"%{escaped(plain(word))}%", escape="\\")]
    if key := key_of(word):
        tests.append(Document.number_key.like(f"%{escaped(key)}%", escape="\\"))
    if (amount := money.parse_amount(word)) is not None:
        minor = money.to_minor(abs(amount), currency)
        tests += [Document.gross_minor == minor, Document.gross_minor - Document.settled_minor == minor]
    if day := _day(word):
        tests += [Document.due_date == day, Document.issue_date == day]
    return or_(*tests)


def _day(word: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(word, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
