"""What has happened since that makes an action needless: asked when it is to go, and again when its mail leaves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from app.core import clock
from app.documents.models import Document
from app.dunning import conditions
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.models import Channel

Reason = dict[str, Any]


def against(action: Action) -> Reason | None:
    """Why it is not needed any more (SAFETY S52); None where it still is.

    A person who sends a reminder knows of promises, pauses and disputes: only what makes its words untrue counts then.
    """
    if action.kind is ActionKind.SENDING:
        return _against_sending(action)
    return next((why for each in action.covers if (why := _against_reminding(action, each))), None)


def keeps() -> ColumnElement[bool]:
    """On a row of `Document`: its customer was written to about it, so it is never purged (SAFETY R17).

    Nor is it while a message of several invoices, to which it gave the step, still has to leave.
    """
    other = aliased(ActionDocument)
    others = exists().where(other.action_id == Action.id, other.document_id != Document.id).correlate(Action, Document)
    was_written = and_(Action.state.in_((ActionState.LEAVING, ActionState.DONE)), Action.channel != Channel.CALL)
    still_leaves = and_(Action.state.in_((ActionState.WAITING, ActionState.TO_DO)), others)
    covers = and_(ActionDocument.action_id == Action.id, ActionDocument.document_id == Document.id)
    counts = or_(was_written, still_leaves)
    return or_(*(exists().where(about, counts) for about in (Action.document_id == Document.id, covers)))


def prune(action: Action) -> Reason | None:
    """Leave out of a reminder what need not be reminded of any more; the reason, where nothing of it is left."""
    if action.kind is ActionKind.SENDING:
        return against(action)
    why: Reason | None = None
    for each in list(action.covers):
        if found := _of_document(action, each.document) or _in_doubt(action, each.document):
            why = found
            action.covers.remove(each)
        else:
            each.open_minor = each.document.open_minor
    return None if action.covers else why or {"key": "paid"}


def _against_sending(action: Action) -> Reason | None:
    document = action.document
    if document.sent_at and document.sent_at >= action.created_at:
        return {"key": "sent_otherwise"}
    if why := _gone(action, document):
        return why
    if not document.validated_at:
        return {"key": "not_validated"}
    return {"key": "not_approved"} if document.awaits_approval else None


def _against_reminding(action: Action, each: ActionDocument) -> Reason | None:
    if why := _of_document(action, each.document):
        return why
    if each.open_minor is not None and each.open_minor != each.document.open_minor:
        return {"key": "changed"}
    return _in_doubt(action, each.document)


def _of_document(action: Action, document: Document) -> Reason | None:
    """What nobody can wish away."""
    if why := _gone(action, document):
        return why
    if not document.open_minor:
        return {"key": "paid"}
    return {"key": "to_send"} if document.is_to_send else None


def _gone(action: Action, document: Document) -> Reason | None:
    if document.trashed_at:
        return {"key": "gone"}
    return {"key": "reassigned"} if document.counterparty_id != action.counterparty_id else None


def _in_doubt(action: Action, document: Document) -> Reason | None:
    """Disputed, promised, paused, answered: what goes by itself waits for that."""
    if action.done_by_id is not None:
        return None
    key = conditions.may_remind(document, clock.today(document.company))
    return {"key": key} if key else None
