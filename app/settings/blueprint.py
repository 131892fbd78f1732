"""The blueprint of the settings, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_login import current_user

from app.extensions import db
from app.users.models import Company, Membership, User
from app.web.access import Permission, demand

bp = Blueprint("settings", __name__, url_prefix="/settings")


def administered() -> list[Company]:
    """The companies the signed-in person is admin of."""
    mine = current_user.company_ids(Permission.ADMINISTER)
    return list(db.session.scalars(Company.visible_to(current_user).where(Company.id.in_(mine))))


def company_or_404(company_id: int) -> Company:
    """A company the signed-in person is admin of: 404 where it is not theirs at all, 403 where they are no admin."""
    company = db.one_or_404(Company.visible_to(current_user).where(Company.id == company_id))
    demand(Permission.ADMINISTER, company.id)
    return company


def person_or_404(user_id: int) -> User:
    """Somebody who belongs to a company the signed-in person is admin of."""
    person = db.one_or_404(User.visible_to(current_user).where(User.id == user_id))
    if not shared_with(person):
        abort(403)
    return person


def shared_with(person: User) -> list[Membership]:
    """What a person has in the companies the signed-in person is admin of."""
    mine = set(current_user.company_ids(Permission.ADMINISTER))
    return [m for m in person.memberships if m.company_id in mine]
