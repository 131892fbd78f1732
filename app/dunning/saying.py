"""Actions in words: what is to be done, about what, for how much, and why by a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from app.documents.kinds import Kind
from app.documents.models import Document
from app.documents.noticing import title
from app.documents.sight import visible_ids
from app.dunning import words
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.models import Channel
from app.users.models import User
from app.web.filters import amount

ICONS = {Channel.EMAIL: "mail", Channel.LETTER: "stamp", Channel.SMS: "message-square", Channel.CALL: "phone"}
LOOKS = {
    ActionState.WAITING: ("clock", "blue"),
    ActionState.TO_DO: ("list-todo", "amber"),
    ActionState.LEAVING: ("loader-circle", "teal"),
    ActionState.DONE: ("circle-check", "green"),
    ActionState.SKIPPED: ("check", "grey"),
    ActionState.WITHDRAWN: ("ban", "grey"),
}
"""State → icon and tint of its chip."""


def what(action: Action, covered: list[ActionDocument]) -> str:
    """What is to be done, about which documents."""
    if action.kind is ActionKind.REMINDER and len(covered) != 1:
        return ngettext("Remind of %(num)d invoice", "Remind of %(num)d invoices", len(covered))
    document = covered[0].document if covered else None
    if document is None:
        return str(action.kind.label)
    called = document.number or title(document)
    if action.kind is ActionKind.REMINDER:
        return _("Remind of %(number)s", number=called)
    if document.kind is Kind.CREDIT_NOTE:
        return _("Send credit note %(number)s", number=called)
    return _("Send invoice %(number)s", number=called)


def total(action: Action, covered: Iterable[ActionDocument]) -> str:
    """What it is about in money, currency by currency: as it is now, or as it was when it was done."""
    sums: dict[str, int] = {}
    for each in covered:
        document = each.document
        sums[document.currency] = sums.get(document.currency, 0) + _minor(action, each, document)
    return " + ".join(amount(minor, currency) for currency, minor in sorted(sums.items()))


def _minor(action: Action, each: ActionDocument, document: Document) -> int:
    if action.kind is ActionKind.SENDING:
        return document.gross_minor or 0
    minor = (each.open_minor if action.state.is_over else document.open_minor) or 0
    return -minor if document.kind is Kind.CREDIT_NOTE else minor


def why(action: Action) -> str:
    """Why a person must do it, or why it is not needed any more; nothing once it is done or on its way."""
    is_told = action.state in {ActionState.TO_DO, ActionState.WITHDRAWN}
    return words.in_words(action.reason) if is_told else ""


def visible(user: User, actions: Iterable[Action]) -> dict[int, list[ActionDocument]]:
    """Action's id → those of its documents this person may know of; one query for all."""
    told = list(actions)
    seen = visible_ids(user, (each.document_id for action in told for each in action.covers))
    return {action.id: [each for each in action.covers if each.document_id in seen] for action in told}
