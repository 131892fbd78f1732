"""Why an invoice has not been sent yet, in one line (SPEC LC-8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.documents.models import Document
from app.dunning import words
from app.dunning.action_models import Action, ActionState
from app.sending import planned
from app.web.filters import day

KEY = "to_send"
WHY = {
    "no_customer": _("To send: choose its customer first."),
    "no_plan": _("To send: nothing sends it, as this customer has no plan."),
    "no_step": _("To send: nothing sends it, as the customer's plan sends no invoices."),
    "leaving": _("To send: it is leaving."),
    "manual": _("To send by hand, as the customer's plan says."),
    "by_hand": _("To send by hand, as somebody asked for."),
}


def reason(document: Document) -> dict[str, Any] | None:
    """What it waits for, once it is validated and approved; None for all that is not to send."""
    if not document.is_to_send or document.status not in planned.READY:
        return None
    action = planned.living(document)
    if action is None:
        return {"key": KEY, "why": planned.why_none(document)}
    if action.state is ActionState.LEAVING:
        return {"key": KEY, "why": "leaving"}
    if action.state is ActionState.TO_DO:
        return {"key": KEY, "why": action.reason.get("key", ""), "because": action.reason}
    return {"key": KEY, "at": _local(action, document).isoformat()}


def _local(action: Action, document: Document) -> datetime:
    """By the clock of the company, as the line is read there."""
    return action.due_at.astimezone(ZoneInfo(document.company.time_zone))


def in_words(reason: dict[str, Any]) -> str:
    """The line, in the reader's language."""
    if reason.get("why") in WHY:
        return str(WHY[reason["why"]])
    if "because" in reason:
        return gettext("To send by hand. %(why)s", why=words.in_words(reason["because"]))
    at = datetime.fromisoformat(reason["at"])
    return gettext("To send: planned for %(day)s, %(time)s.", day=day(at.date()), time=f"{at:%H:%M}")
