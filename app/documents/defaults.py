"""What is usual for a counterparty, filled in where nothing was read or typed (SPEC LC-6).

It happens once, when the counterparty becomes known; what is changed there later changes no document.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.counterparties import terms
from app.documents import labels
from app.documents.models import Category, Document, Kind
from app.extensions import db

DATED = frozenset({"issue_date", "kind"})
"""What a due date hangs on."""


def fill(document: Document, *, kept: Collection[str] = (), anew: Collection[str] = ()) -> dict[str, Any]:
    """Fill in what stands empty, and anew what was usual before and is named in `anew`; the changes, for the trail.

    What is in `kept` stays: somebody has said something about it.
    """
    if document.counterparty is None or document.validated_at:
        return {}
    changes: dict[str, Any] = {}
    for name, value in _usual(document).items():
        was = getattr(document, name)
        is_free = was in (None, "") or (name in anew and name in document.usual)
        if value and is_free and name not in kept:
            setattr(document, name, value)
            document.usual = [*(each for each in document.usual if each != name), name]
            changes |= {name: [was, value]} if was != value else {}
    return _with_category(changes) | _tags(document, kept)


def follow(document: Document, touched: Collection[str]) -> dict[str, Any]:
    """The same after a person changed these facts: with another counterparty, or another day of issue."""
    document.usual = [name for name in document.usual if name not in touched]
    if "counterparty_id" in touched:
        changes = fill(document, kept=touched, anew=list(document.usual))
        document.usual = [name for name in document.usual if _usual(document).get(name) == getattr(document, name)]
        return changes
    others = {*_usual(document), "tags"} - {"due_date"}
    return fill(document, kept={*touched, *others}, anew=["due_date"]) if DATED & set(touched) else {}


def _usual(document: Document) -> dict[str, Any]:
    """Fact → what is usual for it, nothing where nobody said."""
    party = document.counterparty
    if party is None:
        return {}
    facts = {"account_code": party.account_code, "treasury_category": party.treasury_category}
    facts |= {"category_id": party.default_category_id if _fits(document, party.default_category) else None}
    facts |= {"label": labels.usual(document) if party.default_label else ""}
    is_due = party.terms and document.issue_date and document.kind is Kind.INVOICE
    return facts | {"due_date": terms.due_date(party.terms, party.terms_days, document.issue_date) if is_due else None}


def _fits(document: Document, category: Category | None) -> bool:
    """Can this document have that category: one of its direction, still offered?"""
    return bool(category and not category.archived_at and category.direction in (None, document.direction))


def _with_category(changes: dict[str, Any]) -> dict[str, Any]:
    """The category also by its name, which outlives it."""
    if "category_id" not in changes:
        return changes
    db.session.flush()
    names = [each and db.session.get_one(Category, each).name for each in changes["category_id"]]
    return changes | {"category": names}


def _tags(document: Document, kept: Collection[str]) -> dict[str, Any]:
    """Its tags, where it has none yet."""
    party = document.counterparty
    usual = [tag for tag in party.default_tags if not tag.archived_at] if party else []
    if not usual or "tags" in kept or document.tags:
        return {}
    document.tags = usual
    return {"tags": [[], [tag.name for tag in usual]]}
