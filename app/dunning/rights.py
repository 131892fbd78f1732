"""Who may send what: a right of its own for letters, one for all that leaves by itself (SPEC SE-8)."""

from __future__ import annotations

from app.dunning.models import Channel
from app.users.models import Company, User
from app.web.access import Permission, allowed


def right_for(channel: Channel) -> Permission:
    """What one must be allowed to send this way."""
    return Permission.SEND_LETTERS if channel is Channel.LETTER else Permission.SEND_MAILS


def may_send(user: User, channel: Channel, company_id: int) -> bool:
    """May this person send this way there? Nothing is sent by a call."""
    return channel is not Channel.CALL and allowed(user, right_for(channel), company_id)


def may_send_any(user: User, company: Company) -> bool:
    """May this person send anything there?"""
    return any(may_send(user, channel, company.id) for channel in Channel)
