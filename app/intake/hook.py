"""A mail provider's webhook: whether it is the provider who speaks, and what becomes of the mail it brings."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from flask import current_app

from app.core.database import looking
from app.core.faultpoint import faultpoint
from app.core.storage import CHUNK, Draft
from app.extensions import db
from app.files import store
from app.intake import addresses, arrival
from app.intake.models import IntakeAddress, Message, Source
from app.intake.types import MEDIA

WINDOW_SECONDS = 300
"""So far a timestamp may be from now, either way."""
_SECONDS = re.compile(r"[0-9]{1,12}")
Reads = Callable[[int], bytes]


class NotTaken(Exception):
    """Nothing was kept; an HTTP code and the reason, in a mail server's words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


OFF = 404, "There is no webhook here: FACTEUR_HOOK_SECRET is not set."
UNSIGNED = 401, "Not signed with our secret, or not within five minutes."
EMPTY = 422, "The body is empty: send the raw message."
TOO_LARGE = 413, "552 5.3.4 Larger than what is taken here"
FULL = 503, "452 4.3.1 Not enough room just now, please try again later"
LATER = 503, "451 4.3.0 Not now, please try again later"
UNKNOWN = 404, "550 5.1.1 No such address here"


def take(read: Reads, *, size: int, to: str, timestamp: str, signature: str) -> Message:
    """Keep a mail that is signed and for one of our addresses; it may be acknowledged once the caller has committed.

    The body is signed as a whole, so it is written down before anybody knows whether it is wanted; of one that is
    not, nothing stays. Whose address it is for is looked up only then: who has no secret learns nothing of addresses.
    """
    settings = current_app.config["SETTINGS"]
    if not settings.hook_secret:
        raise NotTaken(*OFF)
    if not is_recent(timestamp):
        raise NotTaken(*UNSIGNED)
    if size > settings.largest_message:
        raise NotTaken(*TOO_LARGE)
    if not store.has_room(size):
        raise NotTaken(*FULL)
    return _keep(read, settings.hook_secret, to, timestamp, signature)


def is_recent(timestamp: str) -> bool:
    """Is it a moment, in seconds, of the last or the next five minutes?"""
    return bool(_SECONDS.fullmatch(timestamp)) and abs(time.time() - int(timestamp)) <= WINDOW_SECONDS


def _keep(read: Reads, secret: str, to: str, timestamp: str, signature: str) -> Message:
    seal = hmac.new(secret.encode(), f"{timestamp}.".encode(), hashlib.sha256)
    with Draft(store.root()) as draft:
        _write_down(read, draft, seal)
        if not hmac.compare_digest(seal.hexdigest().encode(), signature.strip().lower().encode("utf-8", "replace")):
            raise NotTaken(*UNSIGNED)
        if not draft.size:
            raise NotTaken(*EMPTY)
        with looking(db.session()):
            recipient = addresses.whose(to)
        if recipient is None:
            raise NotTaken(*UNKNOWN)
        kept = draft.settle()
    address = db.session.get_one(IntakeAddress, recipient.address_id)
    message = arrival.enter(store.row_of(*kept, MEDIA["mail"]), address=address, source=Source.HOOK)
    faultpoint("hook.before_commit")
    return message


def _write_down(read: Reads, draft: Draft, seal: hmac.HMAC) -> None:
    """Piece by piece: a large mail is never whole in memory."""
    most = current_app.config["SETTINGS"].largest_message
    while piece := read(CHUNK):
        seal.update(piece)
        draft.write(piece)
        if draft.size > most:
            raise NotTaken(*TOO_LARGE)
