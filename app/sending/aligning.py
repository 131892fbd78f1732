"""Each invoice to send has one action, as its customer's plan says: made, moved, withdrawn (SPEC SE-3, SE-5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from app.core.database import hold
from app.counterparties.models import Counterparty
from app.documents import reasons
from app.documents.counted import is_to_send
from app.documents.models import Direction, Document, SentMeans
from app.documents.sent import sent
from app.dunning import actions, standing
from app.dunning.action_models import Action, ActionKind, ActionState
from app.extensions import db
from app.sending import planned
from app.sending.arriving import LEFT
from app.users.models import User

CONTENT = {"gross_minor", "currency", "number", "issue_date", "due_date", "file"}
"""What is written before one of these changed says what is true no more."""
EDITED = ("to", "cc", "subject", "text")


def align(document: Document) -> None:
    """After any change of a document: its action is what plan and facts say; what nothing asks for is withdrawn."""
    if document.direction is not Direction.SALE:
        return
    db.session.flush()
    action = planned.living(document)
    if action and (why := _against(action, document)):
        actions.withdraw(action, why)
        action = None
    if not document.is_to_send or document.status not in planned.READY:
        return
    if action is None:
        _make(document)
    elif _follows_plan(action):
        db.session.refresh(action, with_for_update=True)  # a person may be sending it just now
        if _follows_plan(action):
            _follow(action, document)


def realign(documents: Iterable[Document]) -> None:
    """After a change of plans, contacts or parents: the same for these, and the line that says what they wait for."""
    for document in documents:
        align(document)
        document.reason = reasons.first(document)


def unsent(company_id: int) -> Iterable[Document]:
    """All of a company that are validated and to send."""
    query = select(Document).where(Document.company_id == company_id, is_to_send(), Document.trashed_at.is_(None))
    return db.session.scalars(query.where(Document.validated_at.is_not(None)).order_by(Document.id))


def _against(action: Action, document: Document) -> dict[str, Any] | None:
    """What has become of the document that makes this very action needless."""
    if why := standing.against(action):
        return why
    if document.cause and document.cause.left.get(LEFT):
        return {"key": "not_to_send"}
    changed = document.cause.changed if document.cause else frozenset()
    return {"key": "changed"} if action.state is ActionState.LEAVING and changed & CONTENT else None


def _make(document: Document) -> None:
    """A new round; what came back once is a person's from then on (SPEC SE-7). Of two at once one makes it."""
    step = planned.step_for(document)
    if step is None:
        return
    hold(db.session, f"sending:{document.id}")
    if planned.living(document):
        return
    facts = planned.facts(document, step)
    reason = _came_back(document) or ({} if facts["is_automatic"] else {"key": "manual"})
    facts["is_automatic"] = facts["is_automatic"] and not reason
    actions.make(ActionKind.SENDING, document, key=actions.next_round(document), reason=reason, **facts)


def _came_back(document: Document) -> dict[str, Any]:
    """Why the last one that was sent did not arrive."""
    query = select(Action).where(Action.document_id == document.id, Action.kind == ActionKind.SENDING)
    last = db.session.scalar(query.order_by(Action.id.desc()).limit(1))
    return {"key": "bounced", "why": last.bounce_reason} if last and last.bounced_at else {}


def _follows_plan(action: Action) -> bool:
    """Is it still as its plan made it? What a person has written or asked for, and what has begun to leave, stays."""
    is_planned = action.state is ActionState.WAITING or action.reason.get("key") == "manual"
    return is_planned and action.state is not ActionState.LEAVING and not any(getattr(action, each) for each in EDITED)


def _follow(action: Action, document: Document) -> None:
    """The step, the channel and the time of its plan as it is now."""
    step = planned.step_for(document)
    if step is None:
        actions.withdraw(action, {"key": "not_planned"})
        return
    facts = planned.facts(document, step)
    is_automatic = facts.pop("is_automatic")
    for name, now in facts.items():
        if getattr(action, name) != now:
            setattr(action, name, now)
    state = ActionState.WAITING if is_automatic else ActionState.TO_DO
    if action.state is not state:
        action.state, action.reason, action.version = (
            state,
            {} if is_automatic else {"key": "manual"},
            action.version + 1,
        )


def follow_done(action: Action, means: SentMeans, by: User | None) -> None:
    """What reached its customer, or was skipped, is sent: it counts from now on (SPEC SE-6, SE-7)."""
    if action.kind is ActionKind.SENDING:
        sent(action.document, means, by=by)


def tell(action: Action) -> None:
    """The line of its invoice says where the action stands."""
    if action.kind is ActionKind.SENDING and action.document.is_to_send:
        action.document.reason = reasons.first(action.document)


def follow_merged(gone: Counterparty, into: Counterparty, _by: User) -> None:
    """Actions about the first one are about the second one; before its documents are."""
    theirs = update(Action).where(Action.counterparty_id == gone.id).values(counterparty_id=into.id)
    db.session.execute(theirs.execution_options(synchronize_session="fetch"))
