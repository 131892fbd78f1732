"""The approval as a document's page shows it: steps, who is asked, who decided what, when and why."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.approval import asking, brief, seating, undoing
from app.approval.models import Approval, ApprovalStep, Choice, Decision, Seat
from app.documents.models import Document
from app.extensions import db
from app.users.models import User

WHOLE = selectinload(Approval.steps).selectinload(ApprovalStep.seats)
"""A round with all that hangs on it, in a fixed number of queries."""


def of(user: User, document: Document) -> dict[str, Any] | None:
    """What the panel shows to this person; None where nobody was ever asked."""
    query = Approval.last_of(document).options(
        WHOLE.selectinload(Seat.decisions).joinedload(Decision.by), WHOLE.joinedload(Seat.user)
    )
    rounds = list(db.session.scalars(query.options(joinedload(Approval.asked_by))))
    if not rounds:
        return None
    last, seat = rounds[0], _seat_of(user, rounds[0])
    return {
        "last": last,
        "earlier": [each for each in rounds[1:] if any(seat.decisions for seat in each.seats)],
        "why": brief.why(last),
        "differences": brief.since(last) if last.ended_at is None else [],
        "seat": seat,
        "is_kept_out": seat is not None and seating.is_kept_out(user, last),
        "undoable": {each.id for each in _decisions(last) if undoing.may_undo(each, user)},
    }


def word(choice: Choice) -> str:
    """What was decided, as it stands after a name."""
    return {
        Choice.APPROVE: _("approved it"),
        Choice.REJECT: _("rejected it"),
        Choice.SEND_BACK: _("sent it back for correction"),
    }[choice]


def _seat_of(user: User, approval: Approval) -> Seat | None:
    """Where this person's word is waited for now."""
    step = approval.open_step
    mine = (seat for seat in step.seats if seat.user_id == user.id and asking.is_waiting(seat)) if step else ()
    return next(iter(mine), None)


def _decisions(approval: Approval) -> list[Decision]:
    return [seat.decision for seat in approval.seats if seat.decision]
