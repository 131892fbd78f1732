"""Inviting people into companies."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.users import links, mails, memberships, people
from app.users.models import LinkPurpose, User


def invite(email: str, *, name: str, language: str, access: memberships.Access, by: User) -> User:
    """Give the person with this address this access; who is new gets a link to choose a password."""
    if not access:
        raise Refused(_("Choose a role in at least one company. Nobody was invited."))
    hold(db.session, f"person {email}")
    user = people.by_email(email)
    if user and any(memberships.given(user, company) for company in access):
        raise Refused(_("%(email)s is here already. Nobody was invited: change their access instead.", email=email))
    if user is None:
        user = people.new(email, name=name, language=language)
    joined = memberships.join(user, access, by=by)
    if user.password_hash:
        mails.access_given(joined, by=by)
    else:
        send(user, by=by)
    return user


def send(user: User, *, by: User) -> None:
    """Mail an invitation, once more if need be: the earlier link dies."""
    if user.password_hash:
        raise Refused(_("%(name)s has accepted the invitation already.", name=user.name))
    link, token = links.make(user, LinkPurpose.INVITATION, by=by)
    mails.invitation(link, token, by=by)
    people.note(user, by=by, act="invited")
