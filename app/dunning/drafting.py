"""What an action will say, and to whom: from its plan and its customer, or as somebody wrote it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app.dunning import words
from app.dunning.action_models import Action

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
    found = _found(action)
    to, cc = action.to or found.to, action.cc or found.cc
    language = action.language or found.language or action.counterparty.company.customer_language
    subject, text = _composed(action, language, found.name)
    return Draft(to, cc, subject, text, language, found.name, "" if to else found.cannot)


def _found(action: Action) -> Draft:
    """Whom the customer's contacts name."""
    recipients = _part("recipients")
    if recipients is None:
        return Draft()
    try:
        who = recipients.whom(action.counterparty, action.step, action.kind)
    except recipients.CannotReach as cannot:
        return Draft(cannot=words.in_words(cannot.reason))
    return Draft(to=list(who.to), cc=list(who.cc), language=who.language, name=who.name)


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
