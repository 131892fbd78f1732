"""The name that a line or a block of the page says."""

from __future__ import annotations

from app.extraction.blocks import Block
from app.extraction.evidence import Evidence, column_around
from app.extraction.labels import Label, fold
from app.extraction.layout import Line
from app.extraction.naming import has_legal_form, may_be_name, without_label
from app.extraction.spots import Spot
from app.extraction.witness import Name

_ARTICLES = frozenset(["le", "la", "les", "the", "der", "die", "das", "de", "het", "el", "il", "lo", "l'"])


def after(evidence: Evidence, label: Label) -> list[Name]:
    """The name to the right of its label."""
    line = label.line
    start = label.end + len(line.text[label.end :]) - len(line.text[label.end :].lstrip(" :.\t-"))
    if start >= len(line.text):
        return []
    _, end = column_around(line, start)
    return named(evidence, (line, start, end), "label", None)


def first_of(evidence: Evidence, block: Block, kind: str) -> list[Name]:
    """The name in a block: a line with a legal form among the first ones, else the first that can be a name."""
    possible = [
        part
        for part in block.parts[:5]
        if (may_be_name(evidence, part) or _is_called_by_its_role(evidence, block, part))
        and not _is_salutation(evidence, part)
    ]
    with_form = [part for part in possible[:3] if has_legal_form(part[0].text[part[1] : part[2]])]
    return [name for part in (with_form or possible)[:1] for name in named(evidence, part, kind, block)]


def _is_called_by_its_role(evidence: Evidence, block: Block, part: tuple[Line, int, int]) -> bool:
    """Whether "The Customer" stands in an address like a name: headings have no article, and an address ends below."""
    line, start, end = part
    text = line.text[start:end].strip()
    label = next((label for label in evidence.labels_in(part) if label.end == start + len(text)), None)
    article = fold(line.text[start : label.start]).strip() if label and label.roles & {"seller", "buyer"} else ""
    is_last = block.parts[-1] == part
    return (
        article in _ARTICLES and not line.text[end:].lstrip().startswith(":") and block.has_postcode() and not is_last
    )


def named(evidence: Evidence, part: tuple[Line, int, int], kind: str, block: Block | None) -> list[Name]:
    """The name that a line says, without its label; none where it says a sentence."""
    line, start, end = without_label(evidence, part)
    text = line.text[start:end].strip(" :-,;*●•·|")
    if sum(character.isalpha() for character in text) < 2 or _is_sentence(text):
        return []
    start = line.text.index(text, start)
    spot = Spot(line, start, start + len(text), text, line.area_of(start, start + len(text)))
    return [Name(spot, text, {kind}, block, block.text() if block else [], _is_greeted(evidence, part, block))]


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 8 and not has_legal_form(text)


def _is_greeted(evidence: Evidence, part: tuple[Line, int, int], block: Block | None) -> bool:
    """Whether a salutation begins the line of a name, or is the line above."""
    above = [other for other in (block.parts if block else []) if other[0].index < part[0].index][-1:]
    begins = [label for label in evidence.labels_in(part) if label.start - part[1] < 2 and "salutation" in label.roles]
    return any("name" not in label.roles for label in begins) or any(_is_salutation(evidence, one) for one in above)


def _is_salutation(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    _, start, end = part
    found = evidence.labels_in(part)
    return any("salutation" in label.roles and label.end - label.start > 0.7 * (end - start) for label in found)
