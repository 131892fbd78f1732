"""Work about people that need not be done while they wait."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.extensions import db
from app.tasks.jobs import job
from app.users import mails, signing_in, throttle
from app.users.models import Membership, User
from app.web.access import Role


@job("mail")
def send_password_reset(email: str, asked_at: str) -> None:
    """Mail the link; here, so that the page answers as fast for an address nobody has."""
    signing_in.forgotten(email, datetime.fromisoformat(asked_at))


@job("mail")
def send_trail_head() -> None:
    """Mail the end of the audit trail's chain to the admins, once a day, and forget old failures to sign in.

    Without a mail server it would not leave the house, where it proves nothing, and one a day would pile up.
    """
    throttle.forget_old()
    if not current_app.config["SETTINGS"].mail_url:
        return
    day = clock.today()
    hold(db.session, f"trail head {day}")
    entry, seal = trail.head()
    admins = select(User).where(
        User.memberships.any(Membership.role == Role.ADMIN), User.is_disabled.is_(False), User.password_hash != ""
    )
    for user in db.session.scalars(admins):
        mails.trail_head(user, day, entry, seal)
