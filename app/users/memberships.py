"""What a person may do in a company: given, changed, taken. A company never loses its last admin."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.users import people, sessions
from app.users.models import Company, Membership, User
from app.web.access import BY_RIGHT, Permission, Role

Access = dict[Company, tuple[Role, list[str]]]
"""Company → role and rights there."""
after_access_changed: list[Callable[[User, Company], None]] = []
"""What follows when what a person may do in a company changed; `pipeline` fills it."""


def given(user: User, company: Company) -> Membership | None:
    """What the person has there now."""
    return db.session.scalar(select(Membership).filter_by(user_id=user.id, company_id=company.id))


def set_access(user: User, company: Company, role: Role | None, rights: list[str], *, by: User) -> bool:
    """Give the person this role and these rights, or take them out of the company (None); True where it changed.

    What they may do changes at once; their sign-ins end with it, so that no open page goes on as before.
    """
    hold(db.session, f"admins of {company.id}")
    membership = given(user, company)
    if membership is None and role is None:
        return False
    if membership is None:
        join(user, {company: (role, rights)}, by=by)
        return True
    changed = _leave(membership, by=by) if role is None else _change(membership, role, rights, by=by)
    if changed:
        sessions.end_all(user, but=sessions.here() if by == user else None)
        _follow(user, [company])
    return changed


def join(user: User, access: Access, *, by: User) -> list[Membership]:
    """Make the person a member of these companies, where they may have been before."""
    joined = [
        people.join(user, company, role, by=by, rights=only_rights(role, rights))
        for company, (role, rights) in access.items()
    ]
    _follow(user, list(access))
    return joined


def _follow(user: User, companies: list[Company]) -> None:
    db.session.flush()
    for follow in after_access_changed:
        for company in companies:
            follow(user, company)


def only_rights(role: Role, rights: list[str]) -> list[str]:
    """Those that are given one by one, and only to members: the other roles have theirs."""
    return sorted({right.value for right in BY_RIGHT} & set(rights)) if role is Role.MEMBER else []


def _change(membership: Membership, role: Role, rights: list[str], *, by: User) -> bool:
    rights = only_rights(role, rights)
    changes = {}
    if membership.role is not role:
        changes["role"] = [membership.role, role]
    if sorted(membership.rights) != rights:
        changes["rights"] = [membership.rights, rights]
    if not changes:
        return False
    if role is not Role.ADMIN:
        keep_an_admin(membership)
    membership.role, membership.rights = role, rights
    trail.record(membership, by=by, act="access changed", why=membership.user.email, changes=changes)
    return True


def _leave(membership: Membership, *, by: User) -> bool:
    keep_an_admin(membership)
    trail.record(membership, by=by, act="removed", why=membership.user.email, changes={"role": [membership.role, None]})
    membership.user.memberships.remove(membership)
    db.session.delete(membership)
    db.session.flush()
    return True


def keep_an_admin(membership: Membership) -> None:
    """Refuse where this is the company's last admin who can sign in."""
    if membership.role is not Role.ADMIN or not can_sign_in(membership.user):
        return
    hold(db.session, f"admins of {membership.company_id}")
    others = (
        select(Membership)
        .join(User)
        .where(
            Membership.company_id == membership.company_id,
            Membership.role == Role.ADMIN,
            Membership.user_id != membership.user_id,
            User.is_disabled.is_(False),
            User.password_hash != "",
        )
    )
    if not db.session.scalars(others.execution_options(populate_existing=True)).first():
        raise Refused(
            _(
                "%(name)s is the last admin of %(company)s. Nothing was changed: make somebody else an admin first.",
                name=membership.user.name or membership.user.email,
                company=membership.company.name,
            )
        )


def can_sign_in(user: User) -> bool:
    """Has the person accepted the invitation, and not been disabled?"""
    return bool(user.password_hash) and not user.is_disabled


def manages_wholly(admin: User, user: User) -> bool:
    """Does `admin` administer every company of the person? Only then may acts touch the person as a whole."""
    mine = set(admin.company_ids(Permission.ADMINISTER))
    return bool(user.memberships) and {m.company_id for m in user.memberships} <= mine


def disable(user: User, *, by: User) -> None:
    """Shut the person out everywhere, at once; what they did stays."""
    if user == by:
        raise Refused(_("You cannot disable yourself. Nothing was changed: ask another admin."))
    for membership in user.memberships:
        keep_an_admin(membership)
    user.is_disabled = True
    sessions.end_all(user)
    people.note(user, by=by, act="disabled")
    _follow(user, user.companies)


def sign_out(user: User, *, by: User) -> None:
    """End every sign-in of the person; they may sign in again."""
    sessions.end_all(user, but=sessions.here() if by == user else None)
    people.note(user, by=by, act="signed out")


def enable(user: User, *, by: User) -> None:
    """Let the person in again, with the password and the access they had."""
    user.is_disabled = False
    people.note(user, by=by, act="enabled")
    _follow(user, user.companies)
