"""What one counterparty owes or is owed, how old that is, and how late it is usually paid (SPEC CP-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from app.analytics.position import DIRECTIONS, age_filters, age_names, age_of
from app.analytics.scope import OPEN_MINOR, asked, signed, total
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.counted import counted
from app.documents.models import Direction, Document
from app.documents.wanted import OPEN
from app.extensions import db
from app.treasury import delays
from app.users.models import User
from app.web import charts

CREDITS, NOT_DUE = 5, 0
"""Places of these among the ages."""


@dataclass
class Share:
    """What one counterparty has part in: its own, or one of its children's."""

    name: str
    ages: list[int] = field(default_factory=lambda: [0] * (CREDITS + 1))
    """Open amounts by how late they are, credit notes last, below zero."""
    weight: int = 0
    paid_minor: int = 0

    @property
    def due_minor(self) -> int:
        """All that is open, less credit notes."""
        return sum(self.ages)

    @property
    def overdue_minor(self) -> int:
        """Invoices past their day."""
        return sum(self.ages[NOT_DUE + 1 : CREDITS])

    @property
    def delay(self) -> Decimal | None:
        """Payment date less due date, in days, weighted by amount."""
        return delays.average(self.weight, self.paid_minor)

    def add(self, other: Share) -> None:
        """Count another one's here, too."""
        self.ages = [mine + its for mine, its in zip(self.ages, other.ages, strict=True)]
        self.weight, self.paid_minor = self.weight + other.weight, self.paid_minor + other.paid_minor


@dataclass
class Position:
    """All of one direction and currency: the counterparty and its children together, and each of them."""

    direction: Direction
    currency: str
    whole: Share
    parts: list[Share]
    ages: list[tuple[str, int, str]]
    """(name, amount, address of its documents), where there is anything."""
    bar: list[tuple[str, float, float]]
    """(name, begins, width) of each age that is not below zero."""

    @property
    def title(self) -> str:
        return _("Amount due by them") if self.direction is Direction.SALE else _("Amount due to them")


def tell(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """What stands of it on its page."""
    return {"positions": of(user, counterparty)}


def of(user: User, counterparty: Counterparty) -> list[Position]:
    """By direction and currency, among what `user` may see; empty where nothing is open and nothing was paid."""
    children = Counterparty.visible_to(user).where(Counterparty.parent_id == counterparty.id)
    family = {counterparty.id: counterparty.name}
    family |= {each.id: each.name for each in db.session.scalars(children.order_by(Counterparty.name))}
    shares = _shares(user, counterparty, family)
    order = lambda key: (DIRECTIONS.index(key[0]), key[1])  # noqa: E731
    return [_position(counterparty, *key, shares[key], family) for key in sorted(shares, key=order)]


Shares = dict[tuple[Direction, str], dict[int, Share]]


def _shares(user: User, counterparty: Counterparty, family: dict[int, str]) -> Shares:
    """By two queries, whatever there is."""
    found: Shares = {}
    by = (Document.direction, Document.currency, Document.counterparty_id)
    at = lambda direction, currency, id: found.setdefault((direction, currency), {}).setdefault(id, Share(family[id]))  # noqa: E731
    mine = _documents(user, counterparty, family)
    age = age_of(clock.today(counterparty.company))
    for *key, place, minor in asked(mine.where(OPEN), total(signed(OPEN_MINOR)), by=(*by, age)):
        at(*key).ages[int(place)] = int(minor)
    for *key, weight, minor in db.session.execute(delays.weights(mine, *by)):
        share = at(*key)
        share.weight, share.paid_minor = int(weight), int(minor)
    return found


def _documents(user: User, counterparty: Counterparty, ids: Iterable[int]) -> Select[Any]:
    query = Document.visible_to(user).where(Document.company_id == counterparty.company_id, counted())
    return query.where(Document.counterparty_id.in_(list(ids)))


def _position(
    counterparty: Counterparty, direction: Direction, currency: str, shares: dict[int, Share], family: dict[int, str]
) -> Position:
    whole = Share(counterparty.name)
    parts = [shares[each] for each in family if each in shares]
    for part in parts:
        whole.add(part)
    links = _links(counterparty, direction, currency) if len(family) == 1 else [""] * (CREDITS + 1)
    named = list(zip(age_names(), whole.ages, links, strict=True))
    spans = charts.shares([max(minor, 0) for minor in whole.ages[:CREDITS]])
    bar = [(name, *span) for (name, _minor, _url), span in zip(named[:CREDITS], spans, strict=True)]
    is_family = len(parts) > 1 or any(part.name != whole.name for part in parts)
    return Position(direction, currency, whole, parts if is_family else [], named, bar)


def _links(counterparty: Counterparty, direction: Direction, currency: str) -> list[str]:
    """The documents of each age."""
    same = {"counterparty": counterparty.id, "direction": direction.value, "currency": currency}
    today = clock.today(counterparty.company)
    return [url_for("documents.index", **same, **filters) for filters in age_filters(today)]
