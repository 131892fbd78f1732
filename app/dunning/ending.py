"""What becomes of an action once its message is with the outbox, the printer or a gateway."""

from __future__ import annotations

from sqlalchemy import delete

from app.documents import sent
from app.documents.models import SentMeans
from app.dunning import actions, standing, words
from app.dunning.action_models import Action, ActionKind, ActionState, ContactDay
from app.extensions import db


def why_not(action: Action | None, is_its_message: bool) -> str:
    """Why the message need not leave any more, whatever it was written for (SAFETY S52); empty where it does."""
    if action is None or not is_its_message:
        return "it was replaced by another message"
    if action.state.is_over:
        return words.in_words(action.reason) or f"the action is {action.state.value}"
    why = standing.against(action)
    return words.in_words(why) or why["key"] if why else ""


def arrived(action: Action, means: SentMeans) -> None:
    """It is with the customer, as far as can be known; what was called back too late is not sent a second time."""
    if not action.state.is_over:
        actions.done(action, means=means)
        return
    document = action.document
    is_unsent = document.is_to_send and document.counterparty_id == action.counterparty_id
    if action.kind is ActionKind.SENDING and action.state is ActionState.WITHDRAWN and is_unsent:
        sent.sent(document, means, by=None)


def failed(action: Action, key: str, why: str) -> None:
    """It was refused, or nobody knows: a person's, with the words of whoever was to carry it."""
    if not action.state.is_over:
        actions.hand_over(action, {"key": key, "why": why[:300]})


def leaves_again(action: Action) -> None:
    """A person had it tried once more."""
    if action.state is ActionState.TO_DO:
        actions.leave(action, by=action.done_by)


def cancelled(action: Action) -> None:
    """Needless, or a person's; an address that was not written to may be reminded on that day all the same."""
    db.session.execute(delete(ContactDay).where(ContactDay.action_id == action.id))
    if action.state.is_over:
        return
    if why := standing.against(action):
        actions.withdraw(action, why)
    else:
        actions.hand_over(action, {"key": "cancelled"})
