"""What messages to customers may say: plain text in which `{name}` stands for a fact, and nothing else (SAFETY R11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.core.errors import Refused
from app.dunning.action_models import ActionKind
from app.dunning.models import PlanStep, Wording

SENDING: dict[str, Any] = {
    "customer": _("Customer"),
    "contact": _("Contact"),
    "company": _("Our company"),
    "number": _("Invoice number"),
    "label": _("Label"),
    "issue_date": _("Issue date"),
    "due_date": _("Due date"),
    "amount": _("Amount with tax"),
    "open_amount": _("Amount still open"),
    "payment_reference": _("Payment reference"),
    "iban": _("Our IBAN"),
    "owner": _("Account owner"),
    "owner_email": _("E-mail of the account owner"),
    "today": _("Today’s date"),
    "portal_link": _("Link to the customer’s page"),
}
REMINDING: dict[str, Any] = {
    "days_overdue": _("Days late"),
    "days_until_due": _("Days until due"),
    "overdue_count": _("Number of late invoices"),
    "overdue_total": _("Total late"),
    "overdue_list": _("List of late invoices"),
    "outstanding_total": _("Total open"),
    "oldest_number": _("Number of the oldest invoice"),
    "parent": _("Belongs to"),
}
VARIABLES: dict[ActionKind, dict[str, Any]] = {
    ActionKind.SENDING: SENDING,
    ActionKind.REMINDER: SENDING | REMINDING,
}
"""What a text of each kind may name: the name between braces, and what it is for the reader."""
NOT_IN_SUBJECT = ("overdue_list", "portal_link")
"""Several lines, and a secret: neither belongs in what every mail server writes down."""
NAMED = re.compile(r"\{([a-z_]+)\}")
BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}\n]*\}|[{}]")
LONGEST_SHOWN = 40


def kind_of(step: PlanStep) -> ActionKind:
    """What the texts of this step are for."""
    return ActionKind.SENDING if step.is_sending else ActionKind.REMINDER


def check(text: str, kind: ActionKind, *, is_subject: bool = False) -> None:
    """Raise `Refused` where a name between braces is none of `kind`, or a brace stands alone; no text runs anything."""
    for mistake in mistakes(text, kind, is_subject=is_subject):
        raise Refused(mistake)


def mistakes(text: str, kind: ActionKind, *, is_subject: bool = False) -> Iterator[str]:
    """What is wrong with it, in words, one after the other."""
    for found in BRACES.finditer(text):
        name = NAMED.fullmatch(found[0])
        if len(found[0]) == 1:
            near = text[max(0, found.start() - 10) : found.end() + 20].replace("\n", " ")
            yield gettext("A brace stands alone in “%(near)s”: write variables as {number}.", near=near)
        elif name is None or name[1] not in VARIABLES[kind]:
            yield _no_variable(found[0], kind)
        elif is_subject and name[1] in NOT_IN_SUBJECT:
            yield gettext("%(name)s cannot stand in the subject.", name=found[0])


def _no_variable(said: str, kind: ActionKind) -> str:
    wrong = gettext("%(name)s is not a variable.", name=said[:LONGEST_SHOWN])
    meant = _meant(said.strip("{}% ").lower(), kind)
    return wrong + (" " + gettext("Did you mean %(name)s?", name="{" + meant + "}") if meant else "")


def _meant(said: str, kind: ActionKind) -> str:
    """The variable whose name, or whose name in the reader's language, is nearest to what was written."""
    names = {each: each for each in VARIABLES[kind]}
    names |= {str(label).lower(): each for each, label in VARIABLES[kind].items()}
    near = get_close_matches(said.replace(" ", "_"), names, n=1) or get_close_matches(said, names, n=1)
    return names[near[0]] if near else ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each `{name}` of `values` replaced, once: what a value says is never looked at again."""
    return NAMED.sub(lambda found: values.get(found[1], found[0]), text)


def of(step: PlanStep, language: str) -> Wording | None:
    """What the step says in that language, else in another one it has; None where it says nothing at all."""
    written = [each for each in step.wordings if each.text.strip()]
    return next((each for each in written if each.language == language), next(iter(written), None))
