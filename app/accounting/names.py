"""What files are called that leave: plain, safe in any ZIP or mail, and never twice (SAFETY S27)."""

from __future__ import annotations

import re

from app.counterparties.models import plain
from app.documents.models import Document

LONGEST = 80
"""Of what stands before the ending."""
DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""No file of Windows can be called so, whatever its ending."""


def stem(document: Document) -> str:
    """Day, who and number, in small letters and digits: `2026-10-01_papeterie-durand_f-2026-0042`."""
    day = document.issue_date.isoformat() if document.issue_date else ""
    said = [day, spelled(document.party_name)[:40].strip("-"), spelled(document.number)]
    found = "_".join(filter(None, said))[:LONGEST].strip("-_")
    return f"document-{document.id}" if not found or DEVICES.fullmatch(found) else found


def unused(name: str, taken: set[str]) -> str:
    """The name, with a number before its ending where another file has it; it is taken now."""
    start, dot, ending = name.rpartition(".")
    number = 2
    found = name
    while found in taken:
        found, number = f"{start}-{number}{dot}{ending}", number + 1
    taken.add(found)
    return found


def spelled(text: str) -> str:
    """Small letters and digits, with hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")
