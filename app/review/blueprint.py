"""The blueprint of the review pages, and how they find the document they are about."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from app.documents.models import Document
from app.extensions import db
from app.web.access import Permission, demand

bp = Blueprint("review", __name__)


def document_or_404(document_id: int) -> Document:
    """A document the signed-in person may change: 404 where it is out of sight, 403 where they may only look."""
    document = db.one_or_404(Document.visible_to(current_user).filter_by(id=document_id))
    demand(Permission.EDIT, document.company_id)
    return document
