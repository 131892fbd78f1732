"""The counterparty of a document: the one that is meant, or one made of what was read or typed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.database import hold
from app.counterparties import finding, keeping
from app.counterparties.models import Counterparty
from app.documents import status
from app.documents.models import Direction, Document
from app.extensions import db
from app.users.models import User


def know(document: Document) -> None:
    """Take the one that is meant, if it exists; two validations at once do not both make it."""
    if document.counterparty is None:
        hold(db.session, f"counterparties:{document.company_id}")
        name, facts = document.counterparty_name, document.counterparty_facts
        document.counterparty = finding.known(document.company_id, name, facts)


def make(document: Document, facts: dict[str, Any], *, by: User | None) -> None:
    """Make it where nobody knows it yet, with these `facts`; it is now a supplier or a customer for sure."""
    if document.counterparty is None:
        facts = facts | {"name": document.counterparty_name}
        document.counterparty = keeping.create(document.company, facts, by=by)
        _spread(document.counterparty, document)
    document.counterparty_name = ""
    if document.direction is Direction.PURCHASE:
        document.counterparty.is_supplier = True
    else:
        keeping.make_customer(document.counterparty)


def settle_on_typed(document: Document, *, by: User) -> None:
    """A validated document has a counterparty: the one called as was typed, or a new one of that name."""
    hold(db.session, f"counterparties:{document.company_id}")
    document.counterparty = finding.known(document.company_id, document.counterparty_name)
    make(document, {}, by=by)
    db.session.flush()


def _spread(made: Counterparty, document: Document) -> None:
    """What waits under the same name is from or for the same one."""
    db.session.flush()
    waiting = select(Document).where(
        Document.id != document.id,
        Document.company_id == document.company_id,
        Document.counterparty_id.is_(None),
        Document.counterparty_name != "",
        Document.validated_at.is_(None),
    )
    for each in db.session.scalars(waiting.order_by(Document.id)):
        if finding.plain(each.counterparty_name) == made.name_key:
            each.counterparty, each.counterparty_name = made, ""
            changes = {"counterparty": [None, made.name], "counterparty_id": [None, made.id]}
            status.settle(each, by=None, act="counterparty known", changes=changes)
