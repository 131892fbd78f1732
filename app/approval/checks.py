"""What must hold for a decision to count; every way of deciding comes through here."""

from __future__ import annotations

from flask_babel import gettext as _

from app.approval import facts, seating
from app.approval.models import Approval, Choice, Decision, Mode, Outcome, Seat
from app.core.errors import Refused
from app.documents.models import Direction
from app.users.models import User
from app.web.filters import moment


class AlreadyDecided(Refused):
    """Somebody was faster; `decision` is what stands."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(in_words(decision))
        self.decision = decision


def in_words(decision: Decision) -> str:
    """Who decided what, and when."""
    known = {
        Choice.APPROVE: _("%(name)s approved it on %(when)s."),
        Choice.REJECT: _("%(name)s rejected it on %(when)s."),
        Choice.SEND_BACK: _("%(name)s sent it back for correction on %(when)s."),
    }
    return known[decision.choice] % {"name": name_of(decision), "when": moment(decision.at)}


def name_of(decision: Decision) -> str:
    """Who decided."""
    return decision.by.name if decision.by else "Facteur"


def until_when(decision: Decision) -> str:
    """Up to when it can be taken back; `undoing` says when it is over."""
    if decision.choice is Choice.REJECT:
        return _("That is possible as long as it lies in the trash.")
    if decision.choice is Choice.SEND_BACK:
        return _("That is possible until it is validated again.")
    if decision.seat.step.approval.document.direction is Direction.SALE:
        return _("That is possible until it is sent or paid.")
    return _("That is possible until it is paid.")


def check(seat: Seat, choice: Choice, *, by: User, revision: str, reason: str) -> None:
    """Raise `AlreadyDecided` or `Refused`, in words, unless this person may decide this here and now."""
    approval = seat.step.approval
    if stands := seat.decision or settled_by(approval, seat):
        raise AlreadyDecided(stands)
    _check_round(approval, seat, revision)
    _check_person(approval, seat, by)
    if choice.needs_reason and not reason.strip():
        raise Refused(
            _("Say why you reject it. Nothing was decided.")
            if choice is Choice.REJECT
            else _("Say what is to be corrected. Nothing was decided.")
        )


def settled_by(approval: Approval, seat: Seat) -> Decision | None:
    """The decision after which this seat's word is not waited for any more."""
    if approval.outcome in (Outcome.REJECTED, Outcome.SENT_BACK, Outcome.APPROVED) or seat.step.ended_at:
        standing = [each.decision for each in approval.seats if each.decision]
        ending = [each for each in standing if each.choice is not Choice.APPROVE] or [
            each for each in standing if each.seat.step_id == seat.step_id
        ]
        return max(ending, key=lambda each: each.id, default=None)
    return None


def _check_round(approval: Approval, seat: Seat, revision: str) -> None:
    if approval.outcome is Outcome.NOT_NEEDED:
        raise Refused(_("It need not be approved any more. Nothing was decided."))
    if approval.ended_at or revision != approval.revision or revision != facts.revision_of(approval.document):
        raise Refused(_("It was changed since you saw it. Nothing was decided: look at it as it is now."))
    if not seat.step.is_open:
        raise Refused(_("It is not your turn yet: others decide first."))


def _check_person(approval: Approval, seat: Seat, by: User) -> None:
    if seat.user_id != by.id:
        raise Refused(_("It is for %(name)s to decide. Nothing was decided.", name=seat.user.name))
    if not seating.may_decide(by, approval.document.company_id):
        raise Refused(_("You may not decide this any more. Nothing was decided."))
    if seating.is_kept_out(by, approval):
        raise Refused(_("You validated or changed it yourself: somebody else must approve it (four eyes)."))


def is_done(seat: Seat) -> bool:
    """Is the step of this seat approved, by any one or by all who still may?"""
    step = seat.step
    if step.mode is Mode.ANY or not any(each.decision for each in step.seats):
        return any(each.decision for each in step.seats)
    company_id = step.approval.document.company_id
    return all(each.decision or not seating.may_decide(each.user, company_id) for each in step.seats)
