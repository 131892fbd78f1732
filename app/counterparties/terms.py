"""When an invoice falls due by the payment terms of its customer or supplier (SPEC LC-6)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.counterparties.models import Terms

MOST_DAYS = 365


def due_date(terms: Terms, days: int, issued: date) -> date | None:
    """The day; None beyond the end of all calendars.

    Calendar days throughout: "end of month + 45" is 45 days after the last day of the month of issue, and
    "45 days, end of month" is the last day of the month in which the 45th day lies.
    """
    begin = end_of_month(issued) if terms is Terms.END_OF_MONTH_PLUS else issued
    try:
        day = begin + timedelta(days=days)
    except OverflowError:
        return None
    return end_of_month(day) if terms is Terms.NET_END_OF_MONTH else day


def in_words(terms: Terms, days: int) -> str:
    """As it stands on invoices: "45 days, end of month"."""
    if terms is Terms.NET:
        return ngettext("%(num)d day", "%(num)d days", days) if days else _("on receipt")
    if terms is Terms.END_OF_MONTH_PLUS:
        return _("end of month + %(days)d days", days=days) if days else _("end of month")
    return _("%(days)d days, end of month", days=days) if days else _("end of month")


def end_of_month(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
