"""What an action will say, and to whom: from its plan and its customer, or as somebody wrote it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace

from app.dunning import composing, recipients, words
from app.dunning.action_models import Action
from app.dunning.models import Channel
from app.dunning.recipients import CannotReach

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
    subject, text = composing.compose(action, language=language, contact_name=who.name)
    return replace(who, subject=subject, text=text, language=language)


def _reached(action: Action) -> Draft:
    """Whom it goes to, as somebody chose or as the customer's contacts name them."""
    plain = Draft(list(action.to), list(action.cc), language=action.language)
    if action.channel is not Channel.EMAIL:
        return plain
    try:
        who = recipients.of(action)
    except CannotReach as cannot:
        return replace(plain, cannot=words.in_words(cannot.reason))
    return Draft(list(who.to), list(who.cc), language=who.language, name=who.name)


def seal(action: Action, draft: Draft) -> str:
    """What somebody saw, in short: it changes with the text, the recipients and what is open."""
    amounts = [[each.document_id, each.document.open_minor] for each in action.covers]
    said = [draft.to, draft.cc, draft.subject, draft.text, draft.language, amounts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]
