"""All that stands on the page where one document is decided about."""

from __future__ import annotations

from typing import Any

from app.approval import brief, checks, colleagues, handings, undoing, waiting
from app.approval.models import Approval, Seat
from app.comments.models import Comment
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents import paying_to
from app.documents.models import Document
from app.documents.showing import page_numbers
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed


def seat_page(user: User, seat: Seat) -> dict[str, Any]:
    """The document, why it is asked, who else is, what was said, and what this person may do."""
    approval = seat.step.approval
    document = approval.document
    places = waiting.places(user, document.company)
    is_waiting = seat.step.is_open and approval.ended_at is None and seat.decision is None
    is_admin = allowed(user, Permission.ADMINISTER, document.company_id)
    return {
        "seat": seat,
        "approval": approval,
        "document": document,
        "today": clock.today(document.company),
        "pages": page_numbers(document),
        "is_mine": is_waiting and seat.user_id == user.id,
        "may_hand": is_waiting and (seat.user_id == user.id or is_admin),
        "colleagues": colleagues.candidates(seat.step) if is_waiting else [],
        "handed": handings.standing(seat),
        "comments": list(db.session.scalars(Comment.about(document))),
        "latest": brief.latest(document, user),
        "newer": _newer(user, seat),
        "told": _told(seat),
        "may_undo": bool(seat.decision) and undoing.may_undo(seat.decision, user),
        "changes": brief.since(approval),
        "doubt": paying_to.on_its_page(user, document),
        "linked": linked(user, document),
        **_beside(places, seat.id),
    }


def after(user: User, seat: Seat) -> int | None:
    """The seat that opens once this one is decided."""
    following = _beside(waiting.places(user, seat.step.approval.document.company), seat.id)["following"]
    return following if following != seat.id else None


def _newer(user: User, seat: Seat) -> Seat | None:
    """Where the same person is asked about the document as it is now, if this round is over."""
    if seat.step.approval.ended_at is None:
        return None
    query = Seat.waiting_for(user).where(Approval.document_id == seat.step.approval.document_id)
    return db.session.scalar(query)


def _told(seat: Seat) -> str:
    """How it ended, in words: who decided, here or instead of the person asked."""
    decision = seat.decision or checks.settled_by(seat.step.approval, seat)
    return checks.in_words(decision) if decision else ""


def linked(user: User, document: Document) -> set[int]:
    """The counterparty, where this person may open its page."""
    query = Counterparty.visible_to(user).with_only_columns(Counterparty.id).filter_by(id=document.counterparty_id)
    return set(db.session.scalars(query))


def _beside(places: list[int], seat_id: int) -> dict[str, Any]:
    """Which of how many it is, and those before and after it."""
    if seat_id not in places:
        return {"place": None, "count": len(places), "previous": None, "following": next(iter(places), None)}
    at = places.index(seat_id)
    after = places[at + 1 :] + places[:at]
    return {
        "place": at + 1,
        "count": len(places),
        "previous": places[at - 1] if at else None,
        "following": next(iter(after), None),
    }
