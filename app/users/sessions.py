"""Signing in and out: a sign-in is a row, so that it can be ended from elsewhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import abort, g, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import joinedload

from app.core import clock
from app.extensions import db, login
from app.users.models import Company, Membership, SignIn, User
from app.web.access import Permission, demand

LONGEST = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
LIVING = (
    select(SignIn, select(func.count(Company.id)).scalar_subquery())
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None))
    .options(joinedload(SignIn.user).joinedload(User.memberships).joinedload(Membership.company))
)
"""A sign-in with its person, and how many companies there are: asked for every page, so in one round trip."""


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User, *, stay: bool = False) -> SignIn:
    """Sign `user` in here, under a new session; `stay`: also when the browser is closed in between."""
    end()
    session.permanent = stay
    user.token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=digest(user.token),
        user=user,
        company_id=_last_company(user),
        address=request.remote_addr or "",
        browser=request.user_agent.string[:200],
    )
    db.session.add(sign_in)
    login_user(user)
    g.sign_in = sign_in
    return sign_in


def _last_company(user: User) -> int | None:
    """Where the person was last time."""
    return db.session.scalar(select(SignIn.company_id).filter_by(user_id=user.id).order_by(SignIn.id.desc()).limit(1))


@login.user_loader
def load(token: str) -> User | None:
    """The person signed in with this token, while the sign-in lives and the person is not disabled."""
    found = db.session.execute(LIVING, {"token_hash": digest(token)}).unique().one_or_none()
    if found is None:
        return None
    sign_in, g.company_count = found
    if sign_in.created_at < clock.now() - LONGEST or sign_in.user.is_disabled:
        return None
    g.sign_in, sign_in.user.token = sign_in, token
    if request.method == "POST" and sign_in.seen_at < clock.now() - SEEN_EVERY:
        sign_in.seen_at = clock.now()
    return sign_in.user


def here() -> SignIn | None:
    """The sign-in this request comes through."""
    return g.get("sign_in")


def end() -> None:
    """Sign out here: this sign-in is dead on the server too."""
    if current_user.is_authenticated and (sign_in := here()):
        sign_in.ended_at = clock.now()
    logout_user()
    session.clear()


def living(user: User) -> list[SignIn]:
    """The browsers in which a person is signed in, newest first."""
    query = select(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    query = query.where(SignIn.created_at > clock.now() - LONGEST)
    return list(db.session.scalars(query.order_by(SignIn.id.desc())))


def end_all(user: User, *, but: SignIn | None = None) -> None:
    """End all sign-ins of a person, such as after a new password or a change of role."""
    living = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    living = living.where(SignIn.id != but.id) if but else living
    db.session.execute(living.values(ended_at=clock.now()))


def current_company() -> Company | None:
    """The company the signed-in person looks at: the one they chose, else their first."""
    sign_in: SignIn | None = g.get("sign_in")
    if sign_in is None:
        return None
    if "company" not in g:
        mine = sign_in.user.companies
        g.company = next((each for each in mine if each.id == sign_in.company_id), mine[0] if mine else None)
    return g.company


def company_where(permission: Permission) -> Company:
    """The company looked at, where the signed-in person may do this: 404 without one, 403 where they may not."""
    company = current_company() or abort(404)
    demand(permission, company.id)
    return company
