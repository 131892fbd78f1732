"""What an action will say, and to whom: from its plan and its customer, or as somebody wrote it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app.core.errors import Refused
from app.dunning.action_models import Action
from app.dunning.models import Channel

WRITTEN = ("to", "cc", "subject", "text")
"""What somebody may write otherwise."""


@dataclass(frozen=True)
class Draft:
    """A message as it would leave now."""

    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    language: str = ""
    name: str = ""
    """Of the contact."""
    cannot: str = ""
    """Why nobody can be reached, in words."""


def of(action: Action) -> Draft:
    """As it would leave now; what somebody wrote goes before what the plan says."""
    who = _reached(action)
    language = who.language or action.language or action.counterparty.company.customer_language
    subject, text = _composed(action, language, who.name)
    return replace(who, subject=subject, text=text, language=language)


def _reached(action: Action) -> Draft:
    """Whom it goes to, as somebody chose or as the customer's contacts name them."""
    plain = Draft(list(action.to), list(action.cc), language=action.language)
    recipients = _part("recipients") if action.channel is Channel.EMAIL else None
    if recipients is None:
        return plain
    try:
        who = recipients.of(action)
    except Refused as cannot:
        return replace(plain, cannot=str(cannot))
    return Draft(list(who.to), list(who.cc), language=who.language, name=who.name)


def _composed(action: Action, language: str, name: str) -> tuple[str, str]:
    composing = _part("composing")
    if composing is None:
        return action.subject, action.text
    subject, text = composing.compose(action, language=language, contact_name=name)
    return str(subject), str(text)


def _part(name: str) -> Any:
    """A module beside this one, once it is there."""
    return import_module(f"app.dunning.{name}") if find_spec(f"app.dunning.{name}") else None


def seal(action: Action, draft: Draft) -> str:
    """What somebody saw, in short: it changes with the text, the recipients and what is open."""
    amounts = [[each.document_id, each.document.open_minor] for each in action.covers]
    said = [draft.to, draft.cc, draft.subject, draft.text, draft.language, amounts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]
