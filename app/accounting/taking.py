"""What of a period goes with a download and what does not, counted before anything is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, select
from sqlalchemy.orm import joinedload

from app.accounting.asked import Asked
from app.accounting.facturx_models import FacturxCopy
from app.accounting.kinds import ConnectionKind, Journal
from app.accounting.lacking import Lack, has_no_account, why_not
from app.accounting.selecting import JOURNALS
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User

FEW = 5
"""So many of each kind are shown."""
SECONDS_EACH = 0.3
"""About so long takes the making of one Factur-X."""


@dataclass
class Preview:
    """How many go, by journal; how many do not, by reason, with the first few of them."""

    by_journal: dict[Journal, int] = field(default_factory=dict)
    lacking: dict[Lack, int] = field(default_factory=dict)
    few: dict[Lack, list[Document]] = field(default_factory=dict)
    unaccounted: list[Document] = field(default_factory=list)
    """The first few of those that are booked where things wait."""
    unaccounted_count: int = 0
    to_make: int = 0
    """Those whose Factur-X may have to be made first."""

    @property
    def going(self) -> int:
        """How many go."""
        return sum(self.by_journal.values())

    @property
    def missing(self) -> int:
        """How many of the period do not."""
        return sum(self.lacking.values())

    @property
    def minutes(self) -> int:
        """About how long it takes to make what is to be made."""
        return round(self.to_make * SECONDS_EACH / 60)


def preview(user: User, company: Company, asked: Asked) -> Preview:
    """What the page says before the download."""
    found = Preview()
    for why, journal, many in _counts(user, company, asked):
        if why:
            found.lacking[Lack(why)] = found.lacking.get(Lack(why), 0) + many
        else:
            found.by_journal[Journal(journal)] = many
    found.lacking = {each: found.lacking[each] for each in Lack if each in found.lacking}
    found.few = {each: _few(lacking(user, company, asked, each)) for each in found.lacking}
    going_now = going(user, company, asked)
    if asked.kind is ConnectionKind.ENTRIES:
        waiting = going_now.where(has_no_account())
        found.unaccounted_count, found.unaccounted = count(waiting), _few(waiting)
    elif asked.connection.shares:
        found.to_make = count(going_now.where(~exists().where(FacturxCopy.document_id == Document.id)))
    return found


def going(user: User, company: Company, asked: Asked) -> Select[tuple[Document]]:
    """Those of the period that go."""
    return _because(user, company, asked, "")


def lacking(user: User, company: Company, asked: Asked, lack: Lack) -> Select[tuple[Document]]:
    """Those of the period that stay away for this reason."""
    return _because(user, company, asked, lack.value)


def with_reason(user: User, company: Company, asked: Asked) -> Select[tuple[Document, str]]:
    """Every document of the period with what keeps it out; empty where it goes."""
    return asked.documents(user, company).add_columns(why_not(asked.kind, company).label("why"))


def ids(query: Select[tuple[Document, str]]) -> list[int]:
    """Theirs, in order of their days.

    Written down once: whatever happens while they are taken, each is in what is made or said to be missing.
    """
    ordered = query.order_by(Document.issue_date, Document.id)
    return list(db.session.scalars(ordered.with_only_columns(Document.id)))


def _because(user: User, company: Company, asked: Asked, why: str) -> Select[tuple[Document]]:
    return asked.documents(user, company).where(why_not(asked.kind, company) == why)


def _counts(user: User, company: Company, asked: Asked) -> list[Any]:
    """Reason, journal, how many."""
    journal = case(*((test, literal(each.value)) for each, test in JOURNALS.items()), else_=literal(""))
    columns = (why_not(asked.kind, company).label("why"), journal.label("journal"))
    each = asked.documents(user, company).with_only_columns(*columns).subquery()
    by = (each.c.why, each.c.journal)
    return list(db.session.execute(select(*by, func.count()).group_by(*by)))


def _few(query: Select[tuple[Document]]) -> list[Document]:
    query = query.options(joinedload(Document.counterparty)).order_by(Document.issue_date, Document.id).limit(FEW)
    return list(db.session.scalars(query))


def count(query: Select[tuple[Document]]) -> int:
    """How many they are."""
    return db.session.scalar(query.with_only_columns(func.count(Document.id))) or 0
