"""What a text message with a token says in full: sealed while it waits, as `outbox/sealed.py` has it of mails (S65)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app

from app.channels.models import GatewayMessage
from app.core import sealing
from app.core.sealing import Unreadable
from app.outbox.sealed import BLOT

PURPOSE = "text message"


def seal(message: GatewayMessage, tokens: Iterable[str]) -> None:
    """Blot the tokens out of its text, and keep that as it was where only this installation reads it."""
    whole = message.text
    for token in filter(None, tokens):
        message.text = message.text.replace(token, BLOT)
    if message.text != whole:
        message.sealed_text = sealing.seal(whole, current_app.config["SETTINGS"].secret, PURPOSE)


def whole(message: GatewayMessage) -> str:
    """What it says as long as it waits, blotted once it has left; raises `Unreadable` where our secret was another."""
    if not message.sealed_text:
        return message.text
    return sealing.opened(message.sealed_text, current_app.config["SETTINGS"].secret, PURPOSE)


def shown(message: GatewayMessage) -> str:
    """The same, or what there is without its tokens."""
    try:
        return whole(message)
    except Unreadable:
        return message.text
