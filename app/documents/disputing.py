"""Disputed: a fact beside the status, with its reason, until somebody says that it is settled (SPEC LC-1, LC-8)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.users.models import User

LONGEST = 500


def dispute(document: Document, why: str, *, by: User) -> None:
    """Say that something is not right with it, and what; its status stays."""
    why = " ".join(why.split())[:LONGEST]
    if not why:
        raise Refused(_("Say what is disputed."))
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    facts = {"disputed_at": clock.now(), "dispute_reason": why}
    if not change_if(db.session(), document, Document.disputed_at.is_(None), Document.trashed_at.is_(None), **facts):
        raise Refused(_("It is marked as disputed already. Nothing was changed."))
    status.settle(document, by=by, act="disputed", why=why)


def end(document: Document, *, by: User, why: str = "") -> None:
    """The dispute is settled; what it was about stays in the history."""
    facts = {"disputed_at": None, "dispute_reason": ""}
    if not change_if(db.session(), document, Document.disputed_at.is_not(None), Document.trashed_at.is_(None), **facts):
        raise Refused(_("It is not disputed any more. Nothing was changed."))
    status.settle(document, by=by, act="dispute ended", why=" ".join(why.split())[:LONGEST])
