"""What happened with a customer or supplier and its documents, from the trail (SPEC CP-2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select

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


@dataclass
class Happened:
    """One thing that happened, and with which document."""

    line: Line
    document: Document | None


def of(counterparty: Counterparty, user: User) -> list[Happened]:
    """The latest first, of what this person may see: what was changed of it is not told, as it may name others."""
    gone = select(Counterparty.id).where(Counterparty.merged_into_id == counterparty.id)
    ids = [counterparty.id, *db.session.scalars(gone)]
    mine = Document.visible_to(user).where(Document.counterparty_id == counterparty.id)
    documents = mine.with_only_columns(Document.id).order_by(Document.id.desc()).limit(LATEST)
    of_it = and_(AuditEntry.object_type == Counterparty.__tablename__, AuditEntry.object_id.in_(ids))
    of_them = and_(AuditEntry.object_type == Document.__tablename__, AuditEntry.object_id.in_(documents))
    query = select(AuditEntry).where(or_(of_it, of_them)).order_by(AuditEntry.id.desc()).limit(MOST)
    return _told(list(db.session.scalars(query)))


def _told(entries: list[AuditEntry]) -> list[Happened]:
    named = {each.object_id for each in entries if each.object_type == Document.__tablename__}
    documents = {each.id: each for each in db.session.scalars(select(Document).where(Document.id.in_(named)))}
    return [_one(each, documents) for each in entries]


def _one(entry: AuditEntry, documents: dict[int, Document]) -> Happened:
    document = documents.get(entry.object_id) if entry.object_type == Document.__tablename__ else None
    if document:
        line = history.line_of(entry, document.currency)
        return Happened(Line(line.at, line.who, line.text, line.icon), document)
    text = str(words.ACTS.get(entry.act, entry.act))
    why = words.why(entry.why) if entry.act.startswith("IBAN") else ""
    return Happened(Line(entry.at, entry.user_name or "Facteur", text, "users", why), None)
