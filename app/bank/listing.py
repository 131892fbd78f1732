"""The list of bank lines: what is looked for, in which tab, and how a line stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlalchemy.orm import selectinload

from app.bank.models import BankAccount, BankTransaction
from app.core import money
from app.counterparties.finding import escaped
from app.extensions import db
from app.users.models import Company, User
from app.web import keyset
from app.web.filters import day
from app.web.ids import row_id

ORDER = keyset.Order(BankTransaction.date, date.fromisoformat)
MOST_MONEY = 10**14


class Tab(StrEnum):
    """The lists there are."""

    TO_MATCH = "to_match"
    MATCHED = "matched"
    IGNORED = "ignored"
    ALL = "all"

    @property
    def label(self) -> Any:
        names = {"to_match": _("To match"), "matched": _("Matched ones"), "ignored": _("Ignored ones")}
        return names.get(self.value) or _("All lines")

    def test(self) -> ColumnElement[bool]:
        """What is in it."""
        if self is Tab.TO_MATCH:
            return BankTransaction.waits()
        if self is Tab.MATCHED:
            return and_(BankTransaction.ignored_at.is_(None), ~BankTransaction.waits())
        if self is Tab.IGNORED:
            return BankTransaction.ignored_at.is_not(None)
        return BankTransaction.id.is_not(None)


@dataclass(frozen=True)
class Sought:
    """What is looked for; each stands in the address."""

    tab: Tab = Tab.TO_MATCH
    q: str = ""
    account: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def from_address(cls, said: Any) -> Sought:
        """What the address says; what makes no sense is left out."""
        tab = said.get("tab", "")
        return cls(
            tab=Tab(tab) if tab in {each.value for each in Tab} else Tab.TO_MATCH,
            q=" ".join(said.get("q", "").replace("\0", " ").split())[:100],
            account=said.get("account", None, row_id),
            since=said.get("since", None, date.fromisoformat),
            until=said.get("until", None, date.fromisoformat),
        )

    def in_address(self, **other: Any) -> dict[str, Any]:
        """As the address says it; what is usual is left out."""
        named = replace(self, **other)
        told = {"tab": None if named.tab is Tab.TO_MATCH else named.tab.value, "q": named.q or None}
        return told | {"account": named.account, "since": named.since, "until": named.until}

    @property
    def is_narrowed(self) -> bool:
        """Is it more than a tab?"""
        return bool(self.q or self.account or self.since or self.until)


def lines(user: User, company: Company, sought: Sought, *, of_tab: bool = True) -> Select[tuple[BankTransaction]]:
    """The lines somebody may see and looks for."""
    query = BankTransaction.visible_to(user).where(BankTransaction.company_id == company.id)
    if sought.account:
        query = query.where(BankTransaction.account_id == sought.account)
    if sought.since:
        query = query.where(BankTransaction.date >= sought.since)
    if sought.until:
        query = query.where(BankTransaction.date <= sought.until)
    if sought.q:
        query = query.where(_has(sought.q, company.currency))
    return query.where(sought.tab.test()) if of_tab else query


def _has(words: str, currency: str) -> ColumnElement[bool]:
    """Every word in one of its texts, or the amount."""
    columns = ("label", "party_name", "party_iban", "reference", "bank_reference")
    texts = [getattr(BankTransaction, name) for name in columns]
    each = [or_(*(text.ilike(f"%{escaped(word)}%", escape="\\") for text in texts)) for word in words.split()[:5]]
    amount = money.parse_amount(words)
    if amount is None or abs(amount) > MOST_MONEY:
        return and_(*each)
    return or_(and_(*each), func.abs(BankTransaction.amount_minor) == money.to_minor(abs(amount), currency))


def counts(user: User, company: Company, sought: Sought) -> dict[Tab, int]:
    """How many of what is looked for stand in each tab; all in one query."""
    query = lines(user, company, sought, of_tab=False)
    sums = [func.count().filter(tab.test()) for tab in Tab]
    found = db.session.execute(query.with_only_columns(*sums)).one()
    return dict(zip(Tab, found, strict=True))


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of them, with its tabs."""
    sought = Sought.from_address(said)
    query = lines(user, company, sought).options(selectinload(BankTransaction.account))
    leaf = keyset.leaf(query, ORDER, BankTransaction.id, before=said.get("before", ""), after=said.get("after", ""))
    link = lambda **at: url_for("bank.index", **at)  # noqa: E731
    told = sought.in_address()
    count = counts(user, company, sought)
    return {
        "lines": [row[0] for row in leaf.rows],
        "sought": sought,
        "chips": _chips(sought, link),
        "tabs": [_tab(tab, sought, count[tab], link) for tab in Tab],
        "accounts": accounts(user, company),
        "has_any": sum(count.values()) > 0,
        "pages": {
            "previous_url": link(**told, before=leaf.before) if leaf.before else None,
            "next_url": link(**told, after=leaf.after) if leaf.after else None,
        },
    }


def _tab(tab: Tab, sought: Sought, count: int, link: Any) -> dict[str, Any]:
    url = link(**sought.in_address(tab=tab))
    return {"label": tab.label, "count": count, "active": tab is sought.tab, "url": url}


def _chips(sought: Sought, link: Any) -> list[dict[str, Any]]:
    """What is in force and can be taken off."""
    said = {
        "q": sought.q and gettext("“%(words)s”", words=sought.q),
        "since": sought.since and gettext("from %(day)s", day=day(sought.since)),
        "until": sought.until and gettext("to %(day)s", day=day(sought.until)),
    }
    off: dict[str, Any] = {"q": "", "since": None, "until": None}
    return [
        {"label": label, "remove_url": link(**sought.in_address(**{name: off[name]}))}
        for name, label in said.items()
        if label
    ]


def accounts(user: User, company: Company) -> list[BankAccount]:
    """Those a list can be narrowed to."""
    query = BankAccount.visible_to(user).where(BankAccount.company_id == company.id)
    return list(db.session.scalars(query.order_by(BankAccount.name, BankAccount.id)))


def state_of(line: BankTransaction) -> tuple[str, str, str]:
    """How a line stands: word, icon, tint."""
    if line.ignored_at:
        return gettext("Ignored"), "ban", "grey"
    if line.open_minor == 0:
        return gettext("Matched"), "circle-check", "green"
    if line.matched_minor:
        return gettext("Partly matched"), "link", "amber"
    return gettext("To match"), "link", "teal"
