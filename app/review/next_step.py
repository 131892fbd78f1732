"""What happens when the button is pressed: said beside it, before it is pressed."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.documents.models import Document, Kind
from app.documents.required import missing
from app.documents.words import listed

foreseen: list[Callable[[Document], str]] = []
"""Each may know what awaits it before that, such as an approval; `pipeline` fills it."""


def in_words(document: Document) -> str:
    """Where a validation would take the document as it stands now, or what is still missing for it."""
    if left := missing(document):
        return _("Still to fill in: %(fields)s", fields=listed(left, document.direction))
    if said := next((said for foresee in foreseen if (said := foresee(document))), ""):
        return said
    if document.gross_minor == 0:
        return _("→ validated & paid: the amount is zero")
    if document.kind is Kind.CREDIT_NOTE:
        return _("→ available credit notes")
    return _("→ to match with its bank line")
