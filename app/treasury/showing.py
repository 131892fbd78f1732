"""What the pages of treasury show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select

from app.bank.models import BankAccount
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.treasury import accounts, forecast
from app.treasury.forecast import WEEKS, Forecast
from app.treasury.models import CommittedOperation
from app.treasury.wanted import Curve, Flow, Wanted, listed, whole
from app.users.models import Company, User
from app.web import charts, keyset
from app.web.filters import day, short_amount

ORDER = keyset.Order(CommittedOperation.contractual_date, date.fromisoformat, is_descending=False)
SHOWN = 10


def front_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """The forecast of one currency, what it is made of, and what is late or comes next."""
    living = accounts.living(user, company)
    wanted, codes = chosen(user, company, said, living)
    told = forecast.of(user, company, wanted, living)
    alone = alone_in(living, wanted.currency)
    soon = listed(user, company, told.wanted, told.today, alone)
    return {
        "forecast": told,
        "plot": plot(told),
        "weeks": range(WEEKS),
        "places": [day_short(told.week(number)[0]) for number in range(WEEKS)],
        "currency": wanted.currency,
        "currencies": codes,
        "accounts": [each for each in living if each.currency == wanted.currency],
        "has_unknown": alone is None,
        "sees_balances": accounts.sees_balances(user, company),
        "categories": forecast.by_category(user, company, told, alone),
        "may_come": forecast.may_still_come(user, company, wanted.currency),
        "operations": _first(soon),
        "planned": _first(soon.where(Document.pay_date.is_not(None))),
        "today": told.today,
        "curves": list(Curve),
        "flows": Flow,
        "says": partial(short_amount, currency=wanted.currency),
    }


def chosen(user: User, company: Company, said: Any, living: list[BankAccount]) -> tuple[Wanted, list[str]]:
    """What the address asks for, in a currency there is something in; and all of those."""
    codes = accounts.currencies(user, company, living) or ["EUR"]
    wanted = Wanted.from_address(said)
    wanted = replace(wanted, currency=wanted.currency if wanted.currency in codes else codes[0])
    known = {0, *(each.id for each in living if each.currency == wanted.currency)}
    return (wanted if wanted.account in known else replace(wanted, account=None)), codes


def plot(told: Forecast, height: int = charts.HEIGHT) -> charts.Plot:
    """Both curves, the probable one first."""
    return charts.plot(*(told.balances(curve) for curve in Curve), height=height, unit=100)


def day_short(value: date) -> str:
    """Without the year, for the foot of a chart."""
    return format_date(value, "d MMM")


def _first(query: Select[Any]) -> list[CommittedOperation]:
    order = (CommittedOperation.contractual_date, CommittedOperation.id)
    return list(db.session.scalars(whole(query).order_by(*order).limit(SHOWN)))


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of committed operations: those that are late come first, as they were due first."""
    living = accounts.living(user, company)
    wanted, today = Wanted.from_address(said), clock.today(company)
    query = listed(user, company, wanted, today, alone_in(living, wanted.currency))
    place = {name: said.get(name, "") for name in ("before", "after")}
    leaf = keyset.leaf(whole(query), ORDER, CommittedOperation.id, **place)
    link = lambda **more: url_for("treasury.operations", **wanted.in_address(), **more)  # noqa: E731
    return {
        "operations": [row[0] for row in leaf.rows],
        "pages": {
            "previous_url": link(before=leaf.before) if leaf.before else None,
            "next_url": link(after=leaf.after) if leaf.after else None,
        },
        "wanted": wanted,
        "today": today,
        "chips": _chips(wanted, living),
        "total": forecast.moved(query) if wanted.currency else None,
        "accounts": living,
        "currencies": accounts.currencies(user, company, living),
        "flows": Flow,
        "curves": list(Curve),
    }


def alone_in(living: list[BankAccount], currency: str) -> int | None:
    """The only account of that currency, where there is but one."""
    return accounts.only_one([each for each in living if each.currency == currency])


def _chips(wanted: Wanted, living: list[BankAccount]) -> list[dict[str, str]]:
    names = {each.id: each.name for each in living} | {0: _("No account known")}
    by = f" ({wanted.by.label})" if wanted.by is Curve.CONTRACTUAL else ""
    said = {
        "currency": wanted.currency,
        "account": names.get(wanted.account, _("One account")) if wanted.account is not None else "",
        "flow": wanted.flow.label if wanted.flow else "",
        "category": (wanted.category or _("Without a treasury category")) if wanted.category is not None else "",
        "since": wanted.since and _("Expected since %(day)s", day=day(wanted.since)) + by,
        "until": wanted.until and _("Expected until %(day)s", day=day(wanted.until)) + by,
        "late": _("Late") if wanted.late else "",
        "planned": _("Scheduled payments") if wanted.planned else "",
    }
    none = {"currency": "", "late": False, "planned": False}
    return [
        {
            "label": str(label),
            "remove_url": url_for("treasury.operations", **wanted.in_address(**{name: none.get(name)})),
        }
        for name, label in said.items()
        if label
    ]
