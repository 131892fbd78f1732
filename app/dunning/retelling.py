"""Actions that still leave though what carries them has come to its end: told once more, whatever failed before."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from app.channels.models import GatewayMessage, Letter, LetterState
from app.core import clock
from app.core.database import looking
from app.dunning import carrying, mails
from app.dunning.action_models import Action, ActionState
from app.extensions import db
from app.outbox.models import Mark, OutgoingMail

log = structlog.get_logger()
ENDED = [mark for mark in Mark if mark.is_final]
AT_ONCE = 100
PATIENCE = timedelta(minutes=1)
"""So long the end of a mail and what follows may be on their way."""


def tell_again() -> int:
    """What became of them, to those that nobody told; how many there were."""
    with looking(db.session()):
        found = list(db.session.scalars(_untold()))
    for action_id in found:
        try:
            with db.session.begin_nested():
                _tell(db.session.get_one(Action, action_id))
        except Exception:
            log.exception("action.not_told", action=action_id)
    return len(found)


def _untold():
    """Ids of actions that leave, of which the mail, message or letter does not any more."""
    before = clock.now() - PATIENCE
    leaving = select(Action.id).where(Action.state == ActionState.LEAVING)
    by_mail = leaving.join(OutgoingMail, OutgoingMail.id == Action.mail_id).where(
        OutgoingMail.mark.in_(ENDED), OutgoingMail.marked_at < before
    )
    by_gateway = leaving.join(GatewayMessage, GatewayMessage.id == Action.gateway_message_id).where(
        GatewayMessage.mark.in_(ENDED), GatewayMessage.marked_at < before
    )
    by_letter = leaving.join(Letter, Letter.id == Action.letter_id).where(
        Letter.state.in_([LetterState.POSTED, LetterState.CANCELLED])
    )
    return by_mail.union(by_gateway, by_letter).limit(AT_ONCE)


def _tell(action: Action) -> None:
    if action.letter:
        carrying.after(action.letter)
    elif action.gateway_message:
        carrying.after(action.gateway_message)
    elif action.mail:
        mails.after(action.mail)
