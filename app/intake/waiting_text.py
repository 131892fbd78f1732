"""The text layer of a file that waits for its invoice, read without OCR, and its pages drawn meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import update

from app.extensions import db
from app.files import store as files
from app.files.drawing import drawing
from app.intake.models import Part
from app.intake.waiting import WaitingFile
from app.reader import cage
from app.reader.contents import Contents, Page, Unreadable

LONGEST_TEXT = 20_000
"""Signs kept: the number of an invoice stands on its first page."""


@dataclass(frozen=True)
class Found:
    """What is known of the file now."""

    text: str = ""
    page_count: int = 0
    unreadable_reason: str = ""


def what_to_read(part_id: int) -> tuple[Path, Path] | None:
    """Where the file lies and where its pages are drawn; also where its invoice was chosen meanwhile."""
    part = db.session.get(Part, part_id)
    return (files.path(part.file), files.pages_folder(part.file)) if part and part.file else None


def read(path: Path, pages: Path) -> Found:
    """Open it in the cage; what cannot be opened may be told by its name all the same. No transaction is open."""
    try:
        with drawing(pages) as draw_to:
            contents = cage.read(path, text_only=True, draw_to=draw_to)
    except Unreadable as error:
        return Found(unreadable_reason=error.code)
    return Found(text_of(contents)[:LONGEST_TEXT], contents.page_count or len(contents.pages))


def text_of(contents: Contents) -> str:
    """Its words, line by line."""
    return "\n".join(line for page in contents.pages for line in _lines(page)).replace("\0", " ")


def _lines(page: Page) -> list[str]:
    together = groupby(page.words, key=lambda word: (word.block, word.line))
    return [" ".join(word.text for word in words) for _line, words in together]


def store(part_id: int, found: Found) -> None:
    """Keep it, where the file still waits; else its invoice learns how many pages it has."""
    facts = {"text": found.text, "page_count": found.page_count, "unreadable_reason": found.unreadable_reason}
    kept = db.session.execute(update(WaitingFile).where(WaitingFile.part_id == part_id).values(facts))
    part = db.session.get(Part, part_id) if not kept.rowcount else None
    document = part.document if part else None
    if document and document.original and document.original.file_id == part.file_id and not document.page_count:  # type: ignore[union-attr]
        document.page_count = found.page_count
