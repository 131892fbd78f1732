"""How sure a field is, by what proves it."""

from __future__ import annotations

from app.extraction.dated_numbers import says_month
from app.extraction.dating import DatedSpot, Dates
from app.extraction.numbers import Numbered, may_be_cut
from app.extraction.spots import Spot
from app.extraction.titled import shape
from app.extraction.totals import Sum, Totals
from app.extraction.witness import Name

_MENDED = 0.85
"""How sure totals can be of which some were misread and put right, or taken for what they look like."""
_PART = 0.5
"""How sure totals can be that are those of one rate among several, or have a tax that no country takes."""
_TELLING = frozenset({"label", "window", "sender", "foot"})
"""Places that say whose a name is."""
FAR_AHEAD = 0.5
"""From this lead on no name of the development corpus or of the drawn families was wrong; the widest lead of a wrong
one was 0.33."""


def sure_of_number(numbers: list[Numbered], issue: DatedSpot | None = None) -> float:
    """How sure the first of these is: by its label, how far it is ahead of another number, the month it carries."""
    best = numbers[0]
    is_whole = not may_be_cut(best.spot)
    if issue is not None and is_whole and best.label >= 0.3 and _alone_says_month(numbers, issue):
        return 0.97
    rival = next((other for other in numbers[1:] if other.value.casefold() != best.value.casefold()), None)
    lead = best.score - rival.score if rival else 1.0
    if best.label >= 0.8:
        sure = 0.97 if lead > 0.35 else 0.92 if lead > 0.15 else 0.75
    elif best.label >= 0.5:
        sure = 0.92 if lead > 0.35 else 0.85 if lead > 0.15 else 0.6
    elif best.label >= 0.4:
        sure = 0.85 if lead > 0.35 else 0.7 if lead > 0.15 else 0.5
    else:
        sure = 0.55 if lead > 0.1 else 0.4
    sure -= 0.0 if shape(best.value) > 0.05 else 0.25
    return sure if is_whole else min(sure, 0.75)


def _alone_says_month(numbers: list[Numbered], issue: DatedSpot) -> bool:
    """Whether the first of these carries the month of the issue date, and no other does."""
    own, *others = [each.value.casefold() for each in numbers if says_month(each.value, issue.day)] or [""]
    return own == numbers[0].value.casefold() and set(others) <= {own}


def sure_of_issue(dates: Dates, number: str = "") -> float:
    """How sure the issue date is: by its label, by the month in the number, or because no other date may be it."""
    issue = dates.issue
    rivals = [dated for dated in dates.all or [] if dated.day != issue.day and max(dated.due, dated.other) < 0.6]
    rivals = [dated for dated in rivals if not (dated.is_period or dated.is_mentioned)]
    if issue.issue > 0.8:
        return 0.85 if any(dated.issue > 0.8 for dated in rivals) else 0.97
    if issue.issue > 0.4:
        return 0.95 if all(dated.issue < issue.issue - 0.3 for dated in rivals) else 0.85
    if says_month(number, issue.day) and not any(says_month(number, dated.day) for dated in rivals):
        return 0.95
    return 0.5 if rivals else 0.92 if _is_in_head(issue.spot) else 0.8


def _is_in_head(spot: Spot) -> bool:
    """Whether the file itself says it in the upper half of the first page, where a lone date is the document's."""
    page = spot.line.page
    return page.source != "ocr" and page.number == 1 and spot.area[3] < 0.5 * page.height


def sure_of_due(dates: Dates) -> float:
    """How sure the due date is: by its label, or by its sentence where nothing else is called so."""
    due = dates.due
    rivals = [dated for dated in dates.all or [] if dated.due > 0.4 and dated.day != due.day]
    if due.due > 0.8:
        return 0.95
    if due.due > 0.7:
        return 0.8 if rivals else 0.93  # a sentence says it, and nothing else is called so
    return 0.8 if due.due > 0.5 else 0.6


def sure_of_name(name: Name, by_kind: float) -> float:
    """How sure a name is: by how far no other name explains the page as well, where its place says whose it is."""
    has_address = name.block is not None and name.block.has_postcode()
    if not has_address and name.kinds.isdisjoint(_TELLING):
        return min(by_kind, 0.7)
    if name.lead >= FAR_AHEAD:
        return 0.94
    return 0.92 if name.is_headed else min(by_kind, 0.85)


def sure_of_total(one: Sum, totals: Totals) -> float:
    """How sure one of the totals is: above all because they add up."""
    label = one.label
    sure = 0.88 if label > 0.8 else 0.78 if label > 0.45 else 0.55 if label > 0.2 else 0.3
    if totals.mended:
        return min(sure, _MENDED)
    if totals.is_part or not totals.is_likely:
        return min(sure, _PART)
    if totals.adds_up:
        return max(sure, _sure_of_sum(totals))
    if _is_proven_by_rate(totals):
        return 0.95
    if one is totals.gross and label > 0.8 and totals.rival <= 0.5 and totals.adds_up is None and _is_text(one):
        return 0.92  # nothing else is called the total, and nothing contradicts it
    sure = 0.6 if one.spot is None else sure if one.spot.is_right else min(sure, _MENDED)
    if totals.rival > 0.7:
        sure -= 0.2 * totals.rival
    return max(sure, 0.1)


def _sure_of_sum(totals: Totals) -> float:
    """How sure totals are that add up: labels must say so, too, and without a tax they always do."""
    said = totals.gross.label > 0.45 or min(totals.net.label, totals.tax.label) > 0.6
    return 0.85 if not said else 0.98 if totals.tax.value else 0.93


def _is_proven_by_rate(totals: Totals) -> bool:
    """Whether a labelled gross and tax are right since a rate makes the one of the other."""
    gross, net, tax = totals.gross, totals.net, totals.tax
    if net is None or net.spot is not None or tax is None or min(gross.label, tax.label) < 0.6:
        return False
    return bool(totals.taxes) or (not tax.value and _is_text(tax))


def _is_text(one: Sum) -> bool:
    """Whether the file itself says these digits: OCR may misread what no sum proves."""
    return one.spot is not None and one.spot.line.page.source != "ocr"
