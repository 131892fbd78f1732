"""The trash: put aside with who, when and why, and taken out again."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document, TrashKind
from app.extensions import db
from app.users.models import User

before_trashing: list[Callable[[Document], None]] = []
"""What stands against it, such as a batch of payments it is in; `pipeline` fills it."""
before_restoring: list[Callable[[Document, User | None], None]] = []
"""What goes with it or stands against it, such as a split that is taken back; `pipeline` fills it."""
TAKEN_OUT = {"trashed_at": None, "trashed_by_id": None, "trash_kind": None, "trash_reason": "", "duplicate_of_id": None}


def trash(
    document: Document,
    *,
    by: User | None,
    kind: TrashKind = TrashKind.DELETED,
    why: str = "",
    duplicate_of: Document | None = None,
) -> None:
    """Put it aside; nothing of it is lost before the purge, and its former status comes back with `restore`."""
    for ask in before_trashing:
        ask(document)
    facts = {
        "trashed_at": clock.now(),
        "trashed_by_id": by.id if by else None,
        "trash_kind": kind,
        "trash_reason": why.strip()[:500],
        "duplicate_of_id": duplicate_of.id if duplicate_of else document.duplicate_of_id,
    }
    if not change_if(db.session(), document, Document.trashed_at.is_(None), **facts):
        raise Refused(_("It is already in the trash."))
    changes = {"duplicate_of": [None, duplicate_of.id]} if duplicate_of else {}
    status.settle(document, by=by, act="trashed", why=why, changes={"trash_kind": [None, kind]} | changes)


def restore(document: Document, *, by: User | None) -> None:
    """Take it out of the trash; the facts it kept give it its former status."""
    for ask in before_restoring:
        ask(document, by)
    if not change_if(db.session(), document, Document.trashed_at.is_not(None), **TAKEN_OUT):
        raise Refused(_("It is not in the trash."))
    status.settle(document, by=by, act="restored")
