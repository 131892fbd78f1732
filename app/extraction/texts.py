"""The words that were read on a document's pages, kept where documents are found by them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import select

from app.documents import texts
from app.documents.models import Document
from app.extensions import db
from app.extraction.models import DocumentReading, newest_of
from app.search import folding

SHORTEST = 2
"""A single sign on a page is a speck or a bullet more often than a word."""


def keep(document: Document) -> None:
    """Let its words follow its facts, and the newest reading of its original where that is another one."""
    text = texts.keep_facts(document)
    if not document.files:
        return
    query = newest_of(document).with_only_columns(DocumentReading.id)
    reading_id = db.session.scalar(query)
    if reading_id != text.reading_id:
        text.reading_id, text.pages = reading_id, folding.kept(_words(reading_id))


def _words(reading_id: int | None) -> Iterator[str]:
    pages = db.session.scalar(select(DocumentReading.pages).where(DocumentReading.id == reading_id)) or []
    said = chain.from_iterable(page.get("words", []) for page in pages)
    words = chain.from_iterable(folding.words_of(str(word[0])) for word in said)
    return (word for word in words if len(word) >= SHORTEST)


def keep_missing() -> int:
    """Keep the words of a portion of the documents that have none; how many."""
    documents = texts.without_words()
    for document in documents:
        keep(document)
    return len(documents)
