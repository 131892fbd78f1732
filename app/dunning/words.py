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
    "letter_proposed": _("It came back, and %(days)s days later nothing has changed. Send it as a letter? %(why)s"),
    "as_letter": _("It came back by e-mail: somebody chose a letter in its place."),
    "address_mended": _("The address was changed: %(address)s. Send it once more."),
    "refused": _("Refused: %(why)s"),
    "uncertain": _("Nobody can know whether it arrived: ask the customer, or send it again."),
    "own_address": _("%(address)s is an address of our own: what is sent there would come back as an invoice."),
    "too_many": _("%(count)s recipients are too many: %(most)s are the most."),
    "all_bounced": _("Mails to %(address)s came back: enter another address."),
    "too_large": _("The files are too large for a mail: %(size)s, at most %(most)s."),
    "no_phone": _("No contact has a telephone number."),
    "no_address": _("Neither the customer nor a contact has a postal address."),
    "no_way": _("Nothing is set up to send it this way."),
    "cancelled": _("Somebody cancelled the message before it left."),
    "by_hand": _("Somebody wants to send it by hand."),
    "reassigned": _("It belongs to another customer now."),
    "changed": _("It was changed: the message no longer fits."),
    "not_to_send": _("It is no invoice to a customer any more."),
    "not_planned": _("The customer's plan sends no invoices any more."),
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
