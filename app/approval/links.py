"""Mailed links to decide: kept as hashes, for one person, seat and revision, used once (SAFETY R9)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from app.approval import facts, seating
from app.approval.models import Approval, ApprovalStep, Decision, DecisionLink, Outcome, Seat
from app.core import clock
from app.extensions import db
from app.users.sessions import digest

LONGEST_DAYS = 365


class LinkState(StrEnum):
    """What a link is good for now; all but `living` are dead, and say so kindly."""

    LIVING = "living"
    USED = "used"
    """Its holder decided already, through it or otherwise."""
    DECIDED = "decided"
    """Others decided, and no word is waited for any more."""
    TAKEN_BACK = "taken_back"
    """An earlier step is asked again: its holder will be, once it is their turn."""
    CHANGED = "changed"
    HANDED_OVER = "handed_over"
    EXPIRED = "expired"
    NOT_NEEDED = "not_needed"
    REVOKED = "revoked"
    """Its holder may not decide any more, or a newer link took its place."""


def make(seat: Seat, *, decision: Decision | None = None, is_mailed: bool = True) -> tuple[DecisionLink, str]:
    """A link for whoever sits there, and its token, which is nowhere but in the mail."""
    token = secrets.token_urlsafe(32)
    days = max(1, min(LONGEST_DAYS, seat.step.approval.document.company.approval_link_days))
    link = DecisionLink(
        seat=seat,
        user=seat.user,
        decision=decision,
        token_hash=digest(token),
        revision=seat.step.approval.revision,
        expires_at=clock.now() + timedelta(days=days),
        is_mailed=is_mailed,
        suspicion=_suspicion(seat),
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def _suspicion(seat: Seat) -> int:
    """What was at work on earlier links of the same mailbox opens this mail too (SAFETY S58)."""
    earlier = DecisionLink.seat_id == seat.id, DecisionLink.user_id == seat.user_id
    return db.session.scalar(select(func.max(DecisionLink.suspicion)).where(*earlier)) or 0


def find(token: str) -> DecisionLink | None:
    """The link of this token, living or dead; None where there never was one."""
    return db.session.scalar(select(DecisionLink).filter_by(token_hash=digest(token)))


def newer(link: DecisionLink) -> DecisionLink | None:
    """The last one with which this person was asked about the same document since, in whichever round."""
    document_id = link.seat.step.approval.document_id
    query = select(DecisionLink).join(DecisionLink.seat).join(Seat.step).join(ApprovalStep.approval)
    query = query.where(Approval.document_id == document_id, DecisionLink.user_id == link.user_id)
    query = query.where(DecisionLink.id > link.id, DecisionLink.decision_id.is_(None))
    return db.session.scalar(query.order_by(DecisionLink.id.desc()).limit(1))


def state_of(link: DecisionLink) -> LinkState:
    """What the link is good for now, judged from what is so and not from what was noted."""
    return next((state for state, is_so in _deaths(link) if is_so), LinkState.LIVING)


def _deaths(link: DecisionLink) -> Iterator[tuple[LinkState, bool]]:
    """Of what it may be dead, what says most first."""
    approval, document = link.seat.step.approval, link.seat.step.approval.document
    yield LinkState.HANDED_OVER, link.seat.user_id != link.user_id
    yield LinkState.REVOKED, not seating.may_decide(link.user, document.company_id)
    if link.decision:
        yield LinkState.USED, bool(link.used_at or link.ended_at or link.decision.undone_at)
    else:
        yield LinkState.USED, link.seat.decision is not None
        yield LinkState.CHANGED, approval.outcome is Outcome.SUPERSEDED
        yield LinkState.CHANGED, link.revision != facts.revision_of(document)
        yield LinkState.NOT_NEEDED, approval.outcome is Outcome.NOT_NEEDED
        yield LinkState.TAKEN_BACK, approval.ended_at is None and link.seat.step.opened_at is None
        yield LinkState.DECIDED, bool(approval.ended_at) or not link.seat.step.is_open
        yield LinkState.REVOKED, bool(link.used_at or link.ended_at)
    now = clock.now()  # a link made by a clock that was ahead would live too long
    yield LinkState.EXPIRED, link.expires_at <= now or link.created_at > now + clock.MAY_DIFFER


def use(link: DecisionLink) -> bool:
    """Take the link; False where somebody was faster."""
    unused = (DecisionLink.used_at.is_(None), DecisionLink.ended_at.is_(None))
    taken = db.session.execute(_update(DecisionLink.id == link.id, *unused).values(used_at=clock.now()))
    db.session.refresh(link)
    return taken.rowcount == 1


def end(seat: Seat) -> None:
    """Let no link of this seat decide any more: it was handed over, decided or taken away."""
    _end(DecisionLink.seat_id == seat.id)


def end_step(step: ApprovalStep) -> None:
    """The same for all seats of a step."""
    _end(DecisionLink.seat_id.in_([seat.id for seat in step.seats]))


def end_all(approval: Approval) -> None:
    """The same for a whole round."""
    _end(DecisionLink.seat_id.in_([seat.id for seat in approval.seats]))


def _end(*which: ColumnElement[bool]) -> None:
    living = (DecisionLink.used_at.is_(None), DecisionLink.ended_at.is_(None), DecisionLink.decision_id.is_(None))
    db.session.execute(_update(*which, *living).values(ended_at=clock.now()))


def _update(*which: ColumnElement[bool]) -> Any:
    return update(DecisionLink).where(*which).execution_options(synchronize_session="fetch")
