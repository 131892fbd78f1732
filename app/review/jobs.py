"""What is done with pages while nobody waits: documents split and merged, photos straightened."""

from __future__ import annotations

import structlog

from app.core.database import looking
from app.extensions import db
from app.reader.contents import Unreadable
from app.review import arranging, renditions
from app.tasks.jobs import job

log = structlog.get_logger()


@job("default", timeout=600)
def rearrange_pages(rearrangement_id: int) -> None:
    """Split or merge as somebody asked; run again, it makes nothing twice."""
    with looking(db.session()):
        told = arranging.what_to_make(rearrangement_id)
    if told is None:
        return
    try:
        stored = arranging.make(told)  # no transaction open
    except Unreadable as error:
        arranging.give_up(rearrangement_id, error.code)
    else:
        arranging.note(rearrangement_id, stored)


@job("ocr", timeout=300)
def straighten_photo(document_id: int) -> None:
    """Keep a straightened rendition beside a document's photo; run again, it finds that one."""
    with looking(db.session()):
        told = renditions.what_to_straighten(document_id)
    if told is None:
        return
    try:
        renditions.note(document_id, told, renditions.make(told))
    except Unreadable as error:  # the photo itself is there, and so is what was read from it
        log.warning("photo.not_straightened", document=document_id, reason=error.code)


def straighten_soon(document_id: int, file_id: int) -> None:
    """Ask for the rendition of a picture that was just read; once for each file of a document."""
    straighten_photo.later(document_id, key=f"straighten:{document_id}:{file_id}")
