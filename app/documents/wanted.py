"""What a list is asked for: its tab, and filters that each stand in the address."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_

from app.core import money
from app.documents.models import Direction, Document, Kind, Status
from app.web.ids import row_id

OPEN = Document.gross_minor != Document.settled_minor
DECIDED = and_(Document.validated_at.is_not(None), Document.trashed_at.is_(None))
UNSENT = and_(Document.to_send_at.is_not(None), Document.sent_at.is_(None))
"""*To send*: no figure counts it yet (SPEC SE-2)."""
UNPAID = [status for status in Status if status not in {Status.VALIDATED, Status.TRASH}]
"""Whatever is open has one of these."""
YES, WITHOUT = "yes", "none"
MOST_MONEY = 10**14
"""Beyond that no column holds the minor units."""
LISTS = {
    "all": _("All"),
    "outstanding": _("Outstanding invoices"),
    "credits": _("Available credit notes"),
    "to_send": _("To send"),
}


class Tab(StrEnum):
    """The lists there are: two of what is open, one of what is to send, and one a status."""

    ALL = "all"
    OUTSTANDING = "outstanding"
    CREDITS = "credits"
    READING = "reading"
    UNREADABLE = "unreadable"
    TO_PROCESS = "to_process"
    TO_APPROVE = "to_approve"
    TO_SEND = "to_send"
    TO_MATCH = "to_match"
    TO_PAY = "to_pay"
    VALIDATED = "validated"

    @property
    def label(self) -> Any:
        return LISTS.get(self.value) or Status(self.value).label

    @property
    def is_kept(self) -> bool:
        """Shown even while it is empty."""
        return self not in {Tab.READING, Tab.UNREADABLE, Tab.TO_APPROVE, Tab.TO_SEND}

    @property
    def is_decided(self) -> bool:
        """Is everything in it validated?"""
        return self in {Tab.OUTSTANDING, Tab.CREDITS, Tab.TO_APPROVE, Tab.TO_MATCH, Tab.TO_PAY, Tab.VALIDATED}

    def test(self) -> ColumnElement[bool]:
        """What is in it."""
        if self is Tab.ALL:
            return Document.trashed_at.is_(None)
        if self is Tab.OUTSTANDING:
            return and_(DECIDED, OPEN, Document.kind == Kind.INVOICE, ~UNSENT)
        if self is Tab.CREDITS:
            return and_(DECIDED, OPEN, Document.kind == Kind.CREDIT_NOTE)
        if self is Tab.TO_SEND:
            return and_(UNSENT, Document.trashed_at.is_(None))
        return and_(Document.trashed_at.is_(None), Document.status == Status(self.value))

    def alone(self) -> ColumnElement[bool]:
        """The same where nothing else is asked: what is in the trash has a status of its own."""
        return Document.status == Status(self.value) if self.value in set(Status) else self.test()

    def by_status(self) -> ColumnElement[bool]:
        """The same, for an index of somebody's counterparties that knows each document's status."""
        is_open = self in {Tab.OUTSTANDING, Tab.CREDITS}
        return and_(self.test(), Document.status.in_(UNPAID)) if is_open else self.alone()


@dataclass(frozen=True)
class Wanted:
    """What is looked for; each stands in the address."""

    tab: Tab = Tab.ALL
    q: str = ""
    direction: Direction | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    due_since: date | None = None
    due_until: date | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    counterparty: int | None = None
    party: str = ""
    """A counterparty by its name, as somebody typed it."""
    category: int | None = None
    """0: those without one; so with the next two."""
    tag: int | None = None
    assignee: int | None = None
    source: str = ""
    late: bool = False
    disputed: bool = False
    broken: bool = False
    """Promised for a day that is past, and open still (SPEC DN-1)."""
    twins: bool = False
    fileless: bool = False
    currency: str = ""
    counted: bool = False
    """What figures count: see `documents.counted`."""
    paid_late: bool = False
    open: bool = False

    @classmethod
    def from_address(cls, said: Any) -> Wanted:
        """What the address says; what makes no sense is left out."""
        return cls(
            tab=_member(Tab, said.get("tab")) or Tab.ALL,
            q=words_in(said),
            direction=_member(Direction, said.get("direction")),
            kind=_member(Kind, said.get("kind")),
            since=_day(said.get("since")),
            until=_day(said.get("until")),
            due_since=_day(said.get("due_since")),
            due_until=_day(said.get("due_until")),
            at_least=_amount(said.get("at_least")),
            at_most=_amount(said.get("at_most")),
            counterparty=said.get("counterparty", type=row_id),
            party=words_in(said, "party"),
            category=_chosen(said.get("category")),
            tag=_chosen(said.get("tag")),
            assignee=_chosen(said.get("assignee")),
            source=said.get("source", "") if said.get("source", "").isidentifier() else "",
            late=said.get("late") == YES,
            disputed=said.get("disputed") == YES,
            broken=said.get("broken") == YES,
            twins=said.get("twins") == YES,
            fileless=said.get("fileless") == YES,
            currency=_code(said.get("currency", "")),
            counted=said.get("counted") == YES,
            paid_late=said.get("paid_late") == YES,
            open=said.get("open") == YES,
        )

    def in_address(self) -> dict[str, str]:
        """As it stands there; what is not asked for does not."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        asked = {name: value for name, value in values.items() if value not in (None, "", False) or _is_zero(value)}
        return {name: _written(value) for name, value in asked.items() if (name, value) != ("tab", Tab.ALL)}

    @property
    def is_filtered(self) -> bool:
        """Is anything asked for beside the tab?"""
        return replace(self, tab=Tab.ALL) != Wanted()

    def unfiltered(self) -> dict[str, Any]:
        """What takes every filter off, for a link of the list."""
        return {each.name: each.default for each in fields(self) if each.name != "tab"}


def words_in(said: Any, name: str = "q") -> str:
    """What was typed into the box, as far as anybody would type."""
    return " ".join(said.get(name, "").replace("\0", " ").split())[:200]


def _is_zero(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value == 0


def _written(value: Any) -> str:
    if value is True:
        return YES
    return WITHOUT if _is_zero(value) else str(value)


def _member(words: type[StrEnum], said: str | None) -> Any:
    return words(said) if said in set(words) else None


def _chosen(said: str | None) -> int | None:
    """The id of a row, or 0 for none of them."""
    try:
        return 0 if said == WITHOUT else row_id(said) if said else None
    except ValueError:
        return None


def _code(said: str) -> str:
    return said.upper() if len(said) == 3 and said.isascii() and said.isalpha() else ""


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None


def _amount(said: str | None) -> Decimal | None:
    amount = money.parse_amount(said) if said else None
    return amount if amount is not None and abs(amount) < MOST_MONEY else None
