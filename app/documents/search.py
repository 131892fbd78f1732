"""Which documents a list shows: what is looked for, in which order, and where its pages begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, literal_column, or_, select

from app.core import money
from app.counterparties.finding import escaped
from app.counterparties.models import Counterparty
from app.documents import twins
from app.documents.models import Direction, Document, Kind, Status, key_of
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Permission, allowed
from app.web.ids import row_id
from app.web.keyset import Order, whole

MOST_WORDS = 8
MANY = 1000
"""So many are shown as 999+: to count a hundred thousand takes longer than anybody looks at the number."""
OPEN = Document.gross_minor != Document.settled_minor
DECIDED = and_(Document.validated_at.is_not(None), Document.trashed_at.is_(None))


LAST_DAY: ColumnElement[date] = literal_column("'9999-12-31'", Date)
"""Written out, not a parameter: only so is an index on the expression found."""
ORDERS = {
    "date": Order(func.coalesce(Document.issue_date, LAST_DAY), date.fromisoformat),
    "due": Order(func.coalesce(Document.due_date, LAST_DAY), date.fromisoformat),
    "amount": Order(func.coalesce(Document.gross_minor, 0), whole),
    "arrival": Order(Document.id, whole),
}
"""By which a list may stand; with a minus sign the largest or latest comes first; an unknown day counts as the last."""
USUAL = "-date"


def order_of(said: str | None) -> tuple[str, Order]:
    """The order the address asks for."""
    said = said if said and said.removeprefix("-") in ORDERS else USUAL
    return said, replace(ORDERS[said.removeprefix("-")], is_descending=said.startswith("-"))


LISTS = {"all": _("All"), "outstanding": _("Outstanding invoices"), "credits": _("Available credit notes")}


class Tab(StrEnum):
    """The lists there are: two of what is open, and one a status."""

    ALL = "all"
    OUTSTANDING = "outstanding"
    CREDITS = "credits"
    READING = "reading"
    UNREADABLE = "unreadable"
    TO_PROCESS = "to_process"
    TO_APPROVE = "to_approve"
    TO_MATCH = "to_match"
    TO_PAY = "to_pay"
    VALIDATED = "validated"

    @property
    def label(self) -> Any:
        return LISTS.get(self.value) or Status(self.value).label

    @property
    def is_kept(self) -> bool:
        """Shown even while it is empty."""
        return self not in {Tab.READING, Tab.UNREADABLE, Tab.TO_APPROVE}

    def test(self) -> ColumnElement[bool]:
        """What is in it."""
        if self is Tab.ALL:
            return Document.trashed_at.is_(None)
        if self is Tab.OUTSTANDING:
            return and_(DECIDED, OPEN, Document.kind == Kind.INVOICE)
        if self is Tab.CREDITS:
            return and_(DECIDED, OPEN, Document.kind == Kind.CREDIT_NOTE)
        return Document.status == Status(self.value)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; each stands in the address."""

    tab: Tab = Tab.ALL
    q: str = ""
    direction: Direction | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    counterparty: int | None = None
    late: bool = False
    twins: bool = False

    @classmethod
    def from_address(cls, said: Any) -> Wanted:
        """What the address says; what makes no sense is left out."""
        return cls(
            tab=_member(Tab, said.get("tab")) or Tab.ALL,
            q=" ".join(said.get("q", "").replace("\0", " ").split())[:200],
            direction=_member(Direction, said.get("direction")),
            kind=_member(Kind, said.get("kind")),
            since=_day(said.get("since")),
            until=_day(said.get("until")),
            counterparty=said.get("counterparty", type=row_id),
            late=said.get("late") == "yes",
            twins=said.get("twins") == "yes",
        )

    def in_address(self) -> dict[str, str]:
        """As it stands there; what is not asked for does not."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        plain = {name: "yes" if value is True else str(value) for name, value in values.items() if value}
        return {name: value for name, value in plain.items() if (name, value) != ("tab", Tab.ALL.value)}


def _member(words: type[StrEnum], said: str | None) -> Any:
    return words(said) if said in set(words) else None


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None


def visible(user: User, company: Company, wanted: Wanted, today: date) -> Select[tuple[Document]]:
    """The documents of the company that `user` may see and that are wanted, whatever the tab."""
    query = Document.visible_to(user).where(Document.company_id == company.id)
    return query.where(*_tests(wanted, company, today))


def _tests(wanted: Wanted, company: Company, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.direction:
        yield Document.direction == wanted.direction
    if wanted.kind:
        yield Document.kind == wanted.kind
    if wanted.since:
        yield Document.issue_date >= wanted.since
    if wanted.until:
        yield Document.issue_date <= wanted.until
    if wanted.counterparty:
        yield Document.counterparty_id == wanted.counterparty
    if wanted.late:
        yield and_(Document.due_date < today, OPEN)
    if wanted.twins:
        yield twins.has_living_twin()
    if wanted.q:
        yield matches(wanted.q)


def matches(words: str) -> ColumnElement[bool]:
    """Number, label, counterparty or amount: every word is found somewhere, or all of them are one amount."""
    found = and_(*(_has(word) for word in words.split()[:MOST_WORDS]))
    amount = money.parse_amount(words)
    if amount is None:
        return found
    return or_(found, *_is_amount(abs(amount)))


def _is_amount(amount: Decimal) -> Iterator[ColumnElement[bool]]:
    """Gross or net, in the document's own currency, whatever its decimals."""
    columns = (func.abs(Document.gross_minor), func.abs(Document.net_minor))
    for currencies in money.BY_DECIMALS.values():
        minor = money.to_minor(amount, currencies[0])
        if money.from_minor(minor, currencies[0]) == amount:
            yield and_(or_(*(column == minor for column in columns)), Document.currency.in_(currencies))
    minor = money.to_minor(amount, "EUR")
    others = [code for codes in money.BY_DECIMALS.values() for code in codes]
    yield and_(or_(*(column == minor for column in columns)), Document.currency.not_in(others))


def _has(word: str) -> ColumnElement[bool]:
    part, key = f"%{escaped(word)}%", key_of(word)
    columns = (Document.label, Document.number, Document.counterparty_name)
    places = [column.ilike(part, escape="\\") for column in columns]
    places.append(Document.counterparty.has(Counterparty.name.ilike(part, escape="\\")))
    if key:
        places.append(Document.number_key.contains(key, autoescape=True))
    return or_(*places)


def counts(user: User, company: Company, wanted: Wanted, today: date) -> dict[Tab, int]:
    """How many are in each tab, by one query; from `MANY` on nobody counts them."""
    if replace(wanted, tab=Tab.ALL) == Wanted() and allowed(user, Permission.SEE_ALL, company.id):
        found = db.session.execute(_counting_all(), {"company_id": company.id})
    else:
        found = db.session.execute(_counting(visible(user, company, wanted, today)))
    return dict(zip(Tab, found.one(), strict=True))


@cache
def _counting_all() -> Select[Any]:
    """For the list of every day: made once, as putting it together takes longer than its answer."""
    return _counting(select(Document).where(Document.company_id == bindparam("company_id")))


def _counting(among: Select[tuple[Document]]) -> Select[Any]:
    some = [among.where(tab.test()).with_only_columns(Document.id).limit(MANY).subquery() for tab in Tab]
    return select(*(select(func.count()).select_from(each).scalar_subquery() for each in some))
