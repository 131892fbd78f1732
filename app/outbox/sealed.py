"""What a mail with tokens says in full: sealed while it waits, so that nothing in the database can be used (S65)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from flask import current_app

from app.core import sealing
from app.core.sealing import Unreadable
from app.outbox.models import OutgoingMail

PURPOSE = "outgoing mail"
BLOT = "…"


@dataclass(frozen=True)
class Whole:
    """Both texts as they leave, and the tokens in them."""

    text: str
    html: str
    tokens: list[str]


def seal(mail: OutgoingMail, tokens: Iterable[str]) -> None:
    """Blot the tokens out of its texts, and keep those as they were where only this installation reads them."""
    found = [token for token in tokens if token]
    if not found:
        return
    said = json.dumps(asdict(Whole(mail.text, mail.html, found)))
    mail.sealed_text = sealing.seal(said, current_app.config["SETTINGS"].secret, PURPOSE)
    for token in found:
        mail.text, mail.html = mail.text.replace(token, BLOT), mail.html.replace(token, BLOT)


def whole(mail: OutgoingMail) -> Whole:
    """What it says as long as it waits, blotted once it has left; raises `Unreadable` where our secret was another."""
    if not mail.sealed_text:
        return Whole(mail.text, mail.html, [])
    return Whole(**json.loads(sealing.opened(mail.sealed_text, current_app.config["SETTINGS"].secret, PURPOSE)))


def is_readable(mail: OutgoingMail) -> bool:
    """Was it sealed with the secret of today, or not at all?"""
    try:
        whole(mail)
    except Unreadable:
        return False
    return True
