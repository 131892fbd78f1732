"""An invoice that reached its customer another way (SPEC SE-6)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.errors import Refused
from app.documents.models import Document, SentMeans
from app.documents.sent import sent
from app.users.models import User


def may_mark(document: Document) -> bool:
    """Is it to send, and not in the trash?"""
    return document.is_to_send and not document.trashed_at


def mark_as_sent(document: Document, *, by: User, why: str = "") -> None:
    """It counts from now on, and nothing is sent any more; before its validation too."""
    if not may_mark(document):
        raise Refused(_("It is not waiting to be sent. Nothing was changed."))
    sent(document, SentMeans.MARKED, by=by, why=" ".join(why.split())[:500])
