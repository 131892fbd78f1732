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
    "letter_proposed": _("It came back, and %(days)s days later nothing has changed. Send it as a letter? %(why)s"),
    "as_letter": _("It came back by e-mail: somebody chose a letter in its place."),
    "address_mended": _("The address was changed: %(address)s. Send it once more."),
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
