"""What becomes of an action: taken over, handed to a person, skipped, withdrawn, done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import trail
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents.models import Document, SentMeans
from app.dunning import telling
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.models import Channel, PlanStep
from app.extensions import db
from app.users.models import User

after_done: list[Callable[[Action, SentMeans, User | None], None]] = []
"""What follows when a message reached its customer, or counts as such: an invoice is sent then; `pipeline` fills it."""
after_change: list[Callable[[Action], None]] = []
"""Who tells where an action stands, such as the line of its invoice; `pipeline` fills it."""
ALIVE = (ActionState.WAITING, ActionState.TO_DO, ActionState.LEAVING)
MEANS = {Channel.EMAIL: SentMeans.EMAIL, Channel.LETTER: SentMeans.LETTER, Channel.SMS: SentMeans.SMS}


def next_round(document: Document) -> str:
    """Each round of sending it has a key of its own."""
    mine = select(func.count(Action.id)).where(Action.document_id == document.id, Action.kind == ActionKind.SENDING)
    return f"sending:{document.id}:{(db.session.scalar(mine) or 0) + 1}"


def make(
    kind: ActionKind,
    document: Document,
    *,
    key: str,
    channel: Channel,
    due_at: datetime,
    step: PlanStep | None = None,
    is_automatic: bool = False,
    reason: dict[str, Any] | None = None,
    covers: dict[Document, int | None] | None = None,
) -> Action | None:
    """A new action about `document` of its counterparty; None where there is one of this key already.

    Its owner is the counterparty's. `covers` are all documents it is about with the step each counts as reminded at.
    """
    if db.session.scalar(select(Action.id).filter_by(key=key)):
        return None
    counterparty = db.session.get_one(Counterparty, document.counterparty_id)
    action = Action(
        company_id=document.company_id,
        key=key,
        kind=kind,
        channel=channel,
        state=ActionState.WAITING if is_automatic else ActionState.TO_DO,
        counterparty=counterparty,
        document=document,
        step=step,
        due_at=due_at,
        owner_id=counterparty.owner_id,
        reason=reason or {},
        covers=[
            ActionDocument(document=each, reached_days=reached, open_minor=each.open_minor)
            for each, reached in (covers or {document: None}).items()
        ],
    )
    db.session.add(action)
    db.session.flush()
    telling.tell_owner(action)
    return action


def _move(action: Action, state: ActionState, *was: ActionState, by: User | None, act: str, why: str = "") -> None:
    """From one of these states to that one; refused where somebody else was faster."""
    if not change_if(db.session, action, Action.state.in_(was), state=state, version=Action.version + 1):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(action, by=by, act=act, why=why)


def hand_over(action: Action, reason: dict[str, Any]) -> None:
    """What cannot go by itself is a person's, with the reason (SPEC SE-5)."""
    _move(action, ActionState.TO_DO, *ALIVE, by=None, act="handed to a person", why=str(reason.get("key", "")))
    action.reason = reason
    action.owner_id = action.owner_id or action.counterparty.owner_id
    _tell(action)
    telling.tell_owner(action)


def take_over(action: Action, *, by: User) -> None:
    """It is this person's now."""
    was = action.owner
    if was == by:
        return
    action.owner, action.version = by, action.version + 1
    trail.record(action, by=by, act="taken over", changes={"owner": [was and was.name, by.name]})


def leave(action: Action, *, by: User | None) -> None:
    """It is handed to the outbox, the printer or a gateway; what becomes of it is told to `done` or `hand_over`."""
    _move(action, ActionState.LEAVING, ActionState.WAITING, ActionState.TO_DO, by=by, act="given to send")
    action.done_by_id = by.id if by else None
    _tell(action)


def done(action: Action, *, by: User | None = None, means: SentMeans | None = None, note: str = "") -> None:
    """It reached its customer, as far as can be known."""
    _move(action, ActionState.DONE, *ALIVE, by=by, act="done", why=note)
    action.done_at, action.note = clock.now(), note or action.note
    if by is not None:
        action.done_by_id = by.id
    _follow(action, means or MEANS.get(action.channel, SentMeans.MARKED), by)


def skip(action: Action, *, by: User, note: str = "") -> None:
    """It is not needed: an invoice counts as sent (SPEC SE-6)."""
    _move(action, ActionState.SKIPPED, ActionState.WAITING, ActionState.TO_DO, by=by, act="skipped", why=note)
    action.done_at, action.done_by_id, action.note = clock.now(), by.id, note
    _follow(action, SentMeans.SKIPPED, by)


def withdraw(action: Action, reason: dict[str, Any]) -> None:
    """It is not needed any more; what has been handed over already is asked again before it leaves (SAFETY S52)."""
    if action.state.is_over:
        return
    _move(action, ActionState.WITHDRAWN, *ALIVE, by=None, act="withdrawn", why=str(reason.get("key", "")))
    action.reason = reason
    _tell(action)


def _tell(action: Action) -> None:
    for follow in after_change:
        follow(action)


def _follow(action: Action, means: SentMeans, by: User | None) -> None:
    for follow in after_done:
        follow(action, means, by)
