"""What customers were sent and will be, as the pages of a document and of a customer show it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document
from app.dunning import listing, saying
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.actions import ALIVE
from app.extensions import db
from app.users.models import User

MOST = 10
"""So many of what is over are shown; the list of all actions has the others."""
Named = dict[int, tuple[str, str]]
"""Action's id → what it is called, and where its page is."""


def of_document(user: User, document: Document) -> dict[str, Any] | None:
    """How a sale reaches its customer; None for what is never sent, or before anything is to be."""
    if document.direction is not Direction.SALE or document.trashed_at:
        return None
    about = select(ActionDocument.action_id).where(ActionDocument.document_id == document.id)
    rows = _rows(user, Action.visible_to(user).where(Action.id.in_(about)))
    if not (rows or document.to_send_at or document.sent_at):
        return None
    sendings = [row.action for row in rows if row.action.kind is ActionKind.SENDING]
    done = next((each for each in sendings if each.state in {ActionState.DONE, ActionState.SKIPPED}), None)
    return {
        "living": next((each for each in sendings if each.state in ALIVE), None),
        "sending": done if document.sent_at else None,
        "to": [each.address for each in done.mail.recipients] if done and done.mail else [],
        "rows": rows,
    }


def of_customer(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """For the page of a customer: what is planned or to be done, and what was sent."""
    mine = Action.visible_to(user).where(Action.counterparty_id == counterparty.id)
    living = _rows(user, mine.where(Action.state.in_(ALIVE)), most=MOST)
    past = _rows(user, mine.where(Action.state.not_in(ALIVE)), most=MOST)
    return {"actions_to_come": living, "actions_past": past}


def _rows(user: User, query: Select[tuple[Action]], most: int = 50) -> list[listing.Row]:
    """The newest first."""
    found = db.session.scalars(query.options(*listing.WHOLE).order_by(Action.id.desc()).limit(most))
    return listing.rows(user, list(found))


def ids_of(counterparty: Counterparty, user: User) -> Select[tuple[int]]:
    """The actions whose acts stand in a customer's timeline."""
    return Action.visible_to(user).where(Action.counterparty_id == counterparty.id).with_only_columns(Action.id)


def named(user: User, ids: set[int]) -> Named:
    """What each of these actions is called in a timeline, and its address."""
    actions = list(db.session.scalars(Action.visible_to(user).where(Action.id.in_(ids)).options(*listing.WHOLE)))
    seen = saying.visible(user, actions)
    return {each.id: (saying.what(each, seen[each.id]), f"/actions/{each.id}") for each in actions}
