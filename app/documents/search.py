"""Which documents a list shows: what is looked for, in which order, and where its pages begin."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)

from app.core import money
from app.documents import twins
from app.documents.models import Document, DocumentFile, FileRole, Status, document_tag
from app.documents.wanted import DECIDED, OPEN, Tab, Wanted
from app.extensions import db
from app.search.asking import Asked, by_index
from app.search.finding import Search
from app.users.models import Company, User
from app.web.access import Permission, allowed
from app.web.keyset import Order, whole

__all__ = ["DECIDED", "OPEN", "Tab", "Wanted"]
MANY = 1000
"""So many are shown as 999+: to count a hundred thousand takes longer than anybody looks at the number."""
UNVALIDATED = (Status.READING, Status.UNREADABLE, Status.TO_PROCESS)
LAST_DAY: ColumnElement[date] = literal_column("'9999-12-31'", Date)
"""Written out, not a parameter: only so is an index on the expression found."""
ORDERS = {
    "date": Order(func.coalesce(Document.issue_date, LAST_DAY), date.fromisoformat),
    "due": Order(func.coalesce(Document.due_date, LAST_DAY), date.fromisoformat),
    "amount": Order(func.coalesce(Document.gross_minor, 0), whole),
    "arrival": Order(Document.id, whole),
}
"""By which a list may stand; with a minus sign the largest or latest comes first; an unknown day counts as the last."""
USUAL = "-date"
Counts = dict[Tab, tuple[int, bool]]
"""How many are in each tab, and whether there are more."""


def order_of(said: str | None) -> tuple[str, Order]:
    """The order the address asks for."""
    said = said if said and said.removeprefix("-") in ORDERS else USUAL
    return said, replace(ORDERS[said.removeprefix("-")], is_descending=said.startswith("-"))


def visible(user: User, company: Company, wanted: Wanted, today: date) -> Select[tuple[Document]]:
    """The documents of the company that `user` may see and that are wanted, whatever the tab."""
    query = Document.visible_to(user).where(Document.company_id == company.id)
    return query.where(*_tests(wanted, company, today))


def _tests(wanted: Wanted, company: Company, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.direction:
        yield Document.direction == wanted.direction
    if wanted.kind:
        yield Document.kind == wanted.kind
    if wanted.since:
        yield Document.issue_date >= wanted.since
    if wanted.until:
        yield Document.issue_date <= wanted.until
    if wanted.counterparty:
        yield Document.counterparty_id == wanted.counterparty
    if wanted.source:
        yield Document.source == wanted.source
    yield from _choices(wanted)
    yield from _limits(wanted)
    yield from _states(wanted, today)


def _choices(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What it was given, or that it was given none."""
    if wanted.category is not None:
        yield Document.category_id == wanted.category if wanted.category else Document.category_id.is_(None)
    if wanted.assignee is not None:
        yield Document.assignee_id == wanted.assignee if wanted.assignee else Document.assignee_id.is_(None)
    if wanted.tag is not None:
        tagged = exists().where(document_tag.c.document_id == Document.id)
        yield tagged.where(document_tag.c.tag_id == wanted.tag) if wanted.tag else ~tagged


def _states(wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    """What somebody should look at; only a document that is not validated yet may be there twice."""
    if wanted.late:
        yield and_(Document.due_date < today, OPEN)
    if wanted.disputed:
        yield Document.disputed_at.is_not(None)
    if wanted.twins:
        yield and_(Document.status.in_(UNVALIDATED), twins.has_living_twin())
    if wanted.fileless:
        yield ~exists().where(DocumentFile.document_id == Document.id, DocumentFile.role == FileRole.ORIGINAL)


def _limits(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.due_since:
        yield Document.due_date >= wanted.due_since
    if wanted.due_until:
        yield Document.due_date <= wanted.due_until
    if wanted.at_least is not None:
        yield _compared(wanted.at_least, operator.ge)
    if wanted.at_most is not None:
        yield _compared(wanted.at_most, operator.le)


def _compared(amount: Decimal, how: Callable[[Any, int], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The gross amount beside this one, in each document's own currency, whatever its decimals."""
    special = [code for codes in money.BY_DECIMALS.values() for code in codes]
    pairs = [(Document.currency.in_(codes), codes[0]) for codes in money.BY_DECIMALS.values()]
    pairs.append((Document.currency.not_in(special), "EUR"))
    return or_(*(and_(test, how(Document.gross_minor, money.to_minor(amount, code))) for test, code in pairs))


def having(words: str) -> ColumnElement[bool]:
    """Whether a row of `Document` has these words, for queries that read all of what they ask for."""
    asked = Asked.of(words)
    return Document.id.in_(by_index(asked.terms)) if asked.terms else false()


def asking(wanted: Wanted) -> Search | None:
    """The question about words, where there is one; it keeps a page to what has them."""
    return Search(Asked.of(wanted.q), Document.id) if wanted.q else None


def counts(user: User, company: Company, wanted: Wanted, today: date, search: Search | None = None) -> Counts:
    """By one query; from `MANY` on nobody counts them."""
    query = visible(user, company, wanted, today)
    if wanted.q:
        query = query.order_by(ORDERS["date"].value.desc(), Document.id.desc())
        found = (search or Search(Asked.of(wanted.q), Document.id)).counts(query, [tab.test() for tab in Tab])
        return dict(zip(Tab, found, strict=True))
    if not wanted.is_filtered and allowed(user, Permission.SEE_ALL, company.id):
        row = db.session.execute(_counting_all(), {"company_id": company.id})
    else:
        row = db.session.execute(_counting(query))
    return {tab: (min(count, MANY - 1), count >= MANY) for tab, count in zip(Tab, row.one(), strict=True)}


@cache
def _counting_all() -> Select[Any]:
    """For the list of every day: made once, as putting it together takes longer than its answer."""
    return _counting(select(Document).where(Document.company_id == bindparam("company_id")))


def _counting(among: Select[tuple[Document]]) -> Select[Any]:
    some = [among.where(tab.test()).with_only_columns(Document.id).limit(MANY).subquery() for tab in Tab]
    return select(*(select(func.count()).select_from(each).scalar_subquery() for each in some))
