"""What the lists of actions show, gathered with few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.counterparties.models import Counterparty
from app.documents.showing import counted
from app.dunning import saying, todo
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.models import Channel
from app.dunning.todo import Sought, Tab
from app.extensions import db
from app.users.models import Company, Membership, User
from app.web import keyset

WHOLE = (
    joinedload(Action.counterparty),
    joinedload(Action.owner),
    selectinload(Action.covers).joinedload(ActionDocument.document),
)
"""All that a line shows of an action."""


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    action: Action
    what: str
    total: str
    reason: str


def rows(user: User, actions: list[Action]) -> list[Row]:
    """Each action as a line shows it."""
    seen = saying.visible(user, actions)
    return [_row(action, seen[action.id]) for action in actions]


def _row(action: Action, covered: list[ActionDocument]) -> Row:
    total = saying.total(action, covered)
    return Row(action, saying.what(action, covered), total, saying.why(action))


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of a list, its tabs and its filters."""
    sought = Sought.from_address(said)
    place = {name: said.get(name, "") for name in ("before", "after")}
    query = todo.wanted(user, company, sought).options(*WHOLE)
    leaf = keyset.leaf(query, sought.tab.order, Action.id, **place)
    link = lambda **at: url_for("dunning.index", **at)  # noqa: E731
    count, others = todo.counts(user, company, sought)
    told = sought.in_address()
    return {
        "rows": rows(user, [row[0] for row in leaf.rows]),
        "sought": sought,
        "others": others,
        "tabs": tabs(user, company, sought.tab.value, sought, count),
        "chips": _chips(user, company, sought),
        "link": lambda **changed: link(**sought.in_address(**changed)),
        "pages": {
            "previous_url": link(**told, before=leaf.before) if leaf.before else None,
            "next_url": link(**told, after=leaf.after) if leaf.after else None,
        },
        "choices": _choices(company),
    }


def _choices(company: Company) -> dict[str, Any]:
    members = select(User).join(Membership).where(Membership.company_id == company.id)
    people = list(db.session.scalars(members.order_by(User.name, User.id)))
    return {"states": list(ActionState), "kinds": list(ActionKind), "channels": list(Channel), "people": people}


def tabs(
    user: User, company: Company, here: str, sought: Sought | None = None, count: dict[Tab, int] | None = None
) -> list[dict[str, Any]]:
    """The tabs of *To do*, also above the lists of answers and letters: `here` is the one looked at."""
    sought = sought or Sought()
    count = todo.counts(user, company, sought)[0] if count is None else count
    lists = {tab: _tab(tab, sought, count.get(tab), here) for tab in Tab}
    beside = {
        "replies": ("dunning.replies", _("Replies"), todo.unread),
        "letters": ("channels.letters", _("Letters"), lambda _user, _company: None),
    }
    others = [
        {"label": label, "url": url_for(endpoint), "count": waiting(user, company), "active": name == here}
        for name, (endpoint, label, waiting) in beside.items()
        if endpoint in current_app.view_functions
    ]
    return [lists[Tab.BILLING], lists[Tab.REMINDERS], *others, lists[Tab.ALL]]


def _tab(tab: Tab, sought: Sought, count: int | None, here: str) -> dict[str, Any]:
    url = url_for("dunning.index", **sought.of(tab).in_address())
    return {"label": tab.label, "url": url, "count": None if count is None else counted(count), "active": tab == here}


def _chips(user: User, company: Company, sought: Sought) -> list[dict[str, str]]:
    """The filters in force; each can be taken off."""
    said = {
        "state": sought.state and sought.state.label,
        "kind": sought.kind and sought.kind.label,
        "channel": sought.channel and sought.channel.label,
        "owner": _owner(company, sought.owner),
        "counterparty": _customer(user, sought.counterparty),
        "broken": sought.broken and _("Promise not kept"),
        "bounced": sought.bounced and _("Came back"),
    }
    off = {"broken": False, "bounced": False}
    remove = lambda name: url_for("dunning.index", **sought.in_address(**{name: off.get(name)}))  # noqa: E731
    return [{"label": str(label), "remove_url": remove(name)} for name, label in said.items() if label]


def _owner(company: Company, id: int | None) -> str:
    if not id:
        return "" if id is None else _("Nobody’s")
    mine = select(User.name).join(Membership).where(User.id == id, Membership.company_id == company.id)
    name = db.session.scalar(mine)
    return _("Of %(name)s", name=name) if name else _("Of somebody")


def _customer(user: User, id: int | None) -> str:
    if id is None:
        return ""
    found = db.session.scalar(Counterparty.visible_to(user).where(Counterparty.id == id))
    return found.name if found else _("One customer")
