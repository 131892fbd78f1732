"""The day of a contact, which no two reminders share (SPEC DN-1, SAFETY S48)."""

from __future__ import annotations

from app.core import clock
from app.dunning import gaps
from app.dunning.action_models import Action, ActionKind
from app.users.models import User


class TooEarly(Exception):
    """All its contacts were reminded lately: it was put off."""


def claim(action: Action, addresses: list[str], by: User | None) -> list[str]:
    """Those who may be reminded today by what goes by itself; a person may write to all. Raises `TooEarly`."""
    if action.kind is not ActionKind.REMINDER or by is not None:
        return addresses
    today = clock.today(action.counterparty.company)
    free = gaps.claim(action, addresses, today)
    if not free:
        gaps.slide(action, addresses, today)
        raise TooEarly
    return free
