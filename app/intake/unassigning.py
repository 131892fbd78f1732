"""What was decided about a dropped file is taken back: it waits for its invoice again (SPEC IN-9)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.documents import status, twins
from app.documents.models import Document, DocumentFile, FileRole, ReadState
from app.extensions import db
from app.intake.jobs import read_waiting_file
from app.intake.models import Message, Outcome, Part, Source
from app.intake.waiting import WaitingFile
from app.users.models import User
from app.web.access import Permission


def chosen(user: User, ids: Sequence[int]) -> list[Part]:
    """Those of these dropped files about which this person may decide."""
    mine = Message.visible_to(user).where(Message.company_id.in_(user.company_ids(Permission.EDIT)))
    mine = mine.where(Message.source == Source.ASSIGN).with_only_columns(Message.id)
    query = select(Part).where(Part.id.in_(ids), Part.message_id.in_(mine))
    return list(db.session.scalars(query.order_by(Part.id)))


def put_back_all(parts: Sequence[Part], *, by: User) -> tuple[int, list[str]]:
    """Each by itself, so that one that is refused does not keep the others: how many, and why not."""
    count, refused = 0, []
    _hold(parts)
    for part in parts:
        try:
            with db.session.begin_nested():
                _put_back(part, by=by)
            count += 1
        except Refused as error:
            refused.append(str(error))
    return count, refused


def _hold(parts: Sequence[Part]) -> None:
    """In the order of whoever judges or decides; what they are is looked at only then."""
    for message_id in sorted({part.message_id for part in parts}):
        hold(db.session, f"message:{message_id}")
    for company_id, sha256 in sorted({(part.message.company_id, part.file.sha256) for part in parts if part.file}):
        hold(db.session, f"bytes:{company_id}:{sha256}")
    for part in parts:
        db.session.refresh(part)


def _put_back(part: Part, *, by: User) -> None:
    """It leaves the invoice it was assigned to, or comes back from where it was deleted."""
    if part.outcome is Outcome.ATTACHED and part.document:
        _detach(part, part.document, by=by)
    elif part.reason.get("key") != "discarded":
        raise Refused(_("Somebody decided about %(name)s meanwhile.", name=part.name))
    if twins.same_bytes(part.message.company_id, part.file):
        raise Refused(_("%(name)s belongs to another document meanwhile.", name=part.name))
    part.outcome, part.document, part.reason = Outcome.WAITING, None, {"key": "to_assign"}
    where = {"company": part.message.company, "direction": part.message.direction}
    db.session.add(WaitingFile(**where, file=part.file, part=part))
    db.session.flush()
    read_waiting_file.later(part.id)
    trail.record(part.message, by=by, act="undone", changes={"file": [None, part.name]})


def _detach(part: Part, document: Document, *, by: User) -> None:
    db.session.refresh(document, with_for_update=True)
    mine = next((each for each in document.files if each.file_id == part.file_id), None)
    _check(mine, document)
    if mine:
        is_original = mine.role is FileRole.ORIGINAL
        document.files.remove(mine)
        db.session.delete(mine)
        document.page_count = 0 if is_original else document.page_count
        document.version += 1  # whoever has its page open looks at another file now
        changes = {"file": [part.name, None], "version": [document.version - 1, document.version]}
        status.settle(document, by=by, act="detached", changes=changes)


def _check(mine: DocumentFile | None, document: Document) -> None:
    if document.trashed_at:
        raise Refused(_("%(number)s is in the trash: restore it first.", number=document.number))
    if mine and document.held_at:
        raise Refused(_("%(number)s was paid, matched or exported: its files are kept.", number=document.number))
    is_read = document.read_pages or document.read_state is not ReadState.READ
    if mine and mine.role is FileRole.ORIGINAL and is_read:
        raise Refused(_("%(number)s was read from this file meanwhile, so it stays.", number=document.number))
