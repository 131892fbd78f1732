"""How much the title of a document says that what stands with it is its number."""

from __future__ import annotations

import re

from app.extraction.dates import find_dates
from app.extraction.evidence import Evidence, Nearby, column_around, speaks_of_another
from app.extraction.spots import Spot


def shape(value: str) -> float:
    """How much a text looks like an invoice's number, by itself."""
    digits, letters = sum(c.isdigit() for c in value), sum(c.isalpha() for c in value)
    score = 0.12 if digits and letters else 0.0
    score += 0.08 if re.search(r"(?<!\d)(19|20)\d\d(?!\d)|^(19|20)\d\d", value) and len(value) > 4 else 0.0
    score += 0.06 if re.search(r"[/-]", value) else 0.0
    score += 0.1 if digits >= 4 else -0.15 if digits < 2 else 0.0
    score -= 0.15 if letters > 12 or len(value) > 22 else 0.0
    return score - (0.2 if re.fullmatch(r"(19|20)\d\d", value) else 0.0)


def beside_title(evidence: Evidence, spot: Spot, near: list[Nearby]) -> float:
    """How much the title says where nothing but the number follows it, or stands alone below it."""
    first, last = column_around(spot.line, spot.start)
    text, best = spot.line.text, 0.0
    if spot.line.page.number > 1 or shape(str(spot.value)) < 0 or _says_day_or_more(text[spot.end : last]):
        return 0.0
    for nearby in near:
        label = nearby.label
        begin, end = column_around(label.line, label.start)
        is_title = label.roles & {"invoice", "credit_note"} and not label.line.text[begin : label.start].strip()
        if not is_title or label.line.text[label.end : end if nearby.where == "above" else spot.start].strip(" :-"):
            continue
        if nearby.where == "left" and label.line is spot.line:
            best = max(best, 0.9)
        elif nearby.where == "above" and not text[first : spot.start].strip() and shape(str(spot.value)) > 0.1:
            best = max(best, 0.5 * nearby.closeness)
    return best


def _says_day_or_more(after: str) -> bool:
    """Whether more than a date stands behind: a sentence goes on, or a name."""
    dates = find_dates(after)
    return bool(re.search(r"[^\W\d_]{5,}", after[: dates[0].start] if dates else after))


def titled(evidence: Evidence, near: list[Nearby]) -> float:
    """How much a plain "no" says where the document's title stands before it on its line."""
    best = 0.0
    for nearby in near:
        label = nearby.label
        if nearby.where == "left" and "number_weak" in label.roles:
            start, _ = column_around(label.line, label.start)
            before = [other for other in evidence.labels_of[label.line.index] if start <= other.start < label.start]
            if before and before[0].roles & {"invoice", "credit_note"} and not speaks_of_another(before[0]):
                best = max(best, nearby.closeness * 0.95)
    return best
