"""A page of a mailed link as it was served: what its form carries says for which one, and when (SAFETY S58, S68)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.core import clock
from app.users.sessions import digest

LONGEST = timedelta(hours=12)
QUICKEST = timedelta(seconds=2)
"""Nobody reads a page and decides in less."""


class Linked(Protocol):
    """A link that somebody was mailed."""

    __tablename__: str

    @property
    def id(self) -> int: ...


@dataclass(frozen=True)
class Served:
    """One serving of one page, as its form proves it."""

    nonce: str
    at: datetime

    @property
    def key(self) -> str:
        """What is kept of it once somebody answered."""
        return digest(self.nonce)

    @property
    def digits(self) -> str:
        """What a person is asked to copy where a machine was at work: never in a field of the page."""
        return f"{int(digest('digits ' + self.nonce)[:8], 16) % 9000 + 1000}"

    @property
    def is_too_quick(self) -> bool:
        """Was it answered faster than anybody reads?"""
        return clock.now() - self.at < QUICKEST


def serve(link: Linked) -> Served:
    """What the form of a page carries, made when it is served; nothing is stored."""
    now = clock.now()
    nonce = _serializer().dumps([_name(link), int(now.timestamp() * 1000), secrets.token_urlsafe(16)])
    return Served(str(nonce), now)


def answered(link: Linked, nonce: str) -> Served | None:
    """The serving this answer comes from; None where it is not of this link, was forged, or is too old."""
    try:
        name, moment, _random = _serializer().loads(nonce)
    except (BadSignature, ValueError, TypeError):
        return None
    served = Served(nonce, datetime.fromtimestamp(moment / 1000, UTC))
    is_of_now = timedelta(0) <= clock.now() + clock.MAY_DIFFER - served.at <= LONGEST
    return served if name == _name(link) and is_of_now else None


def _name(link: Linked) -> str:
    return f"{link.__tablename__}:{link.id}"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="page of a link")
