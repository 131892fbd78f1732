"""What notices about comments say of them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.comments.models import Comment
from app.documents.noticing import title
from app.documents.sight import visible_ids
from app.extensions import db
from app.notices.subjects import Subject
from app.users.models import User


def subjects(user: User, ids: set[int]) -> dict[int, Subject]:
    """Those of these comments whose document the person may see; what was taken back is quoted no more."""
    query = select(Comment).where(Comment.id.in_(ids)).options(joinedload(Comment.document))
    comments = list(db.session.scalars(query))
    seen = visible_ids(user, (each.document_id for each in comments))
    return {
        each.id: Subject(title(each.document), f"/documents/{each.document_id}#comment-{each.id}", each.text)
        for each in comments
        if each.document_id in seen
    }
