"""What a person decides about a message that did not simply leave, as outbox/decisions.py has it of mails."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.channels import handing, kinds
from app.channels.models import GatewayMessage
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.outbox.models import Mark
from app.users.models import User


def send_again(message: GatewayMessage, *, by: User) -> None:
    """Queue a refused or uncertain message once more, knowingly."""
    _move(message, Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN, by=by, act="sent again")
    handing.ask(message)


def has_arrived(message: GatewayMessage, *, by: User) -> None:
    """A person knows that an uncertain message did arrive."""
    _move(message, Mark.SENT, Mark.UNCERTAIN, by=by, act="declared sent")


def cancel(message: GatewayMessage, *, by: User) -> None:
    """A waiting message is not to leave."""
    _move(message, Mark.CANCELLED, Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN, by=by, act="cancelled")


def _move(message: GatewayMessage, mark: Mark, *was: Mark, by: User, act: str) -> None:
    before, now = message.mark, clock.now()
    still = GatewayMessage.mark.in_(was)
    if not change_if(db.session, message, still, mark=mark, marked_at=now, send_after=now):
        raise Refused(_("This message is not waiting for a decision. Nothing was changed."))
    trail.record(message, by=by, act=act, changes={"mark": [before, mark]})
    kinds.tell(message)
