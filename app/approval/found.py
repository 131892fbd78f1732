"""How the pages of approvals find what they are about."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_login import current_user

from app.approval import colleagues, waiting
from app.approval.models import Seat
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand


def here() -> Company:
    """The company looked at, where the signed-in person may decide in it."""
    return company_where(Permission.DECIDE)


def seen(seat_id: int) -> Seat:
    """The seat, where the signed-in person may know of it."""
    return db.one_or_404(waiting.visible_to(current_user).where(Seat.id == seat_id))


def mine(seat_id: int) -> Seat:
    """The seat, where the signed-in person is asked: 404 out of sight, in words where it is another."""
    seat = seen(seat_id)
    demand(Permission.DECIDE, seat.step.approval.document.company_id)
    if said := another_is_asked(seat):
        raise Refused(said)
    return seat


def another_is_asked(seat: Seat) -> str:
    """That it is not the signed-in person's word that is waited for there; empty where it is."""
    if seat.user_id == current_user.id:
        return ""
    return _("%(name)s is asked here, not you. Nothing was changed.", name=colleagues.named(seat.user))
