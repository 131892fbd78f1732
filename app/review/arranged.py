"""What the pages say of splits and merges: what was made of what, and where to cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_login import current_user
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.documents.models import Document
from app.documents.sight import only_visible
from app.extensions import db
from app.extraction.models import newest
from app.review.models import LIVING, Progress, RearrangedDocument, Rearrangement, Way


@dataclass(frozen=True)
class Told:
    """A split or merge, seen from one of its documents; those out of sight are only counted."""

    rearrangement: Rearrangement
    is_made: bool
    """The document was made by it; else it was there before."""
    others: list[Document]
    hidden_count: int

    @property
    def is_split(self) -> bool:
        return self.rearrangement.way is Way.SPLIT

    @property
    def is_under_way(self) -> bool:
        return self.rearrangement.progress is Progress.ASKED


def told(document: Document) -> list[Told]:
    """The living splits and merges of a document, for the person who looks at it."""
    query = (
        select(RearrangedDocument)
        .join(RearrangedDocument.rearrangement)
        .where(RearrangedDocument.document_id == document.id, Rearrangement.progress.in_(LIVING))
        .options(
            selectinload(RearrangedDocument.rearrangement)
            .selectinload(Rearrangement.documents)
            .selectinload(RearrangedDocument.document)
        )
        .order_by(RearrangedDocument.id)
    )
    return [_told(row) for row in db.session.scalars(query)]


def _told(row: RearrangedDocument) -> Told:
    others = row.rearrangement.before if row.is_made else row.rearrangement.made
    seen = only_visible(current_user, others)
    return Told(row.rearrangement, row.is_made, seen, len(others) - len(seen))


def made_of(document: Document) -> list[Document]:
    """The documents that were made of one that is in the trash for it, as far as they may be seen."""
    return [other for each in told(document) if not each.is_made for other in each.others]


def made_of_each(documents: Sequence[Document]) -> dict[int, list[Document]]:
    """The same for many at once: id → what was made of it, as far as it may be seen."""
    before, after = aliased(RearrangedDocument), aliased(RearrangedDocument)
    query = (
        select(before.document_id, Document)
        .join(after, and_(after.rearrangement_id == before.rearrangement_id, after.is_made))
        .join(Document, Document.id == after.document_id)
        .join(Rearrangement, Rearrangement.id == before.rearrangement_id)
        .where(before.document_id.in_(each.id for each in documents), ~before.is_made)
        .where(Rearrangement.progress == Progress.DONE)
        .options(joinedload(Document.counterparty), selectinload(Document.files))
        .order_by(after.position)
    )
    rows = db.session.execute(query).all()
    seen = set(only_visible(current_user, [made for _id, made in rows]))
    found: dict[int, list[Document]] = {each.id: [] for each in documents}
    for document_id, made in rows:
        found[document_id] += [made] if made in seen else []
    return found


def sheets_to_cut(document: Document) -> dict[str, Any]:
    """Every page with its picture where one was drawn, and after which of them a cut is proposed."""
    read = newest(document)
    drawn = {each["number"]: each for each in read.pages if each["image"]} if read else {}
    pages = [{"number": number, "drawn": drawn.get(number)} for number in range(1, document.page_count + 1)]
    begins = [flag.get("pages", []) for flag in document.flags if flag.get("code") == "several_invoices"]
    return {"pages": pages, "proposed": {page - 1 for each in begins for page in each if page > 1}}


def moved(documents: Sequence[Document], place: int, by: int) -> list[int]:
    """The ids once the document at `place` has moved up (-1) or down (1)."""
    ids = [each.id for each in documents]
    ids.insert(place + by, ids.pop(place))
    return ids


def in_order(documents: Sequence[Document], places: Sequence[int]) -> list[Document]:
    """The documents by the numbers beside them; the same number twice keeps them as they stand."""
    if len(places) != len(documents):
        return list(documents)
    return [each for _place, each in sorted(zip(places, documents, strict=True), key=lambda pair: pair[0])]
