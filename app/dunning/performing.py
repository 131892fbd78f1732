"""Letting an action leave: whom it reaches, what it says, and into the outbox with it (SPEC SE-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask_babel import gettext as _

from app.channels.unreachable import Unreachable
from app.core import clock
from app.core.errors import Refused
from app.dunning import actions, carrying, gaps, hours, mails, recipients, standing, words
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.models import Channel
from app.dunning.recipients import CannotReach
from app.extensions import db
from app.users.models import User


def perform(action: Action, *, by: User | None) -> None:
    """Let it leave now. What cannot becomes a person's, with the reason; what is not needed any more is withdrawn.

    Raises `Refused` where somebody was faster, or where a person sends what is not needed any more.
    """
    if action.state not in (ActionState.WAITING, ActionState.TO_DO):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    action.done_by_id = by.id if by else None
    if why := standing.prune(action):
        if by:
            raise Refused(_("It is not needed any more. %(why)s", why=words.in_words(why)))
        actions.withdraw(action, why)
        return
    written = db.session.begin_nested()
    try:
        _let_leave(action, by)
    except (CannotReach, Unreachable) as cannot:
        written.rollback()  # nor does its contact count as reminded
        actions.hand_over(action, cannot.reason)
    except gaps.TooEarly:
        written.commit()
    except Refused as refused:
        if by:
            raise
        written.rollback()
        actions.hand_over(action, {"key": "refused", "why": str(refused)})
    else:
        written.commit()


def perform_due(action: Action) -> None:
    """What goes by itself, if it is still due and its company still wants that; what was missed leaves when it may."""
    db.session.refresh(action, with_for_update=True)
    company, now = action.counterparty.company, clock.now()
    if action.state is not ActionState.WAITING or action.due_at > now or not company.sends_automatically:
        return
    opens_at = now if leaves_any_day(action) else hours.opening(now, company)
    if opens_at > now:
        action.due_at = opens_at
        return
    perform(action, by=None)


def leaves_any_day(action: Action) -> bool:
    """An invoice without delay leaves on arrival, whatever the day."""
    return action.kind is ActionKind.SENDING and (action.step is None or action.step.days == 0)


def _let_leave(action: Action, by: User | None) -> None:
    way = ways.get(action.channel)
    if way is None:
        raise CannotReach("no_way")
    way(action, by)


def by_mail(action: Action, by: User | None) -> None:
    """Into the outbox, once; nothing of it is written where anything is missing."""
    who = recipients.of(action)
    said, files = mails.compose(action, who), mails.enclosed(action)
    who = replace(who, to=gaps.take(action, who.to, by))
    actions.leave(action, by=by)
    mails.send(action, who, said, files, by)


ways: dict[Channel, Callable[[Action, User | None], None]] = {
    Channel.EMAIL: by_mail,
    Channel.LETTER: carrying.by_letter,
    Channel.SMS: carrying.by_text,
}
"""How each channel takes it; calls are made by people."""
