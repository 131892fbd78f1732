"""Mails that bring no document: auto-replies, bounces, lists, loops, our own (SPEC IN-7, SAFETY S14)."""

from __future__ import annotations

import re
from email.utils import parseaddr

from app.intake.letter import Headers

MOST_RECEIVED = 50
NOBODY = "<>"
"""The empty sender: a bounce, an auto-reply, anything that must not be answered."""
_RECEIVED = re.compile(rb"^received:", re.I | re.M)
_AUTO_REPLY = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")


def kind_of(headers: Headers, *, envelope_sender: str, our_address: str) -> str:
    """Why no document is made of this mail: bounce, auto_reply, list, own; empty where one may be.

    `Auto-Submitted: auto-generated` is no reason: most invoices are sent by a program.
    """
    said = headers.said
    if NOBODY in (envelope_sender, said.get("return-path", "").strip()) or "x-failed-recipients" in said:
        return "bounce"
    if headers.type == "multipart/report":
        return "bounce"
    if said.get("auto-submitted", "").lower().startswith("auto-replied") or any(name in said for name in _AUTO_REPLY):
        return "auto_reply"
    if _first(said.get("precedence", "")) in ("auto_reply", "auto-reply"):
        return "auto_reply"
    if "list-id" in said or _first(said.get("precedence", "")) == "list":
        return "list"
    return "own" if _address(said.get("from", "")) == _address(our_address) else ""


def _first(text: str) -> str:
    return text.strip().lower().partition(" ")[0]


def _address(text: str) -> str:
    return parseaddr(text)[1].lower()


def is_loop(head: bytes) -> bool:
    """Did it pass through so many servers that it must be going round? Looks at the raw header bytes alone."""
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return sum(1 for _ in _RECEIVED.finditer(headers)) > MOST_RECEIVED
