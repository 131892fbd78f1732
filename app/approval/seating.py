"""Who may sit where: a living right to decide, and four eyes (SPEC AP-6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.approval import facts
from app.approval.demands import Demand, WantedStep
from app.approval.models import Approval, ApprovalStep, Seat
from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.documents.models import Document
from app.documents.reasons import WITHOUT_FILE
from app.extensions import db
from app.users import people
from app.users.models import Company, Membership, User
from app.web.access import Permission, allowed


def may_decide(user: User, company_id: int) -> bool:
    """Does the person still belong there, with the right to decide?"""
    return allowed(user, Permission.DECIDE, company_id)


def has_four_eyes(company: Company) -> bool:
    """Must somebody else approve than whoever validated? Unless set, where more than one person could."""
    if company.four_eyes is not None:
        return company.four_eyes
    here = select(User).where(User.memberships.any(Membership.company_id == company.id))
    return sum(may_decide(user, company.id) for user in db.session.scalars(here)) > 1


def kept_out(document: Document, asking: Any = None) -> set[int]:
    """Who cannot decide about it: whoever validated it, changed since what is asked about, or asks now.

    Where nobody validated what has no page to hold it against, it is whoever brought its facts.
    """
    if not has_four_eyes(document.company):
        return set()
    others = _changed_since(document) if document.validated_at and document.id else set()
    first = document.validated_by_id or _brought_by(document)
    return {first, getattr(asking, "id", None), *others} - {None}  # type: ignore[return-value]


def _brought_by(document: Document) -> int | None:
    """Whoever typed or listed what was then validated by itself."""
    return document.created_by_id if document.validated_at and document.source in WITHOUT_FILE else None


def _changed_since(document: Document) -> set[int | None]:
    """Whoever changed what is asked about since a person validated it, also where nothing was asked at that time.

    Where none did, nobody else has looked at what was typed before either.
    """
    asked = select(Approval.asked_by_id).where(Approval.document_id == document.id)
    entries = AuditEntry.about(document).where(AuditEntry.user_id.is_not(None))
    if document.validated_by_id:
        entries = entries.where(AuditEntry.at >= document.validated_at)
    changed = {each.user_id for each in db.session.scalars(entries) if set(facts.TYPED) & set(each.changes)}
    return changed | set(db.session.scalars(asked.where(Approval.created_at >= document.validated_at)))


def is_kept_out(user: User, approval: Approval) -> bool:
    """May this person not decide here, having validated or changed it?"""
    return user.id in kept_out(approval.document)


def fill(approval: Approval, demand: Demand) -> None:
    """Give the approval its steps and seats; refused in words where one of them would stay empty."""
    out = kept_out(approval.document, approval.asked_by)
    for position, wanted in enumerate(demand.steps):
        chosen = of(wanted, approval.document, out)
        if not chosen:
            raise Refused(nobody_left())
        step = ApprovalStep(position=position, mode=wanted.mode)
        step.seats = [Seat(user=user) for user in chosen]
        approval.steps.append(step)


def of(wanted: WantedStep, document: Document, out: set[int]) -> list[User]:
    """Who decides in this step: those it names who may, else the company's admins who may."""
    named = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(wanted.user_ids)))}
    asked = [named[user_id] for user_id in dict.fromkeys(wanted.user_ids) if user_id in named]
    return _able(asked, document, out) or _able(people.admins_of(document.company_id), document, out)


def _able(users: Iterable[User], document: Document, out: set[int]) -> list[User]:
    return [user for user in users if user.id not in out and may_decide(user, document.company_id)]


def nobody_left() -> str:
    """Why it cannot be validated by this person."""
    return _(
        "Whoever validates or changes a document cannot approve it (four eyes), and nobody else is there who could. "
        "Let somebody else validate it, or ask an admin to name another approver."
    )


def keep_filled(step: ApprovalStep) -> None:
    """Where nobody of a step may decide any more, the company's admins are asked in their place."""
    document = step.approval.document
    out = kept_out(document)
    if _able((seat.user for seat in step.seats), document, out):
        return
    seated = {seat.user_id for seat in step.seats}
    admins = _able(people.admins_of(document.company_id), document, out | seated)
    step.seats.extend(Seat(user=user) for user in admins)
    db.session.flush()
