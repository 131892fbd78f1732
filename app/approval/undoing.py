"""Taking a decision back: what it did is undone, and its step is asked again (SPEC AP-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from app.approval import asking, facts, holding, links, telling
from app.approval.models import Approval, ApprovalStep, Choice, Decision, Outcome
from app.audit import trail
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document, TrashKind
from app.documents.trash import restore
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed

may_be_paid: list[Callable[[Document], bool]] = []
"""Whether a payment of it is on its way to the bank; `pipeline` fills it."""
LAPSED = "lapsed"
"""Why a decision counts no more that nobody took back: an earlier one was."""
ENDED_BY = {Choice.APPROVE: Outcome.APPROVED, Choice.REJECT: Outcome.REJECTED, Choice.SEND_BACK: Outcome.SENT_BACK}


def undo(decision: Decision, *, by: User | None, why: str = "") -> None:
    """Take it back, until the document is paid; `by` is None where the program found a machine deciding.

    Raises `Refused` in words; nothing is changed then.
    """
    approval = holding.held(decision.seat.step.approval)
    if by is not None and not is_theirs(decision, by):
        raise Refused(_("Only who decided, or an admin, can take it back."))
    _check(decision, approval)
    _take_back(decision, why)
    lapsed = _open_again(approval, decision.seat.step)
    BACK[decision.choice](decision, by)
    telling.undone(decision, by=by)
    for later in lapsed:
        names = [later.by.name if later.by else "", None]
        trail.record(approval.document, by=by, act="approval lapsed", why=why, changes={"decided_by": names})
        telling.lapsed(later, by=by)
    for seat in decision.seat.step.seats:
        asking.ask(seat, "robot" if by is None else "taken_back")


def is_theirs(decision: Decision, user: User) -> bool:
    """May this person take it back: their own, or anybody's as an admin?"""
    company_id = decision.seat.step.approval.document.company_id
    return decision.by_id == user.id or allowed(user, Permission.ADMINISTER, company_id)


def may_undo(decision: Decision, user: User) -> bool:
    """Could this person take it back now? For whoever shows the button."""
    return is_theirs(decision, user) and not why_not(decision)


def why_not(decision: Decision) -> str:
    """Why nobody can take it back any more; empty where it is possible."""
    try:
        _check(decision, decision.seat.step.approval)
    except Refused as refused:
        return str(refused)
    return ""


def _check(decision: Decision, approval: Approval) -> None:
    document = approval.document
    if decision.undone_at:
        raise Refused(_("This decision was taken back already."))
    if document.settled_minor or any(test(document) for test in may_be_paid):
        raise Refused(_("It is paid or about to be: the decision cannot be taken back any more."))
    if document.sent_at:
        raise Refused(_("It was sent to its customer: the decision cannot be taken back any more."))
    if approval.outcome not in (None, ENDED_BY[decision.choice]) or not _is_last(approval):
        raise Refused(_("It was changed, restored or asked anew since: there is nothing to take back."))
    if decision.choice is Choice.REJECT and document.trash_kind is not TrashKind.REJECTED:
        raise Refused(_("It is not in the trash any more: there is nothing to take back."))
    if decision.choice is Choice.APPROVE and document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if decision.choice is Choice.SEND_BACK and (document.validated_at or document.trashed_at):
        raise Refused(_("It was validated or trashed since: there is nothing to take back."))
    if approval.revision != facts.revision_of(document):
        raise Refused(_("It was changed since: there is nothing to take back."))


def _is_last(approval: Approval) -> bool:
    return db.session.scalars(Approval.last_of(approval.document).limit(1)).one() is approval


def _take_back(decision: Decision, why: str) -> None:
    """Once, however many press the button."""
    values = {"undone_at": clock.now(), "undone_why": why[:200]}
    if not change_if(db.session(), decision, Decision.undone_at.is_(None), **values):
        raise Refused(_("This decision was taken back already."))
    db.session.refresh(decision.seat, ["decisions"])


def _open_again(approval: Approval, step: ApprovalStep) -> list[Decision]:
    """The round goes on at this step; what was decided in later ones, trusting in it, lapses and is decided again."""
    lapsed = []
    approval.ended_at, approval.outcome, step.ended_at = None, None, None
    for later in approval.steps:
        if later.position > step.position:
            links.end_step(later)
            later.opened_at, later.ended_at = None, None
            for seat in later.seats:
                if later_one := seat.decision:
                    _take_back(later_one, LAPSED)
                    lapsed.append(later_one)
    db.session.flush()
    return lapsed


# --- What it did ------------------------------------------------------------------------------------


def _approved(decision: Decision, by: User | None) -> None:
    document = decision.seat.step.approval.document
    status.settle(document, by=by, act="decision taken back", why=decision.undone_why)


def _rejected(decision: Decision, by: User | None) -> None:
    document = decision.seat.step.approval.document
    trail.record(document, by=by, act="decision taken back", why=decision.undone_why)
    restore(document, by=by)


def _sent_back(decision: Decision, by: User | None) -> None:
    """Validated as it was, by whoever validated it."""
    document, seen = decision.seat.step.approval.document, decision.seat.step.approval.document.version
    validated_at = datetime.fromisoformat(decision.was["validated_at"])
    values = {"validated_at": validated_at, "validated_by_id": decision.was["validated_by_id"], "version": seen + 1}
    if not change_if(db.session(), document, Document.version == seen, Document.validated_at.is_(None), **values):
        raise Refused(_("It was changed since: there is nothing to take back."))
    changes = {"version": [seen, seen + 1]}
    status.settle(document, by=by, act="decision taken back", why=decision.undone_why, changes=changes)


BACK = {Choice.APPROVE: _approved, Choice.REJECT: _rejected, Choice.SEND_BACK: _sent_back}
