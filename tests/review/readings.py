"""A reading as the extraction stores it, without reading a file."""

from __future__ import annotations

from decimal import Decimal

from app.documents.models import Document
from app.extensions import db
from app.extraction.models import DocumentReading
from app.extraction.reading import Found, Reading, as_json

PAGE = {"number": 1, "width": 595.0, "height": 842.0, "source": "text", "image": "page-1.png", "words": []}
NUMBER = Found("F-204", 0.97, 1, (0.60, 0.10, 0.70, 0.12))
WORDS = [["N°", 0.56, 0.10, 0.58, 0.12], ["F-204", 0.60, 0.10, 0.70, 0.12], ["1", 0.60, 0.5, 0.61, 0.52]]
WORDS += [["234,50", 0.62, 0.5, 0.70, 0.52], ["Lyon", 0.1, 0.9, 0.2, 0.92]]


def made_reading(document: Document, fields: dict[str, Found] | None = None, *, pages: int = 1, **facts) -> Reading:
    """Give the document a reading with these fields on so many pages."""
    reading = Reading(
        fields=fields or {"number": NUMBER, "gross": Found(Decimal("120.00"), 0.99, 1, (0.8, 0.8, 0.9, 0.82))}
    )
    said = as_json(reading)
    drawn = [
        PAGE | {"number": number + 1, "words": WORDS, "image": f"page-{number + 1}.png"} for number in range(pages)
    ]
    kept = {"fields": said["fields"], "pages": drawn, "file_id": document.original.file_id} | facts
    db.session.add(DocumentReading(document_id=document.id, **kept))
    db.session.commit()
    return reading
