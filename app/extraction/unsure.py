"""Which fields a person has to look at before all others: asked for, and not read for sure."""

from __future__ import annotations

from app.documents.editing import PARTY
from app.documents.models import Direction, Document, Kind
from app.extraction.reading import Reading


def fields_of(document: Document, reading: Reading) -> list[str]:
    """The fields a validation asks for that were not read, or not for sure, as the form calls them."""
    found = [name for name in ("number", "issue_date", "gross") if not _is_sure(reading, name)]
    if document.kind is Kind.INVOICE and "due_date" in reading.fields and not _is_sure(reading, "due_date"):
        found.append("due_date")
    side = "seller" if document.direction is Direction.PURCHASE else "buyer"
    # One that is known was found by what identifies it: surer than the name on the page.
    is_known = document.counterparty_id is not None
    return found if is_known or _is_sure(reading, f"{side}_name") else [PARTY, *found]


def _is_sure(reading: Reading, name: str) -> bool:
    found = reading.fields.get(name)
    return found is not None and found.is_sure
