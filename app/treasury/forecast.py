"""What the accounts will hold at the end of each of the next thirteen weeks (SPEC TS-1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, case, func, select

from app.bank.models import BankAccount
from app.core import clock
from app.documents.days import days_between
from app.documents.models import Direction, Document, Kind, Status
from app.extensions import db
from app.treasury import accounts
from app.treasury.models import CommittedOperation
from app.treasury.wanted import Curve, Wanted, listed
from app.users.models import Company, User

WEEKS = 13


@dataclass
class Moved:
    """Money that comes in and goes out, both without sign, and of how many operations."""

    comes_minor: int = 0
    goes_minor: int = 0
    count: int = 0

    @property
    def net_minor(self) -> int:
        return self.comes_minor - self.goes_minor


@dataclass
class Forecast:
    """Of all accounts in a currency, of one of them, or of what no account is known for."""

    wanted: Wanted
    today: date
    opening_minor: int
    has_opening: bool
    """False: nobody knows the balance, or not this person; the curves begin at zero."""
    opening_date: date | None
    """Of the oldest balance that counts."""
    curves: dict[Curve, list[Moved]]
    late: Moved = field(default_factory=Moved)

    @property
    def first(self) -> date:
        """The Monday of this week."""
        return monday(self.today)

    def week(self, number: int) -> tuple[date, date]:
        """Its first and its last day."""
        start = self.first + timedelta(weeks=number)
        return start, start + timedelta(days=6)

    def balances(self, curve: Curve) -> list[int]:
        """What the accounts hold at the end of each week."""
        return list(accumulate((week.net_minor for week in self.curves[curve]), initial=self.opening_minor))[1:]

    def total(self, curve: Curve) -> Moved:
        """All that moves in these weeks."""
        weeks = self.curves[curve]
        sums = [sum(getattr(week, name) for week in weeks) for name in ("comes_minor", "goes_minor", "count")]
        return Moved(*sums)

    def lowest(self) -> tuple[int, date]:
        """The least it will probably hold at the end of a week, and the last day of that week."""
        balances = self.balances(Curve.PROBABLE)
        number = min(range(WEEKS), key=balances.__getitem__)
        return balances[number], self.week(number)[1]

    def opens(self, curve: Curve, number: int) -> Wanted:
        """What a cell of the table opens; what is overdue is expected this week, and so is in its list."""
        since, until = self.week(number)
        is_open_end = curve is Curve.PROBABLE and number == 0
        return replace(self.wanted, by=curve, since=None if is_open_end else since, until=until)


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def of(user: User, company: Company, wanted: Wanted, living: list[BankAccount]) -> Forecast:
    """The forecast in the currency and for the account that are wanted; `living` are the company's accounts."""
    today = clock.today(company)
    mine = [each for each in living if each.currency == wanted.currency]
    scope = Wanted(currency=wanted.currency, account=wanted.account)
    query = listed(user, company, scope, today, accounts.only_one(mine))
    counted = [each for each in mine if wanted.account in (None, each.id) and each.balance_minor is not None]
    counted = counted if accounts.sees_balances(user, company) else []
    return Forecast(
        wanted=scope,
        today=today,
        opening_minor=sum(each.balance_minor or 0 for each in counted),
        has_opening=bool(counted),
        opening_date=min((each.balance_date for each in counted if each.balance_date), default=None),
        curves={curve: _weeks(query, curve, monday(today)) for curve in Curve},
        late=moved(query.where(CommittedOperation.contractual_date < today)),
    )


def _weeks(query: Select[Any], curve: Curve, first: date) -> list[Moved]:
    """By one query; the probable curve has in this week whatever should have come before it."""
    last = first + timedelta(weeks=WEEKS, days=-1)
    number = days_between(first, curve.day) // 7
    week = case((curve.day < first, 0), else_=number) if curve is Curve.PROBABLE else number
    query = query.where(curve.day <= last)
    query = query if curve is Curve.PROBABLE else query.where(curve.day >= first)
    mine = query.order_by(None).with_only_columns(
        week.label("week"), CommittedOperation.amount_minor.label("minor"), maintain_column_froms=True
    )
    rows = mine.subquery()
    found = db.session.execute(select(rows.c.week, *sums(rows.c.minor)).group_by(rows.c.week))
    weeks = [Moved() for _each in range(WEEKS)]
    for place, *values in found:
        weeks[int(place)] = Moved(*map(int, values))
    return weeks


def sums(minor: Any) -> tuple[Any, Any, Any]:
    """What comes in, what goes out, and of how many."""
    comes, goes = case((minor > 0, minor), else_=0), case((minor < 0, -minor), else_=0)
    return func.coalesce(func.sum(comes), 0), func.coalesce(func.sum(goes), 0), func.count()


def moved(query: Select[Any]) -> Moved:
    """All that these operations move."""
    columns = sums(CommittedOperation.amount_minor)
    row = db.session.execute(query.order_by(None).with_only_columns(*columns, maintain_column_froms=True)).one()
    return Moved(*map(int, row))


def by_category(user: User, company: Company, forecast: Forecast, only_account: int | None) -> list[tuple[str, Moved]]:
    """What probably moves in these weeks, by treasury category; those that move most first."""
    until = forecast.week(WEEKS - 1)[1]
    query = listed(user, company, replace(forecast.wanted, until=until), forecast.today, only_account)
    columns = (Document.treasury_category, *sums(CommittedOperation.amount_minor))
    query = query.order_by(None).with_only_columns(*columns, maintain_column_froms=True)
    rows = db.session.execute(query.group_by(Document.treasury_category))
    found = [(name, Moved(*map(int, values))) for name, *values in rows]
    return sorted(found, key=lambda each: (-each[1].comes_minor - each[1].goes_minor, each[0]))


def may_still_come(user: User, company: Company, currency: str) -> Moved:
    """What waits for approval: validated, but it may still be rejected, so that no operation stands for it yet."""
    minor = Document.gross_minor - Document.settled_minor
    is_usual = Document.kind == Kind.INVOICE
    comes_in = case((is_usual, Document.direction == Direction.SALE), else_=Document.direction == Direction.PURCHASE)
    signed = case((comes_in, minor), else_=-minor)
    query = Document.visible_to(user).where(
        Document.company_id == company.id, Document.status == Status.TO_APPROVE, Document.currency == currency
    )
    row = db.session.execute(query.with_only_columns(*sums(signed), maintain_column_froms=True)).one()
    return Moved(*map(int, row))
