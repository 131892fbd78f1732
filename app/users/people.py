"""Making companies and people, and giving them their rights."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

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


def create(email: str, *, role: Role, name: str = "", password: str = "", by: User | None = None) -> User:
    """A person with this role in the first company, which is made where there is none."""
    email = email.strip().lower()
    if db.session.scalar(select(User).filter_by(email=email)):
        raise Refused(_("%(email)s already has an account.", email=email))
    company = db.session.scalar(select(Company).order_by(Company.id)) or create_company(_("My company"), by=by)
    user = User(email=email, name=name or email.split("@")[0])
    if password:
        passwords.set_password(user, password)
    db.session.add(user)
    join(user, company, role, by=by)
    return user


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


def join(user: User, company: Company, role: Role, *, by: User | None) -> Membership:
    """Make `user` a member of `company` with this role."""
    membership = Membership(user=user, company=company, role=role)
    db.session.add(membership)
    db.session.flush()
    trail.record(membership, by=by, act="joined", changes={"role": [None, role], "user": [None, user.email]})
    return membership


def slug_of(name: str) -> str:
    """Letters and digits of the name, for addresses: "Café Zoé SARL" → "cafe-zoe-sarl"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:20].strip("-") or "company"
