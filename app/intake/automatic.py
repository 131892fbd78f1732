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
_AWAY = re.compile(
    r"\s*(automatic reply|auto(matic)?[- ]?response|out of (the )?office|réponse automatique|absence du bureau"
    r"|automatische antwort|abwesenheit|automatisch antwoord|afwezig|risposta automatica|respuesta automática)\b",
    re.I,
)
"""Subjects of Outlook's replies, which calls them *generated* as it does an invoice."""


def kind_of(headers: Headers, *, envelope_sender: str, ours: set[str]) -> str:
    """Why no document is made of this mail: bounce, auto_reply, list, own; empty where one may be.

    `Auto-Submitted: auto-generated` is no reason: most invoices are sent by a program. `ours` are the addresses
    from which only we ourselves write.
    """
    said = headers.said
    if NOBODY in (envelope_sender, said.get("return-path", "").strip()) or "x-failed-recipients" in said:
        return "bounce"
    if headers.type == "multipart/report":
        return "bounce"
    if _is_reply(said):
        return "auto_reply"
    if {"list-id", "mailing-list"} & said.keys() or _first(said.get("precedence", "")) == "list":
        return "list"
    senders = {_address(text) for text in (envelope_sender, *map(said.get, ("from", "sender", "return-path"), "   "))}
    return "own" if {_address(each) for each in ours} & (senders - {""}) else ""


def _is_reply(said: dict[str, str]) -> bool:
    """Did a machine write it because somebody wrote to its master (RFC 3834, and what is older than that)?"""
    submitted = said.get("auto-submitted", "").lower()
    if submitted.startswith(("auto-replied", "auto-notified")) or any(name in said for name in _AUTO_REPLY):
        return True
    is_away = bool(submitted and submitted != "no" and _AWAY.match(said.get("subject", "")))
    return is_away or _first(said.get("precedence", "")) in ("auto_reply", "auto-reply")


def _first(text: str) -> str:
    return text.strip().lower().partition(" ")[0]


def _address(text: str) -> str:
    return parseaddr(text)[1].lower()


def is_loop(head: bytes) -> bool:
    """Did it pass through so many servers that it must be going round? Looks at the raw header bytes alone."""
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return sum(1 for _ in _RECEIVED.finditer(headers)) > MOST_RECEIVED
