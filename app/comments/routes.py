"""Comments on a document, beside it wherever it is shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from app.comments import mentions, saying
from app.comments.models import Comment
from app.core.errors import Refused
from app.documents import showing
from app.documents.blueprint import seen
from app.documents.models import Document
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.pages import page

bp = Blueprint("comments", __name__)


@bp.app_template_global()
def comments_of(document: Document) -> list[Comment]:
    """What was said about it, the newest at the end."""
    query = Comment.about(document).options(joinedload(Comment.by), selectinload(Comment.mentions))
    return list(db.session.scalars(query))


@bp.app_template_global()
def comment_pieces(comment: Comment) -> list[mentions.Piece]:
    """Its text, cut at the names it mentions."""
    return mentions.pieces(comment.text, comment.mentions)


def _document(document_id: int) -> Document:
    """The document, where the signed-in person may comment on it."""
    document = seen(document_id)
    demand(Permission.COMMENT, document.company_id)
    return document


@bp.get("/documents/<int:document_id>/mentions")
@requires(Permission.COMMENT)
def people(document_id: int):
    """People to name while somebody types; only those who may see the document."""
    words = request.args.get("q", "").strip()[:100]
    offered = mentions.offered(_document(document_id), words, to=current_user)
    return page("comments/_people.html", people=offered)


@bp.post("/documents/<int:document_id>/comments")
@requires(Permission.COMMENT)
def say(document_id: int):
    """A new comment; one that cannot be sent comes back as typed."""
    document, text = _document(document_id), request.form.get("text", "")
    try:
        saying.say(document, text, by=current_user)
    except Refused as refused:
        return _refused(document, comment_text=text, comment_error=str(refused))
    commit()
    return _back(document)


@bp.post("/documents/<int:document_id>/comments/<int:comment_id>")
@requires(Permission.COMMENT)
def change(document_id: int, comment_id: int):
    """Put one's own another way."""
    document, text = _document(document_id), request.form.get("text", "")
    try:
        saying.change(_comment(document, comment_id), text, by=current_user)
    except Refused as refused:
        return _refused(document, changed_id=comment_id, changed_text=text, comment_error=str(refused))
    commit()
    return _back(document)


@bp.post("/documents/<int:document_id>/comments/<int:comment_id>/removal")
@requires(Permission.COMMENT)
def take_back(document_id: int, comment_id: int):
    """Take one's own back."""
    document = _document(document_id)
    saying.take_back(_comment(document, comment_id), by=current_user)
    commit()
    return _back(document)


def _comment(document: Document, comment_id: int) -> Comment:
    return db.one_or_404(Comment.about(document).where(Comment.id == comment_id))


def _refused(document: Document, **typed: Any) -> Response:
    document_id = document.id
    db.session.rollback()
    return page("documents/show.html", 422, **showing.document_page(current_user, seen(document_id)), **typed)


def _back(document: Document) -> Response:
    """To where it was said."""
    if request.form.get("from") != "review":
        return redirect(url_for("documents.show", document_id=document.id, _anchor="comments"), 303)
    if request.htmx:
        return redirect(url_for("documents.show", document_id=document.id, **{"from": "review"}), 303)
    return redirect(url_for("review.show", document_id=document.id, _anchor="comments"), 303)
