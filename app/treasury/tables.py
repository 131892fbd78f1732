"""Treasury as tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext

from app.core import clock, money
from app.extensions import db
from app.treasury import accounts
from app.treasury.forecast import WEEKS, Forecast
from app.treasury.models import CommittedOperation
from app.treasury.showing import alone_in
from app.treasury.wanted import Curve, Wanted, listed, whole
from app.users.models import Company, User

FORECAST = (
    *(lazy_gettext("Week from"), lazy_gettext("Week to"), lazy_gettext("Currency")),
    *(lazy_gettext("In, probable"), lazy_gettext("Out, probable"), lazy_gettext("Balance, probable")),
    *(lazy_gettext("In, by contract"), lazy_gettext("Out, by contract"), lazy_gettext("Balance, by contract")),
)
OPERATIONS = (
    *(lazy_gettext("Committed operation"), lazy_gettext("Counterparty"), lazy_gettext("Number")),
    *(lazy_gettext("By contract"), lazy_gettext("Expected on"), lazy_gettext("Moved by hand")),
    *(lazy_gettext("Currency"), lazy_gettext("Amount"), lazy_gettext("Treasury category")),
    *(lazy_gettext("Bank account"), lazy_gettext("Address")),
)


def of_weeks(told: Forecast) -> list[list[Any]]:
    """A line for each week."""
    amount = lambda minor: money.from_minor(minor, told.wanted.currency)  # noqa: E731
    balances = {curve: told.balances(curve) for curve in Curve}
    rows = []
    for number in range(WEEKS):
        row: list[Any] = [*told.week(number), told.wanted.currency]
        for curve in Curve:
            week = told.curves[curve][number]
            row += [amount(week.comes_minor), amount(week.goes_minor), amount(balances[curve][number])]
        rows.append(row)
    return rows


def of_operations(user: User, company: Company, wanted: Wanted) -> list[list[Any]]:
    """A line for each operation that the list of this address shows; those that were due first, first."""
    living = accounts.living(user, company)
    query = listed(user, company, wanted, clock.today(company), alone_in(living, wanted.currency))
    order = (CommittedOperation.contractual_date, CommittedOperation.id)
    return [list(_cells(each)) for each in db.session.scalars(whole(query).order_by(*order))]


def _cells(operation: CommittedOperation) -> Iterator[Any]:
    document = operation.document
    yield from (operation.label, document.party_name, document.number)
    yield from (operation.contractual_date, operation.expected_date, operation.moved_date)
    yield from (operation.currency, money.from_minor(operation.amount_minor, operation.currency))
    yield from (document.treasury_category, operation.account.name if operation.account else "")
    yield f"{current_app.config['SETTINGS'].address}/documents/{document.id}"
