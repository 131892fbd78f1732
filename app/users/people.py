"""Making companies and people, and giving them their rights."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core.errors import Refused
from app.extensions import db
from app.users import passwords
from app.users.models import Company, Membership, User
from app.web.access import Role

after_company_created: list[Callable[[Company], None]] = []
"""What follows when a company is made; `pipeline` fills it."""
after_renaming: list[Callable[[User], None]] = []
"""What names a person in lines that are stored, such as for whom a document waits; `pipeline` fills it."""


def create(email: str, *, role: Role, name: str = "", password: str = "", by: User | None = None) -> User:
    """A person with this role in the first company, which is made where there is none."""
    if by_email(email):
        raise Refused(_("%(email)s already has an account.", email=email))
    company = db.session.scalar(select(Company).order_by(Company.id)) or create_company(_("My company"), by=by)
    user = new(email, name=name)
    if password:
        passwords.set_password(user, password)
    join(user, company, role, by=by)
    return user


def new(email: str, *, name: str = "", language: str = "") -> User:
    """A person who cannot sign in yet, and belongs to no company."""
    email = email.strip().lower()
    user = User(email=email, name=name or email.split("@")[0], language=language)
    db.session.add(user)
    return user


def admins_of(company_id: int) -> list[User]:
    """Those who administer this company and can sign in."""
    ours = User.memberships.any((Membership.role == Role.ADMIN) & (Membership.company_id == company_id))
    able = (User.is_disabled.is_(False), User.password_hash != "")
    return list(db.session.scalars(select(User).where(ours, *able).order_by(User.id)))


def by_email(email: str) -> User | None:
    """The person with this address, whatever its case."""
    return db.session.scalar(select(User).filter_by(email=email.strip().lower()))


def rename(user: User, name: str, language: str) -> None:
    """Change what somebody is called, and the language Facteur speaks to them."""
    changes = {"name": [user.name, name], "language": [user.language, language]}
    name_as(user, name, language)
    if changed := {field: pair for field, pair in changes.items() if pair[0] != pair[1]}:
        note(user, by=user, act="changed", changes=changed)


def name_as(user: User, name: str, language: str) -> None:
    """Take these as theirs, wherever they are named."""
    is_renamed = user.name != name
    user.name, user.language = name, language
    for follow in after_renaming if is_renamed else ():
        follow(user)


def create_company(name: str, *, by: User | None = None) -> Company:
    """A company with its two intake addresses; whoever makes it is its admin."""
    company = Company(name=name, slug=slug_of(name))
    db.session.add(company)
    db.session.flush()
    trail.record(company, by=by, act="created")
    for follow in after_company_created:
        follow(company)
    if by:
        join(by, company, Role.ADMIN, by=by)
    return company


def join(user: User, company: Company, role: Role, *, by: User | None, rights: list[str] | None = None) -> Membership:
    """Make `user` a member of `company` with this role."""
    membership = Membership(user=user, company=company, role=role, rights=rights or [])
    db.session.add(membership)
    db.session.flush()
    changes = {"user": [None, user.email], "role": [None, role]}
    if rights:
        changes["rights"] = [[], rights]
    trail.record(membership, by=by, act="joined", changes=changes)
    return membership


def note(user: User, *, by: User | None, act: str, changes: dict[str, Any] | None = None) -> None:
    """Note an act about a person in the trail of each of their companies, where its admins read it."""
    for membership in user.memberships:
        trail.record(membership, by=by, act=act, why=user.email, changes=changes)


def slug_of(name: str) -> str:
    """Letters and digits of the name, for addresses: "Café Zoé SARL" → "cafe-zoe-sarl"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:20].strip("-") or "company"
