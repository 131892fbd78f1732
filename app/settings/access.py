"""What somebody may do, as it is chosen on a page: a role for each company, and rights to tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _

from app.users.models import Company, User
from app.web.access import BY_RIGHT, Permission, Role

RIGHTS = {
    Permission.SEND_MAILS: _("Send e-mails to customers"),
    Permission.SEND_LETTERS: _("Send letters"),
    Permission.CHANGE_TEMPLATES: _("Change templates"),
    Permission.RELEASE_PAYMENT: _("Release payments"),
}
ROLES = {
    Role.ADMIN: _("Everything, with people and settings."),
    Role.MEMBER: _("Adds, reviews, validates, matches; sees all documents unless the company restricts it."),
    Role.APPROVER: _("Decides when asked, and sees those documents only."),
    Role.ACCOUNTANT: _("Reads validated documents, changes nothing."),
}
assert set(RIGHTS) == BY_RIGHT


@dataclass
class Line:
    """One company on the page: what is chosen there."""

    company: Company
    role: Role | None
    rights: list[str]


def lines(companies: list[Company], user: User | None = None) -> list[Line]:
    """What the person has now in each of these companies."""
    has = {m.company_id: m for m in user.memberships} if user else {}
    return [
        Line(each, has[each.id].role, has[each.id].rights) if each.id in has else Line(each, None, [])
        for each in companies
    ]


def chosen(companies: list[Company]) -> list[Line]:
    """What the form asks for; of other companies nothing is read, whatever it holds."""
    return [Line(each, _role(f"role-{each.id}"), request.form.getlist(f"rights-{each.id}")) for each in companies]


def _role(field: str) -> Role | None:
    value: Any = request.form.get(field)
    return Role(value) if value in set(Role) else None
