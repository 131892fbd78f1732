"""The lists of approvals: what waits for me, what I decided, what I handed on, all that wait."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.approval import colleagues, waiting
from app.approval.handings import Handing
from app.approval.models import Approval, ApprovalStep, Decision, Seat
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents import paying_to
from app.documents.models import Document
from app.documents.showing import counted, with_names
from app.extensions import db
from app.users.models import Company, User
from app.web import keyset
from app.web.access import Permission, allowed

ROWS = 100
"""Whoever decides about many sees them on one page."""


class Tab(StrEnum):
    """What is looked at."""

    MINE = "mine"
    DECIDED = "decided"
    HANDED = "handed"
    ALL = "all"

    @property
    def label(self) -> Any:
        """What it is called."""
        words = {
            "mine": _("For me"),
            "decided": _("Decided by me"),
            "handed": _("Handed on"),
            "all": _("All that wait"),
        }
        return words[self.value]

    def url(self, **where: str) -> str:
        """Its page."""
        return url_for("approval.index", tab=None if self is Tab.MINE else self.value, **where)


WAITING = (Tab.MINE, Tab.ALL)
"""What is still to be decided: there a doubt about the account is as loud as on its page."""


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of one of the lists."""
    is_admin = allowed(user, Permission.ADMINISTER, company.id)
    offered = [tab for tab in Tab if tab is not Tab.ALL or is_admin]
    tab = next((each for each in offered if each.value == said.get("tab")), Tab.MINE)
    query, order, row_id = QUERIES[tab](user, company)
    where = {"before": said.get("before", ""), "after": said.get("after", "")}
    leaf = keyset.leaf(query.order_by(None), order, row_id, most=ROWS, **where)
    rows = [row[0] for row in leaf.rows]
    documents = [seat_of(row).step.approval.document for row in rows]
    with_names(documents)
    return {
        "tab": tab.value,
        "tabs": _tabs(user, company, offered, tab),
        "rows": rows,
        "today": clock.today(company),
        "held": {each.id: found for each in documents if (found := paying_to.held(each))} if tab in WAITING else {},
        "colleagues": [each for each in colleagues.deciders(company) if each.id != user.id] if tab is Tab.MINE else [],
        "pages": {
            "previous_url": tab.url(before=leaf.before) if leaf.before else None,
            "next_url": tab.url(after=leaf.after) if leaf.after else None,
        },
    }


def seat_of(row: Seat | Decision | Handing) -> Seat:
    """The seat that a line is about."""
    return row if isinstance(row, Seat) else row.seat


def _tabs(user: User, company: Company, offered: list[Tab], here: Tab) -> list[dict[str, Any]]:
    """Handed on is shown only where something is; what was decided is not counted."""
    counts = {tab: _count(QUERIES[tab](user, company)[0]) for tab in offered if tab is not Tab.DECIDED}
    return [
        {
            "label": tab.label,
            "url": tab.url(),
            "count": counted(counts[tab]) if tab in counts else None,
            "active": tab is here,
        }
        for tab in offered
        if tab is not Tab.HANDED or counts[tab] or tab is here
    ]


def _count(query: Select[Any]) -> int:
    ids = query.order_by(None).with_only_columns(Seat.id, maintain_column_froms=True)
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0


SINCE = func.coalesce(Seat.asked_at, ApprovalStep.opened_at)
Listed = tuple[Select[Any], keyset.Order, Any]


def _mine(user: User, company: Company) -> Listed:
    whole = (*_around(joinedload(Seat.step)), joinedload(Seat.named))
    return waiting.mine(user, company).options(*whole), _oldest_first(), Seat.id


def _all(user: User, company: Company) -> Listed:
    whole = (*_around(joinedload(Seat.step)), joinedload(Seat.user), joinedload(Seat.named))
    return waiting.at(user, company).options(*whole), _oldest_first(), Seat.id


def _decided(user: User, company: Company) -> Listed:
    query = select(Decision).join(Decision.seat).join(Seat.step).join(ApprovalStep.approval)
    query = query.where(Decision.by_id == user.id, Decision.undone_at.is_(None), _seen(user, company))
    return (
        query.options(*_around(joinedload(Decision.seat).joinedload(Seat.step))),
        _newest_first(Decision.at),
        Decision.id,
    )


def _handed(user: User, company: Company) -> Listed:
    query = Handing.given_by(user).where(_seen(user, company))
    whole = (*_around(joinedload(Handing.seat).joinedload(Seat.step)), joinedload(Handing.taker))
    return query.options(*whole), _newest_first(Handing.at), Handing.id


def _seen(user: User, company: Company) -> Any:
    documents = Document.visible_to(user).where(Document.company_id == company.id)
    return Approval.document_id.in_(documents.with_only_columns(Document.id))


def _around(step: Any) -> tuple[Any, ...]:
    """All that a line shows of the document."""
    document = step.joinedload(ApprovalStep.approval).joinedload(Approval.document)
    party = document.joinedload(Document.counterparty)
    return party, party.selectinload(Counterparty.ibans), document.joinedload(Document.validated_by)


def _oldest_first() -> keyset.Order:
    return keyset.Order(SINCE, keyset.moment, is_descending=False)


def _newest_first(value: Any) -> keyset.Order:
    return keyset.Order(value, keyset.moment)


QUERIES: dict[Tab, Callable[[User, Company], Listed]] = {
    Tab.MINE: _mine,
    Tab.DECIDED: _decided,
    Tab.HANDED: _handed,
    Tab.ALL: _all,
}
