"""Several OCR passes over one page are several opinions: each is read by itself, then they vote field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.extraction.lessons import Lesson
from app.extraction.ours import Ours
from app.extraction.page import read_page
from app.extraction.reading import Found, Reading
from app.extraction.study import Study, study
from app.reader.contents import Contents

_TOGETHER = ("net", "tax", "gross", "paid")
"""Totals are voted as a whole: parts of two opinions need not add up."""
_FIRST = 0.05
"""What the first pass is ahead: it is the one whose words a person sees."""


def studies_of(contents: Contents) -> list[Study]:
    """The document taken apart, once for each pass over its pages; the first is the one people see."""
    return [study(each) for each in (contents, *_further(contents))]


def read_passes(
    studies: list[Study], *, today: date, ours: Ours | None = None, lessons: Sequence[Lesson] = ()
) -> Reading:
    """What the passes say together."""
    opinions = [read_page(each, today=today, ours=ours, lessons=lessons) for each in studies]
    return opinions[0] if len(opinions) == 1 else _vote(opinions)


def _further(contents: Contents) -> list[Contents]:
    """The document once for each further pass that any of its pages had."""
    count = max((len(page.passes) for page in contents.pages), default=0)
    return [
        replace(
            contents,
            pages=[
                replace(page, words=page.passes[turn]) if turn < len(page.passes) else page for page in contents.pages
            ],
        )
        for turn in range(count)
    ]


def _vote(opinions: list[Reading]) -> Reading:
    """Field by field the value with most confidence behind it."""
    result = replace(opinions[0], fields={}, flags=_agreed_flags(opinions))
    for name in dict.fromkeys(name for opinion in opinions for name in opinion.fields):
        if name not in _TOGETHER:
            result.fields[name], _ = _elect(opinions, name)
    if any("gross" in opinion.fields for opinion in opinions):
        gross, winner = _elect(opinions, "gross")
        result.fields |= {name: winner.fields[name] for name in _TOGETHER if name in winner.fields}
        result.fields["gross"], result.taxes = gross, winner.taxes
    return result


def _elect(opinions: list[Reading], name: str) -> tuple[Found, Reading]:
    """The field with most votes, its confidence raised by who agrees and lowered by who doesn't; and whose it is."""
    votes: dict[object, list[tuple[float, Found, Reading]]] = defaultdict(list)
    for turn, opinion in enumerate(opinions):
        if name in opinion.fields:
            found = opinion.fields[name]
            weight = found.confidence * (0.7 if found.failed_check else 1) + (0 if turn else _FIRST)
            votes[_key(found)].append((weight, found, opinion))
    ranked = sorted(votes.values(), key=lambda cast: -sum(weight for weight, _, _ in cast))
    for_it, against = ranked[0], sum(weight for cast in ranked[1:] for weight, _, _ in cast)
    _, best, winner = max(for_it, key=lambda cast: cast[0])
    return replace(best, confidence=round(_weighed(best, [found for _, found, _ in for_it], against), 3)), winner


def _weighed(best: Found, agreed: list[Found], against: float) -> float:
    if best.failed_check or best.is_mended:
        return best.confidence
    sure = best.confidence
    for found in agreed:
        if found is not best:
            sure += (1 - sure) * found.confidence * 0.5
    return max(0.1, min(sure, 0.99) - 0.25 * min(against, 1.0))


def _key(found: Found) -> object:
    return "".join(found.value.split()).casefold() if isinstance(found.value, str) else found.value


def _agreed_flags(opinions: list[Reading]) -> list[dict]:
    """Flags of the first pass; "not an invoice" only where all say so."""
    doubted = all(opinion.has_flag("not_invoice") for opinion in opinions)
    return [flag for flag in opinions[0].flags if flag["code"] != "not_invoice" or doubted]
