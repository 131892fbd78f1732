"""Money that left without a document, and suppliers whose monthly invoice did not come (SPEC BK-5)."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, select

from app.bank.models import BankTransaction
from app.core import clock
from app.counterparties.models import Counterparty, CounterpartyIban, plain
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.users.models import Company, User

USUAL_DAYS = 7
MOST_DAYS = 366
LOOKED_BACK = 400
FEWEST, MOST = 3, 40
"""So many invoices within that time tell a rhythm; more often is none."""
MONTHLY = (25, 35)
GRACE = 8
"""Days an invoice may come later than usual before it is missed."""
GONE = 4
"""So many usual gaps without an invoice: they have stopped."""


def lines(user: User, company: Company, days: int) -> Select[tuple[BankTransaction]]:
    """Payments older than so many days that no document explains."""
    query = BankTransaction.visible_to(user).where(BankTransaction.company_id == company.id)
    query = query.where(BankTransaction.amount_minor < 0, BankTransaction.matched_minor == 0)
    query = query.where(BankTransaction.ignored_at.is_(None))
    return query.where(BankTransaction.date <= clock.today(company) - timedelta(days=days))


def suppliers(user: User, company: Company, found: Iterable[BankTransaction]) -> dict[int, Counterparty]:
    """Line's id → whom it seems to have paid: as a rule says, by the IBAN, else by the very name."""
    wanted = list(found)
    visible = Counterparty.visible_to(user).where(Counterparty.company_id == company.id)
    visible = visible.where(Counterparty.archived_at.is_(None))
    by_id = _by_id(visible, {line.counterparty_id for line in wanted} - {None})
    by_iban = _by_iban(visible, {line.party_iban for line in wanted} - {""})
    by_name = _by_name(visible, {plain(line.party_name) for line in wanted} - {""})
    told = {
        line.id: by_id.get(line.counterparty_id or 0)
        or by_iban.get(line.party_iban)
        or by_name.get(plain(line.party_name))
        for line in wanted
    }
    return {line_id: supplier for line_id, supplier in told.items() if supplier}


def _by_id(visible: Select[tuple[Counterparty]], ids: set[Any]) -> dict[int, Counterparty]:
    return {each.id: each for each in db.session.scalars(visible.where(Counterparty.id.in_(ids)))} if ids else {}


def _by_iban(visible: Select[tuple[Counterparty]], ibans: set[str]) -> dict[str, Counterparty]:
    if not ibans:
        return {}
    query = visible.join(Counterparty.ibans).where(CounterpartyIban.iban.in_(ibans))
    return {iban: each for each, iban in db.session.execute(query.add_columns(CounterpartyIban.iban))}


def _by_name(visible: Select[tuple[Counterparty]], names: set[str]) -> dict[str, Counterparty]:
    if not names:
        return {}
    return {each.name_key: each for each in db.session.scalars(visible.where(Counterparty.name_key.in_(names)))}


@dataclass(frozen=True)
class Silent:
    """A supplier that invoices every month and did not."""

    supplier: Counterparty
    gap: int
    """The median of the days between its last invoices."""
    last_date: date
    expected_date: date


def silent_suppliers(user: User, company: Company) -> list[Silent]:
    """Those whose next invoice is late, the longest first."""
    today = clock.today(company)
    days = _invoice_days(user, company, today)
    late = {each: told for each, found in days.items() if (told := _rhythm(found, today))}
    visible = Counterparty.visible_to(user).where(Counterparty.company_id == company.id)
    visible = visible.where(Counterparty.archived_at.is_(None), Counterparty.id.in_(late))
    found = [Silent(each, *late[each.id]) for each in db.session.scalars(visible)] if late else []
    return sorted(found, key=lambda each: (each.expected_date, each.supplier.name))


def _invoice_days(user: User, company: Company, today: date) -> dict[int, list[date]]:
    """Supplier's id → the days of its invoices, of those who send a few within the time looked at."""
    mine = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_(None))
    mine = mine.where(Document.direction == Direction.PURCHASE, Document.kind == Kind.INVOICE)
    mine = mine.where(Document.issue_date > today - timedelta(days=LOOKED_BACK), Document.counterparty_id.is_not(None))
    some = mine.with_only_columns(Document.counterparty_id).group_by(Document.counterparty_id)
    some = some.having(func.count().between(FEWEST, MOST))
    query = mine.with_only_columns(Document.counterparty_id, Document.issue_date).distinct()
    query = query.where(Document.counterparty_id.in_(select(some.subquery().c.counterparty_id)))
    found: dict[int, list[date]] = {}
    for supplier, day in db.session.execute(query.order_by(Document.issue_date)):
        found.setdefault(supplier, []).append(day)
    return found


def _rhythm(days: list[date], today: date) -> tuple[int, date, date] | None:
    """Gap, last and expected day of a monthly supplier whose invoice is late."""
    if len(days) < FEWEST:
        return None
    last = days[-7:]
    gap = round(statistics.median((after - before).days for before, after in pairwise(last)))
    expected = days[-1] + timedelta(days=gap)
    is_late = expected + timedelta(days=GRACE) < today <= days[-1] + timedelta(days=GONE * gap)
    return (gap, days[-1], expected) if MONTHLY[0] <= gap <= MONTHLY[1] and is_late else None
