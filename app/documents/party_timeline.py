"""What happened with a customer or supplier and its documents, from the trail (SPEC CP-2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select

from app.audit import words
from app.audit.models import AuditEntry
from app.counterparties.models import Counterparty
from app.documents import history
from app.documents.history import Line
from app.documents.models import Document
from app.extensions import db
from app.users.models import User

MOST, LATEST = 30, 200
"""So many lines, of so many of its documents."""


@dataclass(frozen=True)
class Kind:
    """Another kind of thing whose acts belong to a counterparty, as far as a person may know of them."""

    ids: Callable[[Counterparty, User], Select[tuple[int]]]
    named: Callable[[User, set[int]], dict[int, tuple[str, str]]]
    """What each is called, and the address of its page."""
    icon: str


kinds: dict[str, Kind] = {}
"""By the name of its table; `pipeline` fills it."""


@dataclass
class Happened:
    """One thing that happened, and with which document, or with what else: its name and address."""

    line: Line
    document: Document | None
    about: tuple[str, str] | None = None


def of(counterparty: Counterparty, user: User) -> list[Happened]:
    """The latest first, of what this person may see: what was changed of it is not told, as it may name others."""
    gone = select(Counterparty.id).where(Counterparty.merged_into_id == counterparty.id)
    ids = [counterparty.id, *db.session.scalars(gone)]
    mine = Document.visible_to(user).where(Document.counterparty_id == counterparty.id)
    documents = mine.with_only_columns(Document.id).order_by(Document.id.desc()).limit(LATEST)
    of_it = and_(AuditEntry.object_type == Counterparty.__tablename__, AuditEntry.object_id.in_(ids))
    of_them = and_(AuditEntry.object_type == Document.__tablename__, AuditEntry.object_id.in_(documents))
    others = [
        and_(AuditEntry.object_type == name, AuditEntry.object_id.in_(kind.ids(counterparty, user)))
        for name, kind in kinds.items()
    ]
    query = select(AuditEntry).where(or_(of_it, of_them, *others)).order_by(AuditEntry.id.desc()).limit(MOST)
    return _told(list(db.session.scalars(query)), user)


def _told(entries: list[AuditEntry], user: User) -> list[Happened]:
    named = _ids(entries, Document.__tablename__)
    documents = {each.id: each for each in db.session.scalars(select(Document).where(Document.id.in_(named)))}
    others = {name: kind.named(user, ids) for name, kind in kinds.items() if (ids := _ids(entries, name))}
    return [_beside(each, others) if each.object_type in kinds else _one(each, documents) for each in entries]


def _ids(entries: list[AuditEntry], object_type: str) -> set[int]:
    return {each.object_id for each in entries if each.object_type == object_type and each.object_id}


def _beside(entry: AuditEntry, others: dict[str, dict[int, tuple[str, str]]]) -> Happened:
    text, icon = str(words.ACTS.get(entry.act, entry.act)), kinds[entry.object_type].icon
    line = Line(entry.at, entry.user_name or "Facteur", text, icon)
    return Happened(line, None, others[entry.object_type].get(entry.object_id or 0))


def _one(entry: AuditEntry, documents: dict[int, Document]) -> Happened:
    document = documents.get(entry.object_id) if entry.object_type == Document.__tablename__ else None
    if document:
        line = history.line_of(entry, document.currency)
        return Happened(Line(line.at, line.who, line.text, line.icon), document)
    text = str(words.ACTS.get(entry.act, entry.act))
    why = words.why(entry.why) if entry.act.startswith("IBAN") else ""
    return Happened(Line(entry.at, entry.user_name or "Facteur", text, "users", why), None)
