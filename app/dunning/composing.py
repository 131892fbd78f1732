"""What a message says: the step's wording, or what somebody wrote in its place, with its facts filled in."""

from __future__ import annotations

from app.dunning import wording
from app.dunning.action_models import Action
from app.dunning.facts import facts

LINK = "{portal_link}"


def compose(action: Action, *, language: str, contact_name: str) -> tuple[str, str]:
    """Subject and text in that language; both empty where the step says nothing and nobody wrote anything.

    `{portal_link}` is left standing: the link is made when the message leaves.
    """
    said = wording.of(action.step, language) if action.step else None
    subject, text = (action.subject or (said.subject if said else "")), (action.text or (said.text if said else ""))
    documents = [each.document for each in action.covers] or [action.document]
    spoken = said.language if said and not action.text else language
    about = {"language": spoken, "contact_name": contact_name, "owner": action.owner}
    told = facts(action.kind, documents, action.counterparty, **about)
    return filled(subject, told), filled(text, told)


def filled(text: str, told: dict[str, str]) -> str:
    """The text with its facts; only the text itself asks for the link, never a fact such as an invoice's label."""
    return wording.fill(text, {name: value.replace(LINK, "") for name, value in told.items()})
