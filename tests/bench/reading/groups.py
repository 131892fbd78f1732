"""Which documents are measured together, and how each is given to the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pymupdf
from PIL import Image

from tests.bench.reading.scorer import Document

BED = (1.37, 1.45)
"""A picture with the sides of an A4 sheet: the receipt lies somewhere on a scanner's bed."""


@dataclass(frozen=True)
class Paper:
    """One reading to be done."""

    group: str
    file: str
    path: Path
    use_xml: bool = False
    force_ocr: bool = False
    ageing: str = ""
    """`scanned` or `pictured`: made so on the fly."""
    taught: Path | None = None


def digital(document: Document) -> bool:
    """A PDF with a text layer, no matter what it says."""
    return document["medium"] == "digital" and not document.get("image_only")


def pictures(document: Document) -> bool:
    return bool(document.get("image_only"))


def cropped(document: Document) -> bool:
    """A receipt on a picture as narrow as itself."""
    return document["doc_type"] == "receipt" and document["medium"] == "scan" and not _on_bed(document)


def bed(document: Document) -> bool:
    """A receipt on a scanner's bed, or photographed."""
    return document["doc_type"] == "receipt" and not cropped(document)


def with_xml(document: Document) -> bool:
    return bool(document["has_xml"])


def scans(document: Document) -> bool:
    """Scans that are no receipts."""
    return document["medium"] in {"scan", "photo"} and document["doc_type"] != "receipt"


def _on_bed(document: Document) -> bool:
    with Image.open(document["path"]) as picture:
        width, height = picture.size
    return BED[0] < height / width < BED[1]


NAMES: dict[str, Callable[[Document], bool]] = {
    "digital": digital, "pictures": pictures, "rasterised": digital, "cropped": cropped, "bed": bed, "scans": scans,
    "xml": with_xml,
}  # fmt: skip


def papers(name: str, documents: Iterable[Document]) -> list[Paper]:
    """What the group reads; of papers with a layout but no pictures among them, clean pictures are drawn."""
    there = [each for each in documents if each["path"].is_file()]
    found = [Paper(name, each["file"], each["path"]) for each in there if NAMES[name](each)]
    if name == "pictures" and not found:
        drawn = [Paper(name, each["file"], each["path"], ageing="pictured") for each in there if each.get("layout")]
        return [each for each in drawn if _pages_with_text(each.path) == 1]
    if name == "rasterised":
        legible = [each for each in found if _pages_with_text(each.path)]
        return [replace(each, force_ocr=True, ageing="scanned") for each in legible]
    return [replace(each, use_xml=True) for each in found] if name == "xml" else found


def _pages_with_text(path: Path) -> int:
    """How many pages the PDF has; 0 where it does not open or says nothing."""
    try:
        with pymupdf.open(path) as pages:
            return len(pages) if any(page.get_text().strip() for page in pages) else 0
    except (RuntimeError, ValueError):
        return 0
