"""The words a document is found by: of its facts and its counterparty, kept in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from app.core import money
from app.core.database import insert_unless_there
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.extensions import db
from app.search import folding
from app.search.models import DocumentText

PORTION = 200
"""So many are written by one transaction: while it lasts, nobody else can write on SQLite."""


def keep_facts(document: Document) -> DocumentText:
    """Let its words follow its facts; the row they are kept in is made where there is none."""
    words = folding.kept(_words(document))
    text = db.session.get(DocumentText, document.id)
    if text is None:
        row = {"document_id": document.id, "facts": words, "pages": ""}
        db.session.execute(insert_unless_there(db.session(), DocumentText), [row])
        text = db.session.get_one(DocumentText, document.id)
    if text.facts != words:
        text.facts = words
    return text


def _words(document: Document) -> Iterator[str]:
    for number in (document.number, document.order_reference, document.payment_reference):
        yield from folding.words_of_number(number)
    for text in (document.label, document.iban, *_party(document)):
        yield from folding.words_of(text)
    for minor in (document.gross_minor, document.net_minor):
        if minor is not None:
            yield folding.word_of_amount(money.from_minor(minor, document.currency))
    yield folding.word_of_month(document.issue_date or date.max)  # where lists stand that are ordered by it


def _party(document: Document) -> Iterator[str]:
    """Its counterparty's names and identifiers, or what was read of one nobody knows yet."""
    party = document.counterparty
    if party:
        yield from (party.name, party.vat_number, party.siren, party.siret, *party.other_names)
        return
    facts: dict[str, Any] = document.counterparty_facts or {}
    yield document.counterparty_name
    yield from (str(facts[name]) for name in ("vat_number", "siren", "siret") if facts.get(name))


def follow_counterparty(counterparty: Counterparty, after: int = 0) -> int | None:
    """Let the words of a portion of its documents follow its names; after which document to go on, None at the end."""
    query = select(Document).where(Document.counterparty_id == counterparty.id, Document.id > after)
    documents = list(db.session.scalars(query.order_by(Document.id).limit(PORTION)))
    for document in documents:
        keep_facts(document)
    return documents[-1].id if len(documents) == PORTION else None


def without_words() -> list[Document]:
    """A portion of the documents whose words nobody has kept yet."""
    query = select(Document).outerjoin(DocumentText, DocumentText.document_id == Document.id)
    return list(db.session.scalars(query.where(DocumentText.document_id.is_(None)).limit(PORTION)))
