"""Why a person must act, or why nothing is needed any more: keys of `Action.reason` and their sentences."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

REASONS: dict[str, Any] = {
    "manual": _("This step is a person's."),
    "no_contact": _("No contact has an e-mail address."),
    "bad_address": _("The address cannot be used: %(address)s."),
    "bad_number": _("The telephone number cannot be used: %(number)s."),
    "too_many_parts": _("The text message is too long: %(count)s parts, at most %(most)s."),
    "bad_file": _("The letter was not written: %(why)s"),
    "no_file": _("There is no file to send."),
    "no_wording": _("The step has no text."),
    "bounced": _("It came back: %(why)s"),
    "refused": _("Refused: %(why)s"),
    "uncertain": _("Nobody can know whether it arrived: ask the customer, or send it again."),
    "paid": _("It is paid."),
    "gone": _("The document is in the trash."),
    "sent_otherwise": _("It was sent another way."),
}


def in_words(reason: dict[str, Any]) -> str:
    """The sentence, in the reader's language."""
    said = str(REASONS.get(reason.get("key", ""), ""))
    return said % reason if "%(" in said else said
