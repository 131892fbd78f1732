"""One month as a calendar: what is due on each day, and what is put down to be paid (SPEC PY-1)."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

from babel.dates import format_date, get_day_names
from flask_babel import get_locale
from sqlalchemy import and_, or_

from app.documents.models import Document, Status
from app.extensions import db
from app.payments.grouping import is_deducted
from app.payments.listed import IS_DUE, documents
from app.users.models import Company, User

SHOWN = 3
"""So many a day names; the others are a number."""
MOST = 2000


@dataclass
class Day:
    """A day of the calendar."""

    day: date
    is_within: bool
    documents: list[Document] = field(default_factory=list)

    @property
    def sums(self) -> dict[str, int]:
        """What leaves on it, by currency; a supplier's credit note is taken off, a customer's is paid back."""
        sums: dict[str, int] = {}
        for each in self.documents:
            minor = each.open_minor or 0
            sums[each.currency] = sums.get(each.currency, 0) + (-minor if is_deducted(each) else minor)
        return sums


def first_of(said: str | None, today: date) -> date:
    """The first day of the month the address asks for; of this one, where that makes no sense."""
    try:
        first = date.fromisoformat(f"{said}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 1900 < first.year < 2200 else today.replace(day=1)


def beside(first: date) -> tuple[str, str]:
    """The months before and after, as the address says them."""
    before, after = first - timedelta(days=1), first + timedelta(days=32)
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def title(first: date) -> str:
    """December 2026, in the reader's language."""
    return format_date(first, "LLLL y", locale=get_locale()).capitalize()


def names() -> list[str]:
    """Of the weekdays, from Monday."""
    found = get_day_names("abbreviated", locale=get_locale())
    return [found[number] for number in range(7)]


def weeks(user: User, company: Company, first: date) -> list[list[Day]]:
    """Its weeks, Monday first, each day with what is due or to be paid on it."""
    days = {day: Day(day, day.month == first.month) for day in Calendar().itermonthdates(first.year, first.month)}
    since, until = min(days), max(days)
    waits = and_(IS_DUE, Document.due_date.between(since, until))
    chosen = and_(Document.status == Status.TO_PAY, Document.pay_date.between(since, until))
    query = documents(user, company).where(or_(waits, chosen)).order_by(Document.due_date, Document.id).limit(MOST)
    for each in db.session.scalars(query):
        days[each.pay_date or each.due_date].documents.append(each)
    flat = list(days.values())
    return [flat[start : start + 7] for start in range(0, len(flat), 7)]
