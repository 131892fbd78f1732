"""Deciding: the one place where a decision is written, whoever decides and through whatever (SAFETY S59, S63)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.approval import asking, holding, links, telling
from app.approval.checks import AlreadyDecided, check, is_done
from app.approval.models import Choice, Decision, Outcome, Seat, Way
from app.approval.undoing import undo
from app.comments.models import Comment
from app.core import clock
from app.core.database import change_if, insert_unless_there
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document, TrashKind
from app.documents.trash import trash
from app.extensions import db
from app.users.models import User

__all__ = ["AlreadyDecided", "decide", "undo"]

LONGEST_REASON = 2000


def decide(seat: Seat, choice: Choice, *, by: User, way: Way, revision: str, reason: str = "") -> Decision:
    """Write what `by` decides at this seat about this revision, and do what follows.

    Raises `AlreadyDecided`, or `Refused` in words; nothing is changed then.
    """
    holding.held(seat.step.approval)
    check(seat, choice, by=by, revision=revision, reason=reason)
    facts = {"choice": choice, "by_id": by.id, "way": way, "revision": revision}
    decision = _write(seat, facts | {"reason": reason.strip()[:LONGEST_REASON]})
    links.end(seat)
    FOLLOWS[choice](decision)
    telling.decided(decision)
    return decision


def _write(seat: Seat, facts: dict[str, Any]) -> Decision:
    """One at a seat: of two who try at once, the second finds the place taken."""
    facts |= {"seat_id": seat.id, "at": clock.now(), "was": {}, "undone_why": ""}
    query = insert_unless_there(db.session(), Decision).values(**facts).returning(Decision.id)
    decision_id = db.session.scalar(query)
    db.session.refresh(seat, ["decisions"])
    if decision_id is None:
        raise AlreadyDecided(seat.decision) if seat.decision else Refused(_("Somebody decided a moment ago."))
    return db.session.get_one(Decision, decision_id)


# --- What follows -----------------------------------------------------------------------------------


def go_on(seat: Seat) -> None:
    """Where this seat's step is done: the next step's turn, or the document waits for nobody any more."""
    step = seat.step
    if not is_done(seat):
        return
    step.ended_at = clock.now()
    links.end_step(step)
    later = [each for each in step.approval.steps if each.position > step.position]
    if later:
        asking.open_step(later[0])
    else:
        asking.end(step.approval, Outcome.APPROVED)
        step.approval.document.awaits_approval = False


def _approved(decision: Decision) -> None:
    document = decision.seat.step.approval.document
    go_on(decision.seat)
    status.settle(document, by=decision.by, act="approved", why=decision.reason, changes=_through(decision))


def _rejected(decision: Decision) -> None:
    """To the trash as rejected, with who and why."""
    approval = decision.seat.step.approval
    asking.end(approval, Outcome.REJECTED)
    trash(approval.document, by=decision.by, kind=TrashKind.REJECTED, why=decision.reason)


def _sent_back(decision: Decision) -> None:
    """To be checked once more, with the comment that says what is to be corrected."""
    approval = decision.seat.step.approval
    document, seen = approval.document, approval.document.version
    asking.end(approval, Outcome.SENT_BACK)
    validated_at = document.validated_at.isoformat() if document.validated_at else ""
    decision.was = {"validated_at": validated_at, "validated_by_id": document.validated_by_id}
    facts = {"validated_at": None, "validated_by_id": None, "awaits_approval": False, "version": seen + 1}
    if not change_if(db.session(), document, Document.version == seen, Document.validated_at.is_not(None), **facts):
        raise Refused(_("It was changed since you saw it. Nothing was decided: look at it as it is now."))
    db.session.add(Comment(document=document, by=decision.by, text=decision.reason))
    changes = {"version": [seen, seen + 1]} | _through(decision)
    status.settle(document, by=decision.by, act="sent back", why=decision.reason, changes=changes)


def _through(decision: Decision) -> dict[str, list[str | None]]:
    return {"way": [None, decision.way.value]}


FOLLOWS = {Choice.APPROVE: _approved, Choice.REJECT: _rejected, Choice.SEND_BACK: _sent_back}
