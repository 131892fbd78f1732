"""Telling people of decisions: the approver at once, whoever asked, and those who approved before (SPEC AP-4)."""

from __future__ import annotations

from app.approval import mails
from app.approval.models import Approval, Choice, Decision, Way
from app.core import clock
from app.notices import choices
from app.notices.models import ByMail, NoticeKind
from app.notices.telling import tell
from app.users.models import User


def decided(decision: Decision) -> None:
    """The approver whose mailed link decided, with the way to take it back; and whom it concerns."""
    if decision.way is Way.MAIL and decision.by:
        _note(decision.by, decision, "done")
        mails.decided(decision)
    if decision.choice is Choice.APPROVE and decision.seat.step.approval.ended_at is None:
        return  # others are asked next
    for user in concerned(decision):
        _note(user, decision, decision.choice.value)
        if choices.of(user, NoticeKind.DECIDED).by_mail is ByMail.AT_ONCE:
            mails.told(user, decision)


def undone(decision: Decision, *, by: User | None) -> None:
    """Whoever was told of it is told that it is taken back; and whoever decided, where another did so."""
    people = concerned(decision) + ([decision.by] if decision.by else [])
    for user in people:
        if by is None or user.id != by.id:
            _note(user, decision, "undone", by=by)


def concerned(decision: Decision) -> list[User]:
    """Whoever asked for the approval or validated, and those who approved before; not who decided."""
    approval: Approval = decision.seat.step.approval
    earlier = [each.decision.by for each in approval.seats if each.decision]
    asked = [approval.asked_by, approval.document.validated_by]
    people = {user.id: user for user in (*asked, *earlier) if user and user.id != decision.by_id}
    return list(people.values())


def _note(user: User, decision: Decision, what: str, by: User | None = None) -> None:
    document = decision.seat.step.approval.document
    notice = tell(
        user,
        NoticeKind.DECIDED,
        key=f"decision:{decision.id}:{what}",
        company_id=document.company_id,
        about=document,
        by=by if what in ("undone", "done") else decision.by,
        what=what,
        choice=decision.choice.value,
        name=decision.by.name if decision.by else "",
        number=document.number,
        why=decision.reason,
    )
    if notice and what not in ("undone",):
        notice.mailed_at = clock.now()  # a mail of its own says more
