"""Days between two reminders to one contact: none gets two on one day, whatever runs beside it (SPEC DN-1; S48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select, union

from app.core import clock
from app.core.database import insert_unless_there
from app.counterparties.models import Counterparty
from app.dunning import hours
from app.dunning.action_models import Action, ActionKind, ActionState, ContactDay
from app.extensions import db
from app.users.models import Company, User


class TooEarly(Exception):
    """All its contacts were reminded lately: it was put off."""


def take(action: Action, addresses: list[str], by: User | None) -> list[str]:
    """Those who may be reminded today by what goes by itself; a person may write to all. Raises `TooEarly`."""
    if action.kind is not ActionKind.REMINDER or by is not None:
        return addresses
    today = clock.today(action.counterparty.company)
    free = claim(action, addresses, today)
    if not free:
        slide(action, addresses, today)
        raise TooEarly
    return free


def claim(action: Action, addresses: Iterable[str], today: date) -> list[str]:
    """Those that may be reminded today; each is taken for this action, and refused to every other.

    Addresses as `ContactDay` keeps them. Asked again for the same action, they are still its own.
    """
    company = action.counterparty.company
    wanted = {each.strip().lower(): each for each in addresses}
    taken = set(
        db.session.scalars(_taken(company, wanted, today).where(ContactDay.action_id.is_distinct_from(action.id)))
    )
    rows = [
        {"company_id": company.id, "address": address, "day": today, "action_id": action.id}
        for address in wanted
        if address not in taken
    ]
    if rows:
        db.session.execute(insert_unless_there(db.session(), ContactDay), rows)
    mine = select(ContactDay.address).filter_by(company_id=company.id, day=today, action_id=action.id)
    return [wanted[address] for address in db.session.scalars(mine) if address in wanted]


def slide(action: Action, addresses: Iterable[str], today: date) -> datetime:
    """Put it off until the first of these may be reminded again; then."""
    company = action.counterparty.company
    kept = select(ContactDay.address, ContactDay.day).where(_near(company, today), ContactDay.company_id == company.id)
    last = dict.fromkeys((each.strip().lower() for each in addresses), today)
    for address, day in db.session.execute(kept.where(ContactDay.address.in_(last))):
        last[address] = max(last[address], day)
    free = min(last.values(), default=today) + between(company)
    action.due_at = hours.at_send_time(hours.open_day(free, company), company)
    return action.due_at


def recently_reminded(company: Company, today: date) -> set[int]:
    """Ids of customers for whom it is too early today: written to, or called, less than the gap ago."""
    written = select(Action.counterparty_id).join(ContactDay, ContactDay.action_id == Action.id)
    since = datetime.combine(today - between(company), time.max, ZoneInfo(company.time_zone)).astimezone(UTC)
    done = select(Action.counterparty_id).where(
        *(Action.company_id == company.id, Action.kind == ActionKind.REMINDER),
        *(Action.state == ActionState.DONE, Action.done_at > since),
    )
    written = written.where(ContactDay.company_id == company.id, _near(company, today))
    return set(db.session.scalars(union(written, done)))


def last_reminded(customer: Counterparty) -> date | None:
    """The last day on which it was written to or called, as the runs count it."""
    written = select(func.max(ContactDay.day)).join(Action, Action.id == ContactDay.action_id)
    done = select(func.max(Action.done_at)).where(Action.kind == ActionKind.REMINDER, Action.state == ActionState.DONE)
    days = [db.session.scalar(written.where(Action.counterparty_id == customer.id))]
    if moment := db.session.scalar(done.where(Action.counterparty_id == customer.id)):
        days.append(moment.astimezone(ZoneInfo(customer.company.time_zone)).date())
    return max((each for each in days if each), default=None)


def between(company: Company) -> timedelta:
    """The least days between two reminders: one at least."""
    return timedelta(days=max(company.message_gap_days, 1))


def _near(company: Company, today: date) -> ColumnElement[bool]:
    """Nearer than the gap, on either side: the clock may have been set back since."""
    return and_(ContactDay.day > today - between(company), ContactDay.day < today + between(company))


def _taken(company: Company, addresses: Iterable[str], today: date) -> Select[tuple[str]]:
    """Which of these were reminded too lately."""
    mine = (ContactDay.company_id == company.id, ContactDay.address.in_(list(addresses)))
    return select(ContactDay.address).where(*mine, _near(company, today))
