"""Who may do what: the one table (SPEC US-6), and the guards that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol

from flask import abort
from flask_babel import lazy_gettext as _
from flask_login import current_user

PUBLIC: set[str] = {"static", "health.healthz"}
"""Endpoints for anyone, signed in or not; `public` adds to it."""


class Role(StrEnum):
    """What a person is in one company."""

    ADMIN = "admin"
    MEMBER = "member"
    APPROVER = "approver"
    ACCOUNTANT = "accountant"

    @property
    def label(self) -> Any:
        return {"admin": _("Admin"), "member": _("Member"), "approver": _("Approver"), "accountant": _("Accountant")}[
            self
        ]


class Permission(StrEnum):
    """One thing a role may do."""

    SEE_ALL = "see all documents"
    SEE_ASSIGNED = "see unvalidated documents and those of assigned counterparties"
    SEE_VALIDATED = "see validated documents"
    SEE_OWN_PAGES = "have a home and settings of one's own"
    EDIT = "add, review, validate, trash, match, mark to pay"
    DECIDE = "decide when asked"
    COMMENT = "comment"
    RELEASE_PAYMENT = "release a payment"
    SEND_MAILS = "send e-mails"
    SEND_LETTERS = "send letters"
    CHANGE_TEMPLATES = "change templates"
    SEE_FIGURES = "see bank, treasury and analytics"
    EDIT_BANK = "change bank and treasury"
    ADMINISTER = "users, rules, settings, connections, outbox, empty the trash"


P = Permission
ALLOWED: dict[Role, set[Permission]] = {
    Role.ADMIN: set(Permission) - {P.SEE_ASSIGNED, P.SEE_VALIDATED},
    Role.MEMBER: {P.SEE_ALL, P.SEE_OWN_PAGES, P.EDIT, P.DECIDE, P.COMMENT, P.SEE_FIGURES, P.EDIT_BANK},
    Role.APPROVER: {P.SEE_OWN_PAGES, P.DECIDE, P.COMMENT},
    Role.ACCOUNTANT: {P.SEE_VALIDATED, P.SEE_OWN_PAGES, P.SEE_FIGURES},
}
BY_RIGHT = {P.RELEASE_PAYMENT, P.SEND_MAILS, P.SEND_LETTERS, P.CHANGE_TEMPLATES}
"""What a member may be given one by one (SPEC SE-8, PY)."""


class Membership(Protocol):
    """What the table needs to know of a membership."""

    company_id: int
    role: Role
    rights: list[str]

    @property
    def is_restricted(self) -> bool: ...


class Person(Protocol):
    """Anyone whose memberships can be read."""

    memberships: Iterable[Membership]


def permissions(membership: Membership) -> set[Permission]:
    """All that this membership allows."""
    allowed = ALLOWED[membership.role]
    if membership.role is Role.MEMBER:
        allowed = allowed | (BY_RIGHT & {Permission(right) for right in membership.rights})
        if membership.is_restricted:
            allowed = allowed - {P.SEE_ALL} | {P.SEE_ASSIGNED}
    return allowed


def roles_with(permission: Permission) -> list[Role]:
    """The roles that allow it whatever else was given."""
    return [role for role, permissions in ALLOWED.items() if permission in permissions]


def companies_with(person: Person, permission: Permission) -> list[int]:
    """Ids of the companies in which `person` may do this."""
    return [m.company_id for m in person.memberships if permission in permissions(m)]


def allowed(person: Any, permission: Permission | str, company_id: int | None = None) -> bool:
    """May `person` do this in that company (in any of theirs, without one)?"""
    if not getattr(person, "is_authenticated", False):
        return False
    companies = companies_with(
        person, Permission[permission] if permission in Permission.__members__ else P(permission)
    )
    return bool(companies) if company_id is None else company_id in companies


def demand(permission: Permission, company_id: int) -> None:
    """Answer 403 unless the signed-in person may do this in that company."""
    if not allowed(current_user, permission, company_id):
        abort(403)


def requires(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view: signed in, and allowed this in at least one company.

    A view about one object also calls `demand` with the object's company.
    """

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not allowed(current_user, permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to anyone; what it shows is guarded by its own token or by nothing."""
    view.permission = None  # type: ignore[attr-defined]
    return view
