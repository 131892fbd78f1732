"""Telling people of decisions: the approver at once, whoever asked, and those who approved before (SPEC AP-4)."""

from __future__ import annotations

from app.approval import mails
from app.approval.models import Approval, Choice, Decision, Way
from app.core import clock
from app.documents import sight
from app.extensions import db
from app.notices import choices, subjects
from app.notices import mails as notice_mails
from app.notices.models import ByMail, Notice, NoticeKind
from app.notices.telling import tell
from app.users.models import User

FOR_WHO_DECIDED = {"lapsed", "outdated"}
BY_ANOTHER = {"undone", "done", *FOR_WHO_DECIDED}
"""What is told of a decision that its decider did not do just now."""


def decided(decision: Decision) -> None:
    """The approver whose mailed link decided, with the way to take it back; and whom it concerns."""
    if decision.way is Way.MAIL and decision.by:
        mails.decided(decision)
        if notice := _note(decision.by, decision, "done"):
            notice.mailed_at = clock.now()
    if decision.choice is Choice.APPROVE and decision.seat.step.approval.ended_at is None:
        return  # others are asked next
    for user in concerned(decision):
        notice = _note(user, decision, decision.choice.value)
        if notice and _is_mailed(user, decision):
            mails.told(user, decision)
            notice.mailed_at = clock.now()


def undone(decision: Decision, *, by: User | None) -> None:
    """Whoever was told of it is told that it is taken back; and whoever decided, where another did so."""
    for user in concerned(decision):
        _mail(_note(user, decision, "undone", by=by), decision)
    if decision.by:
        _note(decision.by, decision, "undone", by=by)  # the mail that asks again says so


def lapsed(decision: Decision, *, by: User | None) -> None:
    """Whoever decided, trusting in an earlier approval that `by` takes back: no other mail says so to them."""
    if decision.by:
        _mail(_note(decision.by, decision, "lapsed", by=by), decision)


def outdated(decision: Decision, *, by: User | None) -> None:
    """Whoever approved what is asked anew since, and is not asked at once: theirs counts no more."""
    if decision.by:
        _mail(_note(decision.by, decision, "outdated", by=by), decision)


def _mail(notice: Notice | None, decision: Decision) -> None:
    subject = subjects.of(notice.user, notice) if notice and _is_mailed(notice.user, decision) else None
    if notice and subject:
        notice_mails.at_once(notice, subject)
        notice.mailed_at = clock.now()


def concerned(decision: Decision) -> list[User]:
    """Whoever asked for the approval or validated, and those who approved before; not who decided."""
    approval: Approval = decision.seat.step.approval
    earlier = [each.decision.by for each in approval.seats if each.decision]
    asked = [approval.asked_by, approval.document.validated_by, _validated_before(decision)]
    people = {user.id: user for user in (*asked, *earlier) if user and user.id != decision.by_id}
    return list(people.values())


def _validated_before(decision: Decision) -> User | None:
    """Who validated what is sent back: the document itself has nobody any more."""
    user_id = decision.was.get("validated_by_id")
    return db.session.get(User, user_id) if user_id else None


def _is_mailed(user: User, decision: Decision) -> bool:
    """At once, where the person wants it so and may still see the document (SAFETY S72)."""
    is_wanted = choices.of(user, NoticeKind.DECIDED).by_mail is ByMail.AT_ONCE
    return is_wanted and sight.may_see(user, decision.seat.step.approval.document)


def _note(user: User, decision: Decision, what: str, by: User | None = None) -> Notice | None:
    document = decision.seat.step.approval.document
    return tell(
        user,
        NoticeKind.DECIDED,
        key=f"decision:{decision.id}:{what}",
        company_id=document.company_id,
        about=document,
        by=by if what in BY_ANOTHER else decision.by,
        what=what,
        choice=decision.choice.value,
        name=decision.by.name if decision.by and what not in FOR_WHO_DECIDED else "",
        number=document.number,
        why=decision.reason,
    )
