"""Which of some documents a person may know about."""

from __future__ import annotations

from collections.abc import Iterable

from app.documents.models import Document
from app.extensions import db
from app.users.models import User


def only_visible(user: User, documents: list[Document]) -> list[Document]:
    """Those among them that `user` may know about."""
    visible = visible_ids(user, (each.id for each in documents))
    return [each for each in documents if each.id in visible]


def visible_ids(user: User, ids: Iterable[int | None]) -> set[int]:
    """The same for ids; none at all is asked nobody for."""
    known = set(ids) - {None}
    query = Document.visible_to(user).where(Document.id.in_(known)).with_only_columns(Document.id)
    return set(db.session.scalars(query)) if known else set()
