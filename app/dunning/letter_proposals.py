"""What came back by e-mail and was not mended: a letter is proposed after some days (SPEC SE-7)."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.audit import trail
from app.core import clock
from app.core.database import change_if, hold
from app.core.errors import Refused
from app.dunning import carrying
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.bounces import KEY, OPEN_KEYS
from app.dunning.models import Channel
from app.extensions import db
from app.users.models import User

PROPOSED = "letter_proposed"
WAITS = (Action.state == ActionState.TO_DO, Action.channel == Channel.EMAIL)


def propose_due() -> int:
    """Of all companies, what has waited long enough; how many. Run again, it finds nothing more."""
    hold(db.session, "letter proposals")
    waiting = select(Action).where(*WAITS)
    actions = waiting.options(joinedload(Action.document), joinedload(Action.counterparty)).order_by(Action.id)
    return sum(propose(action) for action in db.session.scalars(actions) if _is_due(action))


def _is_due(action: Action) -> bool:
    """Did it come back so long ago, and is it still to send?"""
    if action.reason.get("key") != KEY or (action.kind is ActionKind.SENDING and not action.document.is_to_send):
        return False
    company = action.counterparty.company
    return clock.now() >= (action.bounced_at or action.created_at) + timedelta(days=company.letter_after_days)


def propose(action: Action) -> bool:
    """Say on what waits that it could go as a letter; False where it does not wait because it came back."""
    if action.reason.get("key") != KEY:
        return False
    reason = action.reason | {"key": PROPOSED, "days": action.counterparty.company.letter_after_days}
    is_proposed = change_if(db.session, action, *WAITS, reason=reason)
    if is_proposed:
        trail.record(action, by=None, act="letter proposed")
    return is_proposed


def can_be_letter(action: Action) -> bool:
    """Did it come back by e-mail, and is there an address to which a letter could go?"""
    is_back = action.state is ActionState.TO_DO and action.reason.get("key") in OPEN_KEYS
    return is_back and action.channel is Channel.EMAIL and bool(carrying.postal_address(action))


def as_letter(action: Action, *, by: User) -> None:
    """It goes as a letter, once somebody has looked at it and sends it."""
    if not can_be_letter(action):
        raise Refused(_("This customer has no postal address, or it is not to be sent any more. Nothing was changed."))
    values = {"channel": Channel.LETTER, "reason": {"key": "as_letter"}, "to": [], "cc": []}
    if not change_if(db.session, action, *WAITS, **values, version=Action.version + 1):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(action, by=by, act="letter chosen", changes={"channel": [Channel.EMAIL, Channel.LETTER]})
