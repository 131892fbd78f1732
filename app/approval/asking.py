"""Asking an approver: sight of the document, a link, a mail, a notice."""

from __future__ import annotations

from collections.abc import Callable

from app.approval import links, mails, seating
from app.approval.models import Approval, ApprovalStep, DecisionLink, Outcome, Seat
from app.core import clock
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, NoticeKind
from app.notices.telling import tell

before_asking: list[Callable[[Seat], None]] = []
"""Whoever may put another in the seat first, such as a stand-in; who does so asks that one. `pipeline` fills it."""
AWAITED = {"renewed", "taken_back", "robot"}
"""Asked again for something that was just done at a link: the page says that a mail comes, whatever they chose."""


def open_step(step: ApprovalStep) -> None:
    """It is this step's turn: ask those who sit there, and nobody of a later one."""
    step.opened_at, step.ended_at = clock.now(), None
    seating.keep_filled(step)
    for seat in list(step.seats):
        ask(seat)


def ask(seat: Seat, note: str = "") -> DecisionLink | None:
    """Ask whoever sits there, with a fresh link; earlier ones end. Nobody is asked whose word is not waited for.

    `note` says why it is asked once more, as `mails.NOTES` has it.
    """
    holder = seat.user_id
    for hand_over in before_asking:
        hand_over(seat)
        if seat.user_id != holder:
            return None  # whoever handed it over has asked
    if not is_waiting(seat):
        return None
    links.end(seat)
    seat.asked_at, seat.reminded_at = clock.now(), None
    document = seat.step.approval.document
    document.readers.add(seat.user)
    is_mailed = note in AWAITED or choices.of(seat.user, NoticeKind.APPROVAL_ASKED).by_mail is ByMail.AT_ONCE
    link, token = links.make(seat, is_mailed=is_mailed)
    if is_mailed:
        mails.asked(seat, link, token, note)
    by = seat.step.approval.asked_by
    tell(
        seat.user,
        NoticeKind.APPROVAL_ASKED,
        key=f"approval:{link.id}",
        company_id=document.company_id,
        about=document,
        by=by,
    )
    return link


def remind(seat: Seat, *, key: str) -> DecisionLink | None:
    """Ask once more, with a link of its own; the one of the first mail goes on working."""
    if not is_waiting(seat):
        return None
    seat.reminded_at = clock.now()
    link, token = links.make(seat)
    mails.asked(seat, link, token, "reminder", key=key)
    return link


def send_anew(link: DecisionLink) -> bool:
    """A new link in place of one that is dead, to its holder alone; False where nothing is asked any more."""
    seat = (links.newer(link) or link).seat
    return seat.user_id == link.user_id and ask(seat, "renewed") is not None


def is_waiting(seat: Seat) -> bool:
    """Is this person's word waited for now?"""
    approval = seat.step.approval
    if approval.ended_at or not seat.step.is_open or seat.decision:
        return False
    return seating.may_decide(seat.user, approval.document.company_id)


def end(approval: Approval, outcome: Outcome) -> None:
    """A round is over: nobody is asked any more, and its links are dead."""
    approval.ended_at, approval.outcome = clock.now(), outcome
    links.end_all(approval)
    db.session.flush()
