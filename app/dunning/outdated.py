"""Reminders that are not needed any more: withdrawn at once, so that nobody finds them in a list (SAFETY S52)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document
from app.dunning import actions, conditions
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.extensions import db

PLANNED = (ActionState.WAITING, ActionState.TO_DO)
PASSES = {"bank_old", "unread_reply", "no_plan"}
"""What holds a reminder for a while, and leaves it in the list."""


def follow(document: Document) -> None:
    """After each change of an invoice: what is planned is withdrawn where nothing it is about may be reminded of."""
    if document.direction is Direction.SALE and document.counterparty_id is not None:
        _withdraw(Action.covers.any(ActionDocument.document_id == document.id))


def follow_customer(customer: Counterparty) -> None:
    """After it was paused."""
    _withdraw(Action.counterparty_id == customer.id)


def _withdraw(about: ColumnElement[bool]) -> None:
    query = select(Action).where(Action.kind == ActionKind.REMINDER, Action.state.in_(PLANNED), about)
    for action in db.session.scalars(query).all():
        if why := _against(action):
            actions.withdraw(action, {"key": why})


def _against(action: Action) -> str:
    """Why none of its invoices may be reminded of; empty while one may."""
    told = [conditions.may_remind(each.document, clock.today(each.document.company)) for each in action.covers]
    kept = [why for why in told if not why or why in PASSES]
    return "" if kept else told[0] if told else "paid"
