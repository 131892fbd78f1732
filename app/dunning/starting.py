"""What a new plan begins with: the invoice is sent on arrival, and three reminders that grow firmer."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from app.dunning.models import Level, PlanStep, Wording
from app.web.language import LANGUAGES

Said = tuple[Any, tuple[Any, ...]]
"""A subject, and paragraphs."""
HELLO, REGARDS, SIGNED = _("Hello,"), _("Kind regards,"), "{owner}\n{company}"
TO_PAY = _("Please pay to the account {iban}, with the reference {payment_reference}.")
SENDING: Said = (
    _("Invoice {number} from {company}"),
    (
        HELLO,
        _("Please find attached our invoice {number} of {issue_date}: {amount}, due on {due_date}."),
        TO_PAY,
        _("You see what is open, with the invoices themselves, on this page: {portal_link}"),
        REGARDS,
        SIGNED,
    ),
)
FRIENDLY: Said = (
    _("A reminder: {overdue_total} to pay"),
    (
        HELLO,
        _("Perhaps it slipped your attention: according to our books, this is due and not paid yet."),
        "{overdue_list}",
        _("Total to pay: {overdue_total}."),
        TO_PAY,
        _("If your payment is under way, please disregard this message. The details are here: {portal_link}"),
        REGARDS,
        SIGNED,
    ),
)
FIRM: Said = (
    _("Second reminder: {overdue_total} overdue"),
    (
        HELLO,
        _("We wrote to you already, and this is still not paid."),
        "{overdue_list}",
        _("Please pay {overdue_total} within eight days, or tell us what keeps you from paying."),
        TO_PAY,
        _("The details are here: {portal_link}"),
        REGARDS,
        SIGNED,
    ),
)
LAST: Said = (
    _("Last reminder before formal notice: {overdue_total}"),
    (
        HELLO,
        _("In spite of our reminders, your payment has not reached us. Invoice {number} is {days_overdue} days late."),
        "{overdue_list}",
        _("We ask you to pay {overdue_total} without delay."),
        TO_PAY,
        _("Failing that, we shall send a formal notice, with late interest and the recovery charge the law provides."),
        _("If there is a difficulty, call us: we shall find an arrangement."),
        REGARDS,
        SIGNED,
    ),
)
REMINDERS: tuple[tuple[int, Said], ...] = ((7, FRIENDLY), (15, FIRM), (30, LAST))
"""Days after the due date, and what is written then."""
OF_ONE = {"{overdue_list}": "{number} · {due_date} · {open_amount}", "{overdue_total}": "{open_amount}"}
"""What stands in the place of the customer's totals where each invoice is reminded of by itself."""


def sending() -> PlanStep:
    """How invoices are sent: by mail, at once, by itself."""
    return PlanStep(is_sending=True, is_automatic=True, wordings=_wordings(SENDING))


def reminders(level: Level) -> list[PlanStep]:
    """Friendly, firm, last: a person's until somebody lets them go by themselves."""
    return [PlanStep(days=days, wordings=_wordings(said, level)) for days, said in REMINDERS]


def reminder(days: int, level: Level) -> PlanStep:
    """One more, which begins with the friendly text."""
    return PlanStep(days=days, wordings=_wordings(FRIENDLY, level))


def _wordings(said: Said, level: Level = Level.CUSTOMER) -> list[Wording]:
    return [_in(language, *said, level) for language in LANGUAGES]


def _in(language: str, subject: Any, paragraphs: tuple[Any, ...], level: Level) -> Wording:
    with force_locale(language):
        texts = [str(subject), "\n\n".join(map(str, paragraphs))]
    if level is Level.INVOICE:
        for name, one in OF_ONE.items():
            texts = [text.replace(name, one) for text in texts]
    return Wording(language=language, subject=texts[0], text=texts[1])
