"""Signing in and out: a sign-in is a row, so that it can be ended from elsewhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import g, request, session
from flask_login import login_user, logout_user
from sqlalchemy import select, update

from app.core import clock
from app.extensions import db, login
from app.users.models import Company, SignIn, User

LONGEST = timedelta(days=30)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User) -> SignIn:
    """Sign `user` in here, under a new session."""
    session.clear()
    user.token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=digest(user.token),
        user=user,
        address=request.remote_addr or "",
        browser=request.user_agent.string[:200],
    )
    db.session.add(sign_in)
    login_user(user)
    return sign_in


@login.user_loader
def load(token: str) -> User | None:
    """The person signed in with this token, while the sign-in lives and the person is not disabled."""
    sign_in = db.session.scalar(select(SignIn).where(SignIn.token_hash == digest(token), SignIn.ended_at.is_(None)))
    if sign_in is None or sign_in.created_at < clock.now() - LONGEST or sign_in.user.is_disabled:
        return None
    g.sign_in, sign_in.user.token = sign_in, token
    return sign_in.user


def end() -> None:
    """Sign out here: this sign-in is dead on the server too."""
    if sign_in := g.get("sign_in"):
        sign_in.ended_at = clock.now()
    logout_user()
    session.clear()


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
        mine = Company.visible_to(sign_in.user)
        chosen = db.session.scalar(mine.where(Company.id == sign_in.company_id)) if sign_in.company_id else None
        g.company = chosen or db.session.scalar(mine.limit(1))
    return g.company
