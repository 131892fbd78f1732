"""The entries of a period as a table: a line for each account, in order of their days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from app.accounting.codes import Codes
from app.accounting.entries import entry
from app.core import money
from app.core.database import looking
from app.documents.models import Document
from app.extensions import db
from app.lists.selecting import kept_context

HEADS = (
    *(_("Journal"), _("Date"), _("Account"), _("Label"), _("Debit"), _("Credit")),
    *(_("Document number"), _("Due date"), _("Currency")),
)
PORTION = 200
BESIDE = (joinedload(Document.counterparty), joinedload(Document.category), selectinload(Document.taxes))


class Changed(Exception):
    """A document that was to be booked cannot be any more: the table breaks off rather than lack it."""


def rows(query: Select[tuple[Document, str]], ids: list[int], codes: Codes) -> Iterator[list[Any]]:
    """The lines of these documents, long after the answer began; those that something keeps out are passed over."""
    return _rows(query.options(*BESIDE), ids, codes, kept_context())


def _rows(query: Any, ids: list[int], codes: Codes, context: Callable[[], ExitStack]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        with context(), looking(db.session()):
            rows = db.session.execute(query.where(Document.id.in_(portion)))
            found = {document.id: document for document, why in rows if not why}
            if len(found) < len(portion):
                raise Changed(f"{len(portion) - len(found)} of {len(portion)}")
            lines = [line for id in portion for line in _lines(found[id], codes)]
        yield from lines


def _lines(document: Document, codes: Codes) -> Iterator[list[Any]]:
    """One document; an empty amount stands on the side that has none."""
    amount = lambda minor: money.from_minor(minor, document.currency) if minor else None  # noqa: E731
    about = [document.number, document.due_date, document.currency]
    for each in entry(document, codes):
        sides = [amount(each.debit_minor), amount(each.credit_minor)]
        yield [codes.journal(document), document.issue_date, each.account, each.label, *sides, *about]
