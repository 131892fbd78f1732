"""A split or merge is taken back: what was made goes to the trash, what was there before comes out of it."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.database import change_if
from app.core.errors import Refused
from app.documents.models import Document, TrashKind
from app.documents.trash import restore, trash
from app.extensions import db
from app.review.models import LIVING, Progress, RearrangedDocument, Rearrangement
from app.users.models import User

ELSEWHERE = {TrashKind.SPLIT, TrashKind.MERGED}


def undo(arranged: Rearrangement, *, by: User | None, but: Document | None = None) -> None:
    """Take it back as a whole, so that no page stands in two documents; refused once one of them is validated.

    `but` is restored by the caller.
    """
    was = arranged.progress
    before, made = _held(arranged)
    if was is Progress.DONE:
        _check(arranged, made)
    _move(arranged, was)
    for document in made:
        if not document.trashed_at:
            trash(document, by=by, kind=TrashKind.UNDONE)
    for document in before:
        if document is not but and document.trash_kind in ELSEWHERE:
            restore(document, by=by)


def put_back_whole(document: Document, by: User | None) -> None:
    """Before one is restored: what it was made into goes, and what was merged with it comes back.

    What was made of pages that are back in their old documents stays where it is: nothing stands there twice.
    """
    for row in db.session.scalars(select(RearrangedDocument).where(RearrangedDocument.document_id == document.id)):
        arranged = row.rearrangement
        if not row.is_made and arranged.progress is Progress.DONE and document.trash_kind in ELSEWHERE:
            undo(arranged, by=by, but=document)
        elif row.is_made and arranged.progress is Progress.UNDONE and _stand(arranged.before):
            raise Refused(_("Its pages are back in the document it was made of. Put that one into the trash first."))
        elif not row.is_made and arranged.progress is Progress.UNDONE and _stand(arranged.made):
            raise Refused(_("Its pages are in a document that was made of it. Put that one into the trash first."))


def keep_together(document: Document) -> None:
    """Before one is moved to another company: not while its pages are being split or merged."""
    if db.session.scalar(select(RearrangedDocument.id).where(RearrangedDocument.taken_id == document.id)):
        raise Refused(_("It is being split or merged already. Take that back first, or wait a moment."))


def _stand(documents: list[Document]) -> bool:
    """Are the pages of one of them in a document that is there, be it one that was made of it since?"""
    return any(not each.trashed_at or each.trash_kind in ELSEWHERE for each in documents)


def _held(arranged: Rearrangement) -> tuple[list[Document], list[Document]]:
    """The documents before and the made ones as they are now; nobody validates one of them meanwhile."""
    ids = [each.document_id for each in arranged.documents]
    query = select(Document).where(Document.id.in_(ids)).order_by(Document.id).with_for_update(of=Document)
    db.session.scalars(query, execution_options={"populate_existing": True}).all()
    return arranged.before, arranged.made


def _check(arranged: Rearrangement, made: list[Document]) -> None:
    if not arranged.is_whole:
        raise Refused(_("What was there before is deleted for good: it cannot be put together again."))
    if any(each.validated_at for each in made):
        raise Refused(_("A document that was made of it is validated: taken back, the same invoice would stand twice."))
    if any(each.company_id != arranged.company_id for each in made):
        raise Refused(_("A document that was made of it is in another company now: move that one back first."))
    if any(each.trash_kind in ELSEWHERE for each in made):
        raise Refused(_("A document that was made of it was split or merged itself: take that back first."))


def _move(arranged: Rearrangement, was: Progress) -> None:
    """Once, however many press the button."""
    still = (Rearrangement.progress == was, Rearrangement.progress.in_(LIVING))
    if not change_if(db.session(), arranged, *still, progress=Progress.UNDONE):
        raise Refused(_("It was taken back already, or could not be done."))
    for each in arranged.documents:
        each.taken_id = None
