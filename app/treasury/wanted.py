"""Which committed operations are looked for; each filter stands in the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import contains_eager, joinedload

from app.documents.models import Document
from app.treasury.models import CommittedOperation
from app.users.models import Company, User

YES, WITHOUT = "yes", "none"


class Flow(StrEnum):
    """Which way money moves."""

    IN = "in"
    OUT = "out"

    @property
    def label(self) -> Any:
        return {"in": _("Money in"), "out": _("Money out")}[self.value]


class Curve(StrEnum):
    """By which day money is expected."""

    PROBABLE = "probable"
    CONTRACTUAL = "contractual"

    @property
    def label(self) -> Any:
        return {"probable": _("Probable"), "contractual": _("By contract")}[self.value]

    @property
    def day(self) -> Any:
        """The column that holds that day."""
        return CommittedOperation.expected_date if self is Curve.PROBABLE else CommittedOperation.contractual_date


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    currency: str = ""
    account: int | None = None
    """0: those no account is known for."""
    flow: Flow | None = None
    category: str | None = None
    """A treasury category; empty: without one."""
    by: Curve = Curve.PROBABLE
    since: date | None = None
    until: date | None = None
    late: bool = False
    planned: bool = False
    """To be paid on a day that somebody named."""

    @classmethod
    def from_address(cls, said: Any) -> Wanted:
        """What the address says; what makes no sense is left out."""
        return cls(
            currency=_code(said.get("currency", "")),
            account=_account(said.get("account", "")),
            flow=Flow(said["flow"]) if said.get("flow") in set(Flow) else None,
            category=_category(said.get("category", "")),
            by=Curve(said["by"]) if said.get("by") in set(Curve) else Curve.PROBABLE,
            since=_day(said.get("since")),
            until=_day(said.get("until")),
            late=said.get("late") == YES,
            planned=said.get("planned") == YES,
        )

    def in_address(self, **changed: Any) -> dict[str, str]:
        """As it stands there, with these things changed; what is not asked for does not stand there."""
        now = replace(self, **changed)
        written = {
            "account": WITHOUT if now.account == 0 else str(now.account or ""),
            "category": WITHOUT if now.category == "" else now.category or "",
            "by": "" if now.by is Curve.PROBABLE else now.by.value,
            "late": YES if now.late else "",
            "planned": YES if now.planned else "",
        }
        plain = {each.name: str(getattr(now, each.name) or "") for each in fields(now) if each.name not in written}
        return {name: value for name, value in (plain | written).items() if value}

    @property
    def is_filtered(self) -> bool:
        """Is anything asked for beside the currency?"""
        return replace(self, currency="") != Wanted()


def listed(user: User, company: Company, wanted: Wanted, today: date, only_account: int | None) -> Select[Any]:
    """The operations that are wanted among those `user` may see; `only_account` is that of all nobody spoke of."""
    query = CommittedOperation.visible_to(user).where(CommittedOperation.company_id == company.id)
    return query.where(*_tests(wanted, today, only_account))


def _tests(wanted: Wanted, today: date, only_account: int | None) -> Iterator[ColumnElement[bool]]:
    if wanted.currency:
        yield CommittedOperation.currency == wanted.currency
    if wanted.account is not None:
        yield through(wanted.account, only_account)
    if wanted.flow:
        comes_in = CommittedOperation.amount_minor > 0
        yield comes_in if wanted.flow is Flow.IN else ~comes_in
    if wanted.category is not None:
        yield Document.treasury_category == wanted.category
    if wanted.since:
        yield wanted.by.day >= wanted.since
    if wanted.until:
        yield wanted.by.day <= wanted.until
    if wanted.late:
        yield CommittedOperation.contractual_date < today
    if wanted.planned:
        yield Document.pay_date.is_not(None)


def whole(query: Select[Any]) -> Select[Any]:
    """With all that a line shows of each."""
    party = contains_eager(CommittedOperation.document).joinedload(Document.counterparty)
    return query.options(party, joinedload(CommittedOperation.account))


def through(account_id: int, only_account: int | None) -> ColumnElement[bool]:
    """What moves this account; where there is but one, what nobody said an account of is its, too."""
    nobody_said = CommittedOperation.account_id.is_(None)
    if account_id == 0:
        return nobody_said
    is_its = CommittedOperation.account_id == account_id
    return or_(is_its, nobody_said) if account_id == only_account else is_its


def _code(said: str) -> str:
    return said.upper() if len(said) == 3 and said.isalpha() and said.isascii() else ""


def _account(said: str) -> int | None:
    if said == WITHOUT:
        return 0
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _category(said: str) -> str | None:
    return "" if said == WITHOUT else said.replace("\0", "")[:60] or None


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None
