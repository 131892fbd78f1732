"""What notices about documents say of them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.documents.models import Document
from app.documents.sight import visible_ids
from app.extensions import db
from app.notices.subjects import Subject
from app.users.models import User


def subjects(user: User, ids: set[int]) -> dict[int, Subject]:
    """Those of these documents the person may see, and what each is called."""
    query = select(Document).where(Document.id.in_(visible_ids(user, ids)))
    return {each.id: Subject(title(each), f"/documents/{each.id}") for each in db.session.scalars(query)}


def title(document: Document) -> str:
    """A document in a sentence: its number and who it is from or for, as far as they are known."""
    known = ", ".join(part for part in (document.number, document.party_name) if part)
    return known or document.label or _("a document without a number")
