"""What people decide about a document: its facts, its validation, the trash."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties.finding import is_called
from app.documents import parties, status, twins
from app.documents.editing import Changed, Incomplete, edit, since
from app.documents.models import Document, ReadState
from app.documents.required import missing
from app.documents.trash import restore, trash
from app.extensions import db
from app.users.models import User

__all__ = ["Changed", "HasTwin", "Incomplete", "edit", "missing", "restore", "trash", "validate"]


class HasTwin(Refused):
    """It seems to be there already; a person says first what it is."""

    def __init__(self, found: list[Document]) -> None:
        super().__init__(twins.WARNING)
        self.twins = found


def validate(document: Document, *, by: User | None, why: str = "") -> None:
    """All that validation means, or none of it (SPEC RV-6).

    Raises `Incomplete` with a sentence per field, `HasTwin`, or `Refused`; nothing is changed then.
    """
    _check_state(document)
    if errors := missing(document):
        raise Incomplete(errors)
    said = document.party_name
    parties.know(document)
    if found := twins.living(document):
        raise HasTwin(found)
    _claim(document, by)
    parties.make(document, document.counterparty_facts, by=by)
    document.read_state = ReadState.READ
    changes: dict[str, Any] = {"version": [document.version - 1, document.version]}
    if not is_called(document.counterparty, said):
        changes["counterparty"] = [said, document.party_name]
    status.settle(document, by=by, act="validated", why=why, changes=changes)


def _check_state(document: Document) -> None:
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if document.read_state is ReadState.READING:
        raise Refused(_("It is still being read: wait a moment, then check it."))
    if document.validated_at:
        raise Refused(_already(document))


def _already(document: Document) -> str:
    if document.validated_by is None:
        return _("It was already validated.")
    return _("%(name)s validated it already.", name=document.validated_by.name)


def _claim(document: Document, by: User | None) -> None:
    """One validation only, however many press the button at once."""
    seen = document.version
    still = (Document.version == seen, Document.validated_at.is_(None), Document.trashed_at.is_(None))
    facts = {"validated_at": clock.now(), "validated_by_id": by.id if by else None, "version": seen + 1}
    if not change_if(db.session(), document, *still, **facts):
        _check_state(document)
        raise Changed(since(document, seen))
