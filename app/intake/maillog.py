"""The mail log as a list: filtered by what the address bar says, in pages that start at an id."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import selectinload

from app.documents.models import Document, Status
from app.extensions import db
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.intake.pieces import NO_FILE
from app.users.models import Company, User

PAGE_SIZE = 30
LONGEST_SEARCH = 200
STATES = {each.value: each for each in MessageState if each is not MessageState.OPENED}
OUTCOMES = {each.value: each for each in Outcome}
NOTHING = "nothing"
"""Nothing came of it: opened, and no document."""
TO_DOWNLOAD = "to_download"
"""It holds only a link, and waits for a person to fetch what lies there."""


@dataclass(frozen=True)
class Wanted:
    """The filters of the list."""

    outcome: str = ""
    source: str = ""
    search: str = ""
    before: int | None = None
    after: int | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.outcome or self.source or self.search)


@dataclass(frozen=True)
class Sheet:
    """One page of the log."""

    messages: list[Message]
    newer_than: int | None
    """Ask for `after` this id to see the page before."""
    older_than: int | None


def outcomes() -> dict[str, object]:
    """What can be chosen as outcome, with its label."""
    labels = {key: each.label for key, each in (STATES | OUTCOMES).items()}
    return labels | {NOTHING: _("No document"), TO_DOWNLOAD: _("To download")}


def sheet(company: Company, user: User, wanted: Wanted) -> Sheet:
    """The messages of one page, newest first, with all that a line shows."""
    query = _filtered(Message.visible_to(user).where(Message.company_id == company.id), wanted)
    backwards = wanted.after is not None and wanted.before is None
    if backwards:
        query = query.where(Message.id > wanted.after).order_by(Message.id)
    else:
        query = query.where(Message.id < wanted.before) if wanted.before else query
        query = query.order_by(Message.id.desc())
    found = list(db.session.scalars(query.options(*shown_with()).limit(PAGE_SIZE + 1)))
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    found = found[::-1] if backwards else found
    newer = found[0].id if found and (more if backwards else wanted.before) else None
    older = found[-1].id if found and (True if backwards else more) else None
    return Sheet(found, newer, older)


def shown_with():
    """What a line needs beside the message itself, in a fixed number of queries."""
    return (
        selectinload(Message.parts).selectinload(Part.document),
        selectinload(Message.by),
        selectinload(Message.raw),
        selectinload(Message.first),
    )


def _filtered(query: Select[tuple[Message]], wanted: Wanted) -> Select[tuple[Message]]:
    if wanted.outcome in STATES:
        query = query.where(Message.state == STATES[wanted.outcome])
    elif wanted.outcome in OUTCOMES:
        query = query.where(Message.parts.any(_of_outcome(OUTCOMES[wanted.outcome])))
    elif wanted.outcome == NOTHING:
        is_list = and_(Message.source == Source.SPREADSHEET, Part.outcome.in_((Outcome.LISTED, Outcome.IMPORTED)))
        came = or_(Part.document_id.is_not(None), is_list)
        query = query.where(Message.state == MessageState.OPENED, ~Message.parts.any(came))
    elif wanted.outcome == TO_DOWNLOAD:
        query = query.where(Message.awaits_download)
    if wanted.source in {each.value for each in Source}:
        query = query.where(Message.source == Source(wanted.source))
    if wanted.search:
        columns = (Message.sender, Message.subject, Message.raw_name)
        query = query.where(or_(*(column.icontains(wanted.search, autoescape=True) for column in columns)))
    return query


def _of_outcome(outcome: Outcome) -> ColumnElement[bool]:
    """Parts of this outcome as the log shows them: by what became of their document, and without mere wrappings."""
    is_unreadable = Part.document.has(Document.status == Status.UNREADABLE)
    if outcome is Outcome.UNREADABLE:
        return or_(Part.outcome == outcome, and_(Part.outcome == Outcome.IMPORTED, is_unreadable))
    if outcome is Outcome.IMPORTED:
        return and_(Part.outcome == outcome, ~is_unreadable)
    if outcome is Outcome.PASSED_OVER:
        return and_(Part.outcome == outcome, Part.reason["key"].as_string().not_in(NO_FILE))
    return Part.outcome == outcome
