"""The blueprint of the documents, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user

from app.documents.models import Document
from app.extensions import db
from app.web.access import Permission, demand

bp = Blueprint("documents", __name__)


def seen(document_id: int) -> Document:
    """The document, where the signed-in person may know about it."""
    return db.one_or_404(Document.visible_to(current_user).filter_by(id=document_id))


def mine(document_id: int) -> Document:
    """The document, where the signed-in person may change it: 404 out of sight, 403 where they may only look."""
    document = seen(document_id)
    demand(Permission.EDIT, document.company_id)
    return document


def to(document: Document, field: str | None = None) -> Response:
    """Back to its page, at a field of it; to the list where it has just left the person's sight."""
    if db.session.scalar(Document.visible_to(current_user).filter_by(id=document.id)):
        return redirect(url_for("documents.show", document_id=document.id, _anchor=field), 303)
    return redirect(url_for("documents.index"), 303)
