"""Why a person must act, or why nothing is needed any more: keys of `Action.reason` and their sentences."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

REASONS: dict[str, Any] = {
    "manual": _("This step is a person's."),
    "no_contact": _("No contact has an e-mail address."),
    "bad_address": _("The address cannot be used: %(address)s."),
    "no_file": _("There is no file to send."),
    "no_wording": _("The step has no text."),
    "bounced": _("It came back: %(why)s"),
    "refused": _("Refused: %(why)s"),
    "uncertain": _("Nobody can know whether it arrived: ask the customer, or send it again."),
    "paid": _("It is paid."),
    "gone": _("The document is in the trash."),
    "sent_otherwise": _("It was sent another way."),
    "not_validated": _("It is not validated yet."),
    "not_approved": _("It waits for approval."),
    "to_send": _("It has not been sent to the customer yet."),
    "no_due_date": _("It has no due date."),
    "disputed": _("It is disputed."),
    "promised": _("The customer promised to pay it."),
    "paused": _("Reminders of it are paused."),
    "netted": _("Credit notes of the customer cover all that is due."),
    "archived": _("The customer is archived."),
    "no_plan": _("The customer has no dunning plan."),
    "customer_paused": _("Reminders to the customer are paused."),
    "unread_reply": _("An answer of the customer is unread."),
    "bank_old": _("The bank data is older than a week: a payment may be missing."),
    "switched_off": _("Automatic sending is switched off."),
}


def in_words(reason: dict[str, Any]) -> str:
    """The sentence, in the reader's language."""
    said = str(REASONS.get(reason.get("key", ""), ""))
    return said % reason if "%(" in said else said
