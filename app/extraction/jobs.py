"""Reading documents: the job, what asks for it again, and what ends one that nobody works on any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, text, update

from app.core import clock
from app.core.database import looking
from app.core.errors import Refused
from app.core.faultpoint import faultpoint
from app.documents import status
from app.documents.models import Document, ReadState
from app.documents.texts import PORTION
from app.extensions import db
from app.extraction import choose, fields, learning, password, texts
from app.extraction.reading import Reading
from app.files import store
from app.files.drawing import drawing
from app.reader import cage
from app.reader.contents import Contents, Unreadable
from app.tasks.jobs import after_commit, job, short_transaction
from app.tasks.models import State, Task
from app.users.models import User

log = structlog.get_logger()
TRIES = 2
WORTH_A_SECOND_TRY = {"crashed", "too_slow", "out_of_memory"}
after_picture: list[Callable[[int, int], None]] = []
"""What follows when a picture was read, with the document's and the file's id; `pipeline` fills it."""
STUCK_AFTER = timedelta(minutes=10)
IS_READING: ColumnElement[bool] = text("document.read_state = 'reading'")  # type: ignore[assignment]
"""Written out, not a parameter: only so is the index of what is being read found."""


@job("ocr", timeout=600)
def read_document(document_id: int, languages: str = "", force_ocr: bool = False) -> None:
    """Read a document's file and fill its facts; where it is already read, nothing happens."""
    with looking(db.session()):
        told = learning.told(fields.what_to_read(document_id, languages, force_ocr))
    if told is None:
        return
    began, contents = monotonic(), None
    try:
        contents, reading = _tried(told)
    except Unreadable as error:
        contents = error.contents
        fields.give_up(document_id, error, told)
    else:
        faultpoint("reading.before_store")
        fields.store(told, contents, reading, monotonic() - began)
    if contents and contents.type == "image":
        for follow in after_picture:
            follow(document_id, told.file_id)
    after_commit(password.forget, document_id)


@job("ocr", timeout=600)
def draw_document(document_id: int) -> None:
    """Draw the pages of a file that was added to a decided document: its facts stay; run again, it draws the same."""
    with looking(db.session()):
        document = db.session.get(Document, document_id)
        original = document.original.file if document and document.original else None
        path, folder = (store.path(original), store.pages_folder(original)) if original else (None, None)
    if path is None or folder is None:
        return
    try:
        with drawing(folder) as draw_to:
            count = cage.read(path, draw_to=draw_to).page_count
    except Unreadable:  # its page says that there is no picture; the file can be downloaded all the same
        return
    db.session.execute(update(Document).where(Document.id == document_id).values(page_count=count, read_pages=count))


@job("default", timeout=300)
def keep_missing_words() -> None:
    """Let documents be found whose words nobody kept yet; it asks for itself again until there are none."""
    if texts.keep_missing() == PORTION:
        keep_missing_words.later()


def read_soon(document: Document) -> None:
    """Ask for the reading of a document that has just arrived."""
    read_document.later(document.id)


def _tried(told: fields.ToRead) -> tuple[Contents, Reading]:
    """Open the file in the cage and choose its fields; a crash gets a second try, then it is unreadable.

    Trouble of ours (a full disk, a locked database) says nothing about the file: the task is tried again.
    """
    for _try in range(TRIES):
        try:
            return _read(told)
        except Unreadable as error:
            failed = error
            if error.code not in WORTH_A_SECOND_TRY:
                break
    raise failed


def _read(told: fields.ToRead) -> tuple[Contents, Reading]:
    """No transaction is open here: it takes seconds (STYLE §5)."""
    with drawing(told.pages_folder) as draw_to:
        contents = cage.read(
            told.path,
            languages=told.languages,
            password=told.password,
            force_ocr=told.force_ocr,
            draw_to=draw_to,
            progress=lambda page, count: _report(told.document_id, page, count),
        )
        faultpoint("reading.drawn")
    if told.xml:
        _add_xml(contents, told.xml)
    return contents, _chosen(told, contents)


def _add_xml(contents: Contents, path: Path) -> None:
    """Add the e-invoice that came beside the file; a broken one is flagged, and the page read all the same."""
    try:
        contents.einvoices += cage.read(path).einvoices
    except Unreadable as error:
        contents.xml_error = error.code


def _chosen(told: fields.ToRead, contents: Contents) -> Reading:
    """The fields of what was opened; an error here is this document's, with its pages already drawn."""
    try:
        return choose.read_fields(contents, own=told.own, expected=told.expected, lessons=told.lessons)
    except Exception as error:
        log.exception("reading.failed", document=told.document_id)
        raise Unreadable("crashed", contents=contents) from error


def _report(document_id: int, page: int, count: int) -> None:
    """Let whoever waits see how far it is."""
    with short_transaction():
        progress = update(Document).where(Document.id == document_id)
        db.session.execute(progress.values(read_pages=page, page_count=count))


def read_again(
    document: Document, *, by: User, languages: str = "", force_ocr: bool = False, typed_password: str = ""
) -> None:
    """Read the file once more: in other languages, as a picture, with a password; what people typed stays."""
    if document.validated_at or document.trashed_at or document.original is None:
        raise Refused(_("Only a document that waits to be checked can be read again."))
    if document.read_state is ReadState.READING:
        raise Refused(_("This document is being read just now."))
    if typed_password:
        password.keep(document.id, typed_password)
    document.read_state, document.unreadable_reason = ReadState.READING, ""
    document.read_pages = 0
    status.settle(document, by=by, act="read again", why=languages)
    read_document.later(document.id, languages, force_ocr)


def end_what_is_stuck() -> int:
    """Give documents that still wait for a reading nobody works on any more back to people; how many."""
    with looking(db.session()):
        stuck = _stuck()
    for document_id in stuck:
        fields.give_up(document_id, Unreadable("crashed"))
    return len(stuck)


def _stuck() -> list[int]:
    """Documents first, tasks second: one that somebody asks to be read again in between has a task by then."""
    old = Document.created_at < clock.now() - STUCK_AFTER
    waiting = list(db.session.scalars(select(Document.id).where(IS_READING, old)))
    if not waiting:
        return []
    living = select(Task.ids).where(Task.kind == read_document.name, Task.state.in_([State.READY, State.RUNNING]))
    awaited = {ids[0] for ids in db.session.scalars(living)}
    return [document_id for document_id in waiting if document_id not in awaited]
