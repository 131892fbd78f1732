"""A part of a message becomes a document, or the duplicate of one (SPEC DU-2)."""

from __future__ import annotations

from app.documents import arrival, twins
from app.documents.models import TrashKind
from app.documents.trash import trash
from app.intake import judging
from app.intake.models import Judgement, Outcome, Part
from app.users.models import User


def import_file(part: Part, *, is_wanted: bool = False) -> None:
    """Make a document, unless these bytes were judged to be none and nobody wants one of them now."""
    message = part.message
    before = judging.remembered(message.company_id, part.file) if part.size else None
    if before and before.judged is not Judgement.INVOICE and not is_wanted:
        part.reason = {"key": "judged_before", "as": before.judged, "message": before.message_id}
        return
    make_document(part, part.file_name or message.subject, by=message.by)


def make_document(part: Part, name: str, *, by: User | None) -> None:
    """Its document; one whose bytes are there already goes to the trash as its duplicate."""
    message = part.message
    twin = twins.same_bytes(message.company_id, part.file) if part.size else None
    where = {"source": message.source.value, "by": by}
    part.document = arrival.arrive(message.company, message.direction, part.file, name, **where)
    part.outcome = Outcome.IMPORTED
    if twin:
        trash(part.document, by=None, kind=TrashKind.DUPLICATE, duplicate_of=twin)
        part.outcome, part.reason = Outcome.DUPLICATE, {"key": "same_bytes", "document": twin.id}
