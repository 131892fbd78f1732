"""Signing in with a password, and the ways to a new one."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import short_transaction
from app.users import links, mails, passwords, people, sessions, throttle
from app.users.models import LinkPurpose, User, UserLink

RESETS_AN_HOUR = 3
LONGEST_EMAIL = 254


class TooEarly(Refused):
    """Too many tries: the next one is looked at after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, round(wait.total_seconds()))
        minutes = -(-self.seconds // 60)
        text = (
            ngettext("Wait one second and try again.", "Wait %(num)d seconds and try again.", self.seconds)
            if self.seconds <= 60
            else ngettext("Wait one minute and try again.", "Wait %(num)d minutes and try again.", minutes)
        )
        super().__init__(_("Too many tries.") + " " + text)


def check(email: str, password: str, address: str) -> User | None:
    """The person, if this is their password and they may come in; the same answer and time for all who may not.

    The try is noted before the password is compared; no transaction stays open for that, as it is slow on purpose.
    """
    email = email.strip().lower()[:LONGEST_EMAIL]
    with short_transaction():
        wait = throttle.try_begins(email, address)
        known = passwords.known_hash(people.by_email(email))
    if wait:
        raise TooEarly(wait)
    if not passwords.matches(known, password):
        return None
    throttle.succeeded(email, address)
    user = people.by_email(email)
    return None if user is None or user.is_disabled else user


def forgotten(email: str, asked_at: datetime) -> None:
    """Mail a link to choose a new password, if somebody has this address and may come in; once for each asking."""
    user = people.by_email(email)
    if user is None or user.is_disabled:
        return
    hold(db.session, f"password of {user.id}")
    is_answered = links.count_since(user, LinkPurpose.PASSWORD_RESET, asked_at)
    lately = links.count_since(user, LinkPurpose.PASSWORD_RESET, asked_at - timedelta(hours=1))
    if not is_answered and lately < RESETS_AN_HOUR:
        link, token = links.make(user, LinkPurpose.PASSWORD_RESET)
        mails.password_reset(link, token)


def reset(link: UserLink, password: str) -> None:
    """Choose a new password through a mailed link, which is used up; every sign-in ends."""
    _take(link)
    _renew(link.user, password)


def accept(link: UserLink, *, name: str, password: str, language: str) -> None:
    """Accept an invitation: name, password and language are the person's own from now on."""
    _take(link)
    user = link.user
    people.name_as(user, name, language)
    passwords.set_password(user, password)
    links.end_all(user)
    people.note(user, by=user, act="invitation accepted")


def change_password(user: User, current: str, new: str) -> None:
    """Choose a new password knowing the old one; every other sign-in ends."""
    if not passwords.is_right(user, current):
        raise Refused(_("This is not your current password. Nothing was changed."))
    _renew(user, new, but=sessions.here())


def _take(link: UserLink) -> None:
    if not links.use(link):
        raise Refused(_("This link was used a moment ago, or its time is over. Ask for a new one."))


def _renew(user: User, password: str, **kept: object) -> None:
    passwords.set_password(user, password)
    links.end_all(user)
    sessions.end_all(user, **kept)
    people.note(user, by=user, act="password changed")
    mails.password_changed(user)
