"""Sending an action by a person's click: what was seen is what leaves, and only once."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.core.database import change_if
from app.core.errors import Refused
from app.dunning import drafting, performing, words
from app.dunning.action_models import Action, ActionState
from app.dunning.drafting import Draft
from app.extensions import db
from app.users.models import User

OPEN = (ActionState.WAITING, ActionState.TO_DO)


def keep(action: Action, typed: Draft, *, version: int, seen: str, by: User) -> None:
    """Keep what somebody wrote, where nothing changed since they opened the page; what they left stays the plan's."""
    now = drafting.of(action)
    if seen != drafting.seal(action, now):
        raise Refused(_("What it says changed meanwhile: look at it again. Nothing was sent or saved."))
    wrote = {name: new for name in drafting.WRITTEN if (new := getattr(typed, name)) != getattr(now, name)}
    is_same = (Action.version == version, Action.state.in_(OPEN))
    if not change_if(db.session(), action, *is_same, version=version + 1, **wrote):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    if wrote:
        trail.record(
            action, by=by, act="edited", changes={name: [getattr(now, name), new] for name, new in wrote.items()}
        )


def send(action: Action, *, by: User) -> str:
    """Let it leave now; why it stayed, in words, where it could not."""
    if action.state not in OPEN:
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    performing.perform(action, by=by)
    is_leaving = action.state not in OPEN
    return "" if is_leaving else words.in_words(action.reason) or _("It could not be sent.")
