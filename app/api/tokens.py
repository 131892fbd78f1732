"""Making a personal token, knowing it again, taking it back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.api.models import ApiToken
from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User
from app.users.sessions import digest
from app.web.access import Permission, allowed

PREFIX = "facteur_"
"""So that whoever finds one lying about knows what it is."""
LONGEST_NAME = 100
NOTED_EVERY = timedelta(minutes=5)


def make(user: User, company: Company, name: str) -> tuple[ApiToken, str]:
    """A token for this company, and its text, which is shown once and kept nowhere."""
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give it a name, such as that of the program that will use it."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("This name is too long: %(count)d characters at most.", count=LONGEST_NAME))
    if not allowed(user, Permission.EDIT, company.id):
        raise Refused(_("You may not add documents in %(company)s.", company=company.name))
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(token_hash=digest(text), ending=text[-4:], name=name, user=user, company=company)
    db.session.add(token)
    trail.record(token, by=user, act="created", why=name)
    return token, text


def revoke(token: ApiToken, *, by: User) -> None:
    """It is dead from now on."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        trail.record(token, by=by, act="revoked", why=token.name)


def of(header: str) -> ApiToken | None:
    """The living token of `Authorization: Bearer …`; None where there is none, or its person may not act any more."""
    scheme, _space, text = header.partition(" ")
    if scheme.casefold() != "bearer" or not text.startswith(PREFIX):
        return None
    token = db.session.scalar(select(ApiToken).filter_by(token_hash=digest(text.strip()), revoked_at=None))
    if token is None or token.user.is_disabled or not allowed_with(token):
        return None
    if token.used_at is None or token.used_at < clock.now() - NOTED_EVERY:
        token.used_at = clock.now()
    return token


def allowed_with(token: ApiToken) -> bool:
    """May its person still add documents in its company?"""
    return token.company_id in token.user.company_ids(Permission.EDIT)
