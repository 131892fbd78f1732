"""Looking for words: in a column, and in what was read on a document's pages."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_

from app.documents.models import Document
from app.extraction.models import DocumentReading

MOST_WORDS = 8


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Is it part of the column, whatever the case?"""
    return or_(*(column.icontains(way, autoescape=True) for way in _ways(text)))


def is_read_on(text: str) -> ColumnElement[bool]:
    """Whether each of these words, or one that begins so, was read on a row of `Document`.

    The one place that knows where such words are kept.
    """
    pages = cast(DocumentReading.pages, Text)
    words = [or_(*(_begins(pages, way) for way in _ways(word))) for word in text.split()[:MOST_WORDS]]
    return exists().where(DocumentReading.document_id == Document.id, and_(*words)).correlate(Document)


def _begins(pages: Any, word: str) -> ColumnElement[bool]:
    """A word stands first in its list; one database keeps letters with accents as they are, the other escaped."""
    written = {f"[{json.dumps(word, ensure_ascii=is_escaped)[:-1]}" for is_escaped in (True, False)}
    return or_(*(pages.icontains(each, autoescape=True) for each in sorted(written)))


def _ways(text: str) -> list[str]:
    """SQLite knows capitals of the English alphabet only: letters beyond it are looked for in each usual case."""
    if text.isascii():
        return [text]
    return list(dict.fromkeys((text, text.lower(), text.upper(), text.capitalize(), text.title())))
