"""The queue of what waits to be checked: oldest first, and what comes after what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, or_, select

from app.counterparties.models import Counterparty
from app.documents import twins
from app.documents.models import Direction, Document, Status
from app.documents.search import MANY
from app.extensions import db
from app.users.models import Company, User

WAITING = (Status.TO_PROCESS, Status.UNREADABLE)
"""What a person can work on."""
QUEUE = (Status.TO_PROCESS, Status.UNREADABLE, Status.READING)


@dataclass(frozen=True)
class Filters:
    """What of the queue is looked at; each stands in the page's address."""

    status: Status | None = None
    direction: Direction | None = None
    flagged: bool = False
    words: str = ""
    mine: bool = False
    """Only what the person is in charge of."""

    @classmethod
    def from_address(cls, said: Any) -> Filters:
        """What the address says; what makes no sense is left out."""
        return cls(
            status=Status(said["status"]) if said.get("status") in {each.value for each in QUEUE} else None,
            direction=Direction(said["direction"]) if said.get("direction") in set(Direction) else None,
            flagged=said.get("flagged") == "yes",
            mine=said.get("mine") == "yes",
            words=said.get("q", "").strip()[:100],
        )

    def apply(self, query: Select, user: User) -> Select:
        """The query with these filters, but for the status."""
        if self.mine:
            query = query.where(Document.assignee_id == user.id)
        if self.direction:
            query = query.where(Document.direction == self.direction)
        if self.flagged:
            query = query.where(or_(Document.flags != [], Document.unsure != [], twins.has_living_twin()))
        if self.words:
            named = Document.counterparty.has(Counterparty.name.icontains(self.words, autoescape=True))
            texts = (Document.number, Document.label)
            query = query.where(or_(named, *(text.icontains(self.words, autoescape=True) for text in texts)))
        return query


def waiting(user: User, company: Company, statuses: tuple[Status, ...] = QUEUE) -> Select[tuple[Document]]:
    """The documents of the company's queue that `user` sees, oldest first."""
    mine = Document.visible_to(user).where(Document.company_id == company.id, Document.status.in_(statuses))
    return mine.order_by(Document.id)


def with_twins(documents: list[Document]) -> set[int]:
    """Which of them seem to be there already."""
    ids = [each.id for each in documents]
    return set(db.session.scalars(select(Document.id).where(Document.id.in_(ids), twins.has_living_twin())))


def counts(user: User, company: Company, filters: Filters) -> dict[Status, int]:
    """How many wait in each status."""
    mine = filters.apply(waiting(user, company), user).order_by(None)
    found = dict(
        db.session.execute(mine.with_only_columns(Document.status, func.count()).group_by(Document.status)).all()
    )
    return {status: found.get(status, 0) for status in QUEUE}


def following(user: User, company: Company, document: Document | None = None) -> Document | None:
    """What to check next: the oldest after `document`, then the oldest of all; unreadable ones at the end."""
    for status in WAITING:
        query = waiting(user, company, (status,)).limit(1)
        for where in [Document.id > document.id, Document.id < document.id] if document else [True]:
            if found := db.session.scalar(query.where(where)):
                return found
    return None


class Place(NamedTuple):
    """Where a document stands among those that wait; the ones beside it, to leaf through without deciding."""

    place: int
    count: int
    previous: int | None
    following: int | None


def place(user: User, document: Document) -> Place:
    """Which it is, of how many, and the ids of those beside it."""
    each, here = Document.id, document.id
    found = (
        func.count(case((each <= here, 1))), func.count(),
        func.max(case((each < here, each))), func.min(case((each > here, each))),
    )  # fmt: skip
    mine = waiting(user, document.company, WAITING).order_by(None)
    return Place(*db.session.execute(mine.with_only_columns(*found)).one())


def waiting_count(user: User, company: Company | None) -> int:
    """How many wait for a person, for the sidebar; from `MANY` on nobody counts them."""
    if company is None:
        return 0
    mine = waiting(user, company, WAITING).order_by(None).with_only_columns(Document.id).limit(MANY)
    return db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
