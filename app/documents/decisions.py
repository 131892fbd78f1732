"""What people decide about a document: its facts, its validation, the trash."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties import finding, keeping
from app.counterparties.models import Counterparty
from app.documents import status, twins
from app.documents.editing import Changed, Incomplete, edit
from app.documents.models import Direction, Document, ReadState
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


def validate(document: Document, *, by: User | None) -> None:
    """All that validation means, or none of it (SPEC RV-6).

    Raises `Incomplete` with a sentence per field, `HasTwin`, or `Refused`; nothing is changed then.
    """
    _check_state(document)
    if errors := missing(document):
        raise Incomplete(errors)
    _know_counterparty(document)
    if found := twins.living(document):
        raise HasTwin(found)
    _claim(document, by)
    _make_counterparty(document, by=by)
    document.read_state = ReadState.READ
    status.settle(document, by=by, act="validated", changes={"version": [document.version - 1, document.version]})


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
    claimed = db.session.execute(
        update(Document)
        .where(Document.id == document.id, Document.validated_at.is_(None), Document.trashed_at.is_(None))
        .values(validated_at=clock.now(), validated_by_id=by.id if by else None, version=Document.version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(document)
    if not claimed.rowcount:
        _check_state(document)


def _know_counterparty(document: Document) -> None:
    """Take the one that is meant, if it exists; two validations at once do not both make it."""
    if document.counterparty is None:
        hold(db.session, f"counterparties:{document.company_id}")
        name, facts = document.counterparty_name, document.counterparty_facts
        document.counterparty = finding.known(document.company_id, name, facts)


def _make_counterparty(document: Document, *, by: User | None) -> None:
    """Make it of what was read or typed where nobody knows it yet; it is now a supplier or a customer for sure."""
    if document.counterparty is None:
        facts = document.counterparty_facts | {"name": document.counterparty_name}
        document.counterparty = keeping.create(document.company, facts, by=by)
        _spread(document.counterparty, document)
    document.counterparty_name = ""
    if document.direction is Direction.PURCHASE:
        document.counterparty.is_supplier = True
    else:
        document.counterparty.is_customer = True


def _spread(made: Counterparty, document: Document) -> None:
    """What waits under the same name is from or for the same one."""
    db.session.flush()
    waiting = select(Document).where(
        Document.id != document.id,
        Document.company_id == document.company_id,
        Document.counterparty_id.is_(None),
        Document.validated_at.is_(None),
        func.lower(Document.counterparty_name) == made.name.lower(),
    )
    for each in db.session.scalars(waiting.order_by(Document.id)):
        each.counterparty, each.counterparty_name = made, ""
        changes = {"counterparty": [None, made.name], "counterparty_id": [None, made.id]}
        status.settle(each, by=None, act="counterparty known", changes=changes)
