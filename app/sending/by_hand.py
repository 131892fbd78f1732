"""Sending a sale at a person's wish: one that is to send, an older one, or one more time (SPEC SE-6)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import Refused
from app.documents.models import Direction, Document
from app.dunning import actions
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.models import Channel
from app.sending import planned
from app.users.models import User


def may_send(document: Document) -> bool:
    """Is it a sale with a customer, validated, and approved where that was asked?"""
    is_ready = document.status in planned.READY and not document.trashed_at
    return document.direction is Direction.SALE and document.counterparty_id is not None and is_ready


def action_for(document: Document, *, by: User) -> Action:
    """The action that sends it: the one there is, or one made on the spot, which is this person's."""
    if not may_send(document):
        raise Refused(_("Only a validated sale can be sent. Nothing was sent."))
    action = planned.living(document)
    if action is None:
        action = _make(document)
        actions.take_over(action, by=by)
    if action.state is ActionState.LEAVING:
        raise Refused(_("It is leaving already. Nothing was changed."))
    return action


def _make(document: Document) -> Action:
    step = planned.step_for(document)
    channel = step.channel if step and step.channel is not Channel.CALL else Channel.EMAIL
    facts = {"key": actions.next_round(document), "channel": channel, "step": step, "due_at": clock.now()}
    action = actions.make(ActionKind.SENDING, document, reason={"key": "by_hand"}, **facts)
    assert action is not None, "each round has a key of its own"
    return action
