"""What somebody asks to take to the accountant: of which days and journals, as files or as entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select, true

from app.accounting.connections import visible_to
from app.accounting.kinds import ConnectionKind, Journal
from app.accounting.models import Connection, Sharing
from app.accounting.selecting import JOURNALS
from app.core import clock
from app.documents import period
from app.documents.models import Document
from app.documents.period import Period
from app.extensions import db
from app.users.models import Company, User
from app.web.ids import row_id

DOWNLOADS = (ConnectionKind.ZIP, ConnectionKind.ENTRIES)
USUAL_PERIOD = "last_month"


@dataclass(frozen=True)
class Asked:
    """What stands in the address of the page, and again in its button."""

    way: str
    """`zip`, `entries`, or the number of a connection."""
    connection: Connection
    """A copy that no transaction holds."""
    period: Period
    journals: tuple[Journal, ...]

    @property
    def kind(self) -> ConnectionKind:
        return self.connection.kind

    @property
    def in_address(self) -> dict[str, Any]:
        """The same as it stands there."""
        days = self.period.as_filter if self.period.name == "dates" else {}
        return {"way": self.way, "period": self.period.name, "journal": list(self.journals)} | days

    def documents(self, user: User, company: Company) -> Select[tuple[Document]]:
        """All of its journals that the person may see and that belong to the period, or may: some have no day yet."""
        query = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_(None))
        is_of_it = or_(Document.issue_date.is_(None), and_(true(), *self.period.issued()))
        return query.where(is_of_it, or_(*(JOURNALS[each] for each in self.journals)))


def from_address(user: User, company: Company, said: Any) -> Asked:
    """What the address asks for; what makes no sense is as usual: a ZIP, of last month, of all journals."""
    way = said.get("way", "")
    found = _connection(user, company, way)
    if found is None:
        way = way if way in DOWNLOADS else DOWNLOADS[0].value
    connection = _copied(found) if found else as_usual(ConnectionKind(way))
    wanted = _period(said, clock.today(company))
    journals = tuple(each for each in Journal if each.value in said.getlist("journal"))
    return Asked(way, connection, wanted, journals or tuple(Journal))


def _period(said: Any, today: date) -> Period:
    """The period that was chosen; days that were typed while the one shown stayed chosen are meant."""
    found = period.from_address(said, today, USUAL_PERIOD)
    days = {name: said.get(name) for name in ("since", "until")}
    typed = period.from_address(days | {"period": "dates"}, today, found.name)
    is_meant = said.get("shown") == found.name and typed.as_filter not in ({}, found.as_filter)
    return typed if is_meant else found


def as_usual(kind: ConnectionKind) -> Connection:
    """What a connection of this kind is before anybody changes it: Factur-X where one can be made, the usual codes."""
    return Connection(name="", kind=kind, shares=True, adds_original=False, adds_xml=False, codes={})


def ways(user: User, company: Company) -> list[tuple[str, Any]]:
    """What there is to choose from, with its name."""
    usual = [(each.value, each.label) for each in DOWNLOADS]
    return [*usual, *((str(each.id), each.name) for each in db.session.scalars(connections(user, company)))]


def connections(user: User, company: Company) -> Select[tuple[Connection]]:
    """Those that are downloaded by, among what the person may know of; the one that the company chose for everybody."""
    known = visible_to(user).order_by(None).with_only_columns(Connection.id)
    chosen = select(Sharing.connection_id).where(Sharing.company_id == company.id)
    query = select(Connection).where(or_(Connection.id.in_(known), Connection.id.in_(chosen)))
    query = query.where(Connection.kind.in_(DOWNLOADS), Connection.archived_at.is_(None))
    return query.order_by(Connection.name, Connection.id)


def _connection(user: User, company: Company, way: str) -> Connection | None:
    try:
        query = connections(user, company).where(Connection.id == row_id(way))
    except ValueError:
        return None
    return db.session.scalar(query)


def _copied(connection: Connection) -> Connection:
    """One that outlives the request."""
    names = ("name", "kind", "shares", "adds_original", "adds_xml")
    return Connection(**{name: getattr(connection, name) for name in names}, codes=dict(connection.codes or {}))
