"""Colleagues: who could be asked instead of somebody."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from app.approval import handings, seating
from app.approval.models import ApprovalStep
from app.extensions import db
from app.users.models import Company, Membership, User
from app.web.access import Permission


def objection(user: User, step: ApprovalStep) -> str:
    """Why this person cannot decide in that step, in words; empty where they can."""
    if not seating.may_decide(user, step.approval.document.company_id):
        return _("%(name)s cannot decide in this company. Nothing was changed.", name=named(user))
    if seating.is_kept_out(user, step.approval):
        return _("%(name)s validated it: somebody else has to approve it (four eyes).", name=named(user))
    if user.id in taken(step):
        return _("%(name)s has a say in this step already. Nothing was changed.", name=named(user))
    return ""


def taken(step: ApprovalStep) -> set[int]:
    """Who sits in this step, or may get a seat of it back: nobody has two."""
    return {seat.user_id for seat in step.seats} | handings.awaited_at(step)


def candidates(step: ApprovalStep) -> list[User]:
    """Who could be asked instead of one of its people, by name."""
    approval = step.approval
    out = taken(step) | seating.kept_out(approval.document)
    return [user for user in deciders(approval.document.company) if user.id not in out]


def deciders(company: Company) -> list[User]:
    """Everybody who may decide there, by name."""
    return everywhere([company.id])


def everywhere(company_ids: Iterable[int]) -> list[User]:
    """Everybody who may decide in each of these companies, by name."""
    wanted = set(company_ids)
    query = select(User).where(User.memberships.any(Membership.company_id.in_(wanted)), User.is_disabled.is_(False))
    people = db.session.scalars(query.order_by(User.name, User.id))
    return [user for user in people if wanted <= set(user.company_ids(Permission.DECIDE))]


def named(user: User) -> str:
    """What a person is called."""
    return user.name or user.email
