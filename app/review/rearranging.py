"""Asking for a split or a merge: checked and noted at once, done by a task right after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.errors import Refused
from app.documents.models import Document, ReadState
from app.extensions import db
from app.extraction.models import newest
from app.review.jobs import rearrange_pages
from app.review.models import RearrangedDocument, Rearrangement, Way
from app.users.models import User

MOST_MERGED = 50


def split(document: Document, cuts: Iterable[int], *, by: User) -> Rearrangement:
    """Make several documents of one, cut after these pages; asked twice, it is made once."""
    _check(document)
    starts = sorted({cut + 1 for cut in cuts if 1 <= cut < document.page_count})
    if not starts:
        raise Refused(_("Say after which pages to cut."))
    edges = [1, *starts, document.page_count + 1]
    parts = [list(range(first, after)) for first, after in pairwise(edges)]
    return _asked(Way.SPLIT, [document], parts, by)


def merge(documents: Sequence[Document], *, by: User) -> Rearrangement:
    """Make one document of several, in this order; asked twice, it is made once."""
    if why := why_not_merged(documents):
        raise Refused(why)
    return _asked(Way.MERGE, documents, [[each.id] for each in documents], by)


def why_not_merged(documents: Sequence[Document]) -> str:
    """What stands against making one of them; empty where nothing does."""
    if len(set(documents)) < 2:
        return _("Choose at least two documents to merge.")
    if len(documents) > MOST_MERGED:
        return _("Choose %(count)s documents at most.", count=MOST_MERGED)
    if len({(each.company_id, each.direction) for each in documents}) > 1:
        return _("Only documents of one company, all purchases or all sales, can be merged.")
    try:
        for document in documents:
            _check(document)
    except Refused as error:
        return str(error)
    return ""


def _check(document: Document) -> None:
    if document.trashed_at or document.validated_at:
        raise Refused(_("Only documents that wait to be checked can be split or merged."))
    if document.read_state is ReadState.READING:
        raise Refused(_("It is still being read: wait a moment, then try again."))
    if document.original is None:
        raise Refused(_("A document without a file has no pages."))
    read = newest(document)
    if read and read.type == "xml":
        raise Refused(_("An e-invoice without a page stays one document."))


def _asked(way: Way, documents: Sequence[Document], parts: list[list[int]], by: User) -> Rearrangement:
    """The row and its task; where one of the documents is taken already, what was asked before."""
    asked = Rearrangement(company_id=documents[0].company_id, way=way, parts=parts, by=by)
    asked.documents = [
        RearrangedDocument(document=each, position=place, taken_id=each.id) for place, each in enumerate(documents)
    ]
    try:
        with db.session.begin_nested():
            db.session.add(asked)
    except IntegrityError:
        return _before(way, documents, parts)
    rearrange_pages.later(asked.id)
    return asked


def _before(way: Way, documents: Sequence[Document], parts: list[list[int]]) -> Rearrangement:
    ids = [each.id for each in documents]
    rows = list(db.session.scalars(select(RearrangedDocument).where(RearrangedDocument.taken_id.in_(ids))))
    for row in rows:
        known = row.rearrangement
        if (known.way, known.parts) == (way, parts) and [each.id for each in known.before] == ids:
            return known
    raise Refused(_("It is being split or merged already. Take that back first, or wait a moment."))
