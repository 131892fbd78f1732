"""Which documents are taken out: those that were ticked, or all that the list shows, within what a person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

from flask import current_app
from flask_babel import force_locale, get_locale
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.core.database import looking
from app.documents import search
from app.documents.models import Document
from app.documents.wanted import Wanted
from app.extensions import db
from app.users.models import Company, User
from app.web import keyset

PORTION = 500
Told = TypeVar("Told")
IN_A_TABLE = (
    joinedload(Document.counterparty),
    joinedload(Document.category),
    joinedload(Document.assignee),
    selectinload(Document.tags),
    selectinload(Document.files),
)


def listed(user: User, company: Company, said: Any) -> Select[tuple[Document]]:
    """All that the list of this address shows, on all its pages."""
    return search.listed(user, company, Wanted.from_address(said), clock.today(company))


def ticked(user: User, company: Company, ids: list[int]) -> Select[tuple[Document]]:
    """Those of these that the person may see here and that are not in the trash."""
    query = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_(None))
    return query.where(Document.id.in_(ids))


def told(query: Select[tuple[Document]], tell: Callable[[Document], Told], sort: str | None = None) -> Iterator[Told]:
    """What is to be told of each document, in the list's order, long after the answer began.

    A portion at a time is read anew, in a transaction of its own: none stays open while somebody downloads.
    """
    return told_of(query.options(*IN_A_TABLE), tell, search.order_of(sort)[1], Document.id)


def told_of(query: Select[Any], tell: Callable[[Any], Told], order: keyset.Order, row: Any) -> Iterator[Told]:
    """The same of rows of any other kind, by this order and the column of their ids."""
    return _told(query, tell, order, row, kept_context())


def kept_context() -> Callable[[], ExitStack]:
    """What makes this application and language the current ones again, once the request is over."""
    app, locale = current_app._get_current_object(), get_locale()  # type: ignore[attr-defined]

    def enter() -> ExitStack:
        around = ExitStack()
        around.enter_context(app.app_context())
        around.enter_context(force_locale(str(locale or "fr")))
        return around

    return enter


def _told(
    query: Any, tell: Callable[[Any], Told], order: Any, row: Any, context: Callable[[], ExitStack]
) -> Iterator[Told]:
    after: str | None = ""
    while after is not None:
        with context(), looking(db.session()):
            leaf = keyset.leaf(query, order, row, after=after, most=PORTION)
            after, lines = leaf.after, [tell(found[0]) for found in leaf.rows]
        yield from lines
