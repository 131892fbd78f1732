"""What is to be done for customers by whom: the lists of actions, in the sight of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from flask import g, has_request_context
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from app.core import clock
from app.documents.models import Document
from app.documents.wanted import OPEN
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.customer_models import Reply
from app.dunning.models import Channel
from app.extensions import db
from app.users import glance
from app.users.models import Company, User
from app.web import keyset
from app.web.ids import row_id

CAME_BACK = ("bounced", "letter_proposed")
"""Reasons of what could not be delivered, as keys."""


class Tab(StrEnum):
    """The lists there are."""

    BILLING = "billing"
    REMINDERS = "reminders"
    ALL = "all"

    @property
    def label(self) -> Any:
        return {"billing": _("Billing"), "reminders": _("Reminders"), "all": _("All actions")}[self.value]

    @property
    def order(self) -> keyset.Order:
        """What is due first first; of all of them the newest first."""
        if self is Tab.ALL:
            return keyset.Order(Action.id, keyset.whole)
        return keyset.Order(Action.due_at, keyset.moment, is_descending=False)

    def test(self) -> ColumnElement[bool]:
        """What is in it."""
        if self is Tab.ALL:
            return Action.id.is_not(None)
        kind = ActionKind.SENDING if self is Tab.BILLING else ActionKind.REMINDER
        return and_(Action.state == ActionState.TO_DO, Action.kind == kind)


@dataclass(frozen=True)
class Sought:
    """What is looked for; each stands in the address."""

    tab: Tab = Tab.BILLING
    others: bool = False
    """Also what is somebody else's."""
    state: ActionState | None = None
    kind: ActionKind | None = None
    channel: Channel | None = None
    owner: int | None = None
    """0: nobody."""
    counterparty: int | None = None
    broken: bool = False
    """Its customer promised to pay by a day that is past."""
    bounced: bool = False
    """A person's, because it came back."""

    @classmethod
    def from_address(cls, said: Any) -> Sought:
        """What the address says; what makes no sense is left out."""
        among = lambda words, name: next((each for each in words if each.value == said.get(name)), None)  # noqa: E731
        return cls(
            tab=among(Tab, "tab") or Tab.BILLING,
            others=said.get("others") == "yes",
            state=among(ActionState, "state"),
            kind=among(ActionKind, "kind"),
            channel=among(Channel, "channel"),
            owner=0 if said.get("owner") == "0" else said.get("owner", None, row_id),
            counterparty=said.get("counterparty", None, row_id),
            broken=said.get("broken") == "yes",
            bounced=said.get("bounced") == "yes",
        )

    def in_address(self, **other: Any) -> dict[str, Any]:
        """As the address says it; what is usual is left out."""
        named = replace(self, **other)
        words = {name: each.value if (each := getattr(named, name)) else None for name in ("state", "kind", "channel")}
        told = {"tab": None if named.tab is Tab.BILLING else named.tab.value, "owner": named.owner}
        told |= {name: "yes" if getattr(named, name) else None for name in ("others", "broken", "bounced")}
        return told | words | {"counterparty": named.counterparty}

    def of(self, tab: Tab) -> Sought:
        """The same in another tab: what only the old one asks is left out."""
        return Sought(tab, self.others, channel=self.channel, owner=self.owner, counterparty=self.counterparty)

    @property
    def is_narrowed(self) -> bool:
        """Is it more than a tab?"""
        return self != Sought(tab=self.tab, others=self.others)


def at(user: User, company: Company) -> Select[tuple[Action]]:
    """All actions of the company that this person may know of."""
    return Action.visible_to(user).where(Action.company_id == company.id)


def is_mine(user: User) -> ColumnElement[bool]:
    """Is it this person's, or nobody's in particular?"""
    return or_(Action.owner_id == user.id, Action.owner_id.is_(None))


def wanted(user: User, company: Company, sought: Sought, *, of_tab: bool = True) -> Select[tuple[Action]]:
    """The actions somebody may see and looks for; to-do lists begin with their own (SPEC DN-2)."""
    query = at(user, company)
    facts = {"state": sought.state, "kind": sought.kind, "channel": sought.channel}
    for name, value in (facts | {"counterparty_id": sought.counterparty}).items():
        query = query.where(getattr(Action, name) == value) if value else query
    if sought.owner is not None:
        query = query.where(Action.owner_id == sought.owner if sought.owner else Action.owner_id.is_(None))
    if sought.broken:
        query = query.where(_has_broken_promise(clock.today(company)))
    if sought.bounced:
        query = query.where(Action.reason["key"].as_string().in_(CAME_BACK))
    if not of_tab:
        return query
    own = sought.tab is not Tab.ALL and not sought.others and sought.owner is None
    return query.where(sought.tab.test(), *([is_mine(user)] if own else []))


def _has_broken_promise(today: date) -> ColumnElement[bool]:
    late = select(ActionDocument.action_id).join(ActionDocument.document)
    late = late.where(Document.promised_date < today, OPEN)
    return Action.id.in_(late)


def counts(user: User, company: Company, sought: Sought) -> tuple[dict[Tab, int], int]:
    """How many of what is looked for stand in the to-do lists, and how many of them are somebody else's."""
    own = is_mine(user) if not sought.others and sought.owner is None else Action.id.is_not(None)
    query = wanted(user, company, sought.of(sought.tab), of_tab=False).where(Action.state == ActionState.TO_DO)
    tabs = (Tab.BILLING, Tab.REMINDERS)
    sums = [func.count().filter(tab.test(), own) for tab in tabs]
    theirs = func.count().filter(sought.tab.test(), ~is_mine(user))
    *found, others = db.session.execute(query.with_only_columns(*sums, theirs)).one()
    return dict(zip(tabs, found, strict=True)), others


def unread_of(user: User, company: Company) -> Select[tuple[Reply]]:
    """Answers of customers that nobody read yet."""
    return Reply.visible_to(user).where(Reply.company_id == company.id, Reply.read_at.is_(None))


def unread(user: User, company: Company) -> int:
    """How many there are."""
    return waiting(user, company).replies


def bounced() -> Sought:
    """What came back and is to do, whoever's it is."""
    return Sought(Tab.ALL, state=ActionState.TO_DO, bounced=True)


glance.QUESTIONS["to_do"] = or_(
    exists().where(Action.company_id == glance.COMPANY, Action.state == ActionState.TO_DO),
    exists().where(Reply.company_id == glance.COMPANY, Reply.read_at.is_(None)),
)


class Waiting(NamedTuple):
    """How much waits for somebody: of the lists their own and nobody's, and what came back whoever's it is."""

    billing: int = 0
    reminders: int = 0
    bounced: int = 0
    replies: int = 0


def waiting(user: User, company: Company) -> Waiting:
    """For the sidebar and Home: one query for each page."""
    if not has_request_context():
        return _waiting(user, company)
    if g.get("to_do_of") != (user.id, company.id):
        g.to_do_of, g.to_do = (user.id, company.id), _waiting(user, company)
    return g.to_do


def _waiting(user: User, company: Company) -> Waiting:
    if not glance.shows("to_do", company=company):
        return Waiting()
    own = [func.count().filter(tab.test(), is_mine(user)) for tab in (Tab.BILLING, Tab.REMINDERS)]
    back = func.count().filter(Action.reason["key"].as_string().in_(CAME_BACK))
    replies = unread_of(user, company).with_only_columns(func.count(Reply.id)).scalar_subquery()
    query = at(user, company).where(Action.state == ActionState.TO_DO)
    return Waiting._make(db.session.execute(query.with_only_columns(*own, back, replies)).one())


def count(user: User, company: Company | None) -> int:
    """How much waits for this person there, for the sidebar: actions, and answers nobody read."""
    found = waiting(user, company) if company else Waiting()
    return found.billing + found.reminders + found.replies


def places(user: User, company: Company, tab: Tab) -> list[int]:
    """This person's actions of one to-do list, in its order."""
    query = wanted(user, company, Sought(tab)).order_by(Action.due_at, Action.id)
    return list(db.session.scalars(query.with_only_columns(Action.id)))
