"""Which of a document's dates is which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.extraction.dates import is_month_first
from app.extraction.evidence import (
    Evidence,
    column_around,
    is_corrected,
    is_paired,
    is_prose,
    speaks_of_another,
    weight,
)
from app.extraction.labels import Label
from app.extraction.parties import bare_name
from app.extraction.paying import asks_until, ends_discount, is_about_paying, is_taken, was_received
from app.extraction.spots import Money, Spot, Values
from app.extraction.values import all_dates

_UNTIL = re.compile(
    r"\s*(?:-|–|—|au|to|until|till|bis|tot|t/m|al|hasta|a|>|→)(?:\s+(?:zum|the|le|el))?\s*", re.IGNORECASE
)


_TIME = re.compile(r"[\s,\t-]{1,3}(?:\w{1,3}\s)?[0-2]?\d[:.hH][0-5]\d")
_TOWN = re.compile(
    r"\s*(?:(?:[Ff]ait\s)?[ÀàA]\s)?(?P<town>[A-ZÀ-Þ][\w'’.-]+(?:[ -][\w'’.-]+){0,4}),"
    r"\s?(?:le|am|den|the|a|li|lì|il|el|op|on)?\s*"
    r"|\s*(?:[Ff]ait\s)?[Àà]\s(?P<made>[A-ZÀ-Þ][\w'’.-]+(?:[ -][\w'’.-]+){0,4})\sle\s*"
)
_OF = re.compile(r"(?:^|\t)\s*(?:du|le|vom|van|del|dated)\s*:?\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,/–-]?\s*(?:en date du|en date|du|vom|van|del|dated|of|de)?\s*", re.IGNORECASE)
_SAID = 0.7
"""From here on a label says outright that a date is the one by which to pay."""
_LONG_BEFORE = 3 * 366
"""Days before the document's last date from which a date is more likely a law's or a contract's."""


@dataclass(slots=True)
class DatedSpot:
    """A date with what the labels around it say."""

    spot: Spot
    day: date
    is_ambiguous: bool
    issue: float = 0.0
    due: float = 0.0
    other: float = 0.0
    is_period: bool = False
    is_mentioned: bool = False
    """Whether it stands in a sentence."""


@dataclass(slots=True)
class Dates:
    """What was chosen; each may be None."""

    issue: DatedSpot | None = None
    due: DatedSpot | None = None
    start: DatedSpot | None = None
    end: DatedSpot | None = None
    all: list[DatedSpot] | None = None


def find_document_dates(
    evidence: Evidence, values: Values, *, month_first: bool, today: date, number: Spot | None = None
) -> Dates:
    """Issue date, due date and service period; `number` is where the document's own number stands."""
    swap = is_month_first(all_dates(values), likely=month_first)
    judged = [_judge(evidence, spot, swap) for spot in values.dates]
    judged = [dated for dated in judged if dated.day.year <= today.year + 30]
    for dated in judged:
        if number is not None and _follows(dated, number):
            dated.issue = max(dated.issue, 0.85)
    period = _period(judged)
    chosen = Dates(all=judged)
    chosen.start, chosen.end = period or (None, None)
    chosen.issue = _issue(evidence, judged, today)
    chosen.due = _due(judged, chosen.issue)
    return chosen


def _judge(evidence: Evidence, spot: Spot, swap: bool) -> DatedSpot:
    readings = spot.value.readings
    day = readings[-1] if swap else readings[0]
    near = [nearby for nearby in evidence.near(spot) if not _is_another_s(nearby.label)]
    beside = [nearby for nearby in near if nearby.where == "left"]  # "Rechnung Nr. 12 vom 3.4.2024"
    is_mentioned = is_prose(spot.line, spot.start)
    by_title = 0.0 if is_mentioned else 0.7 * weight(beside, "invoice", "credit_note", "number")
    dated = DatedSpot(
        spot,
        day,
        len(readings) > 1,
        issue=max(weight(near, "issue_date"), by_title, _by_place(evidence, spot)),
        is_mentioned=is_mentioned,
        due=weight(near, "due_date"),
        other=weight(near, "other_date", "period", "order_reference"),
    )
    _hear_sentence(evidence, dated)
    if is_corrected(spot):
        dated.issue, dated.other = 0.0, 0.9
    return dated


def _is_another_s(label: Label) -> bool:
    """Whether a label is another document's; a due date is nobody else's ("zu der Fälligkeit")."""
    return "due_date" not in label.roles and speaks_of_another(label)


def _hear_sentence(evidence: Evidence, dated: DatedSpot) -> None:
    """Let the sentence say what no label beside the date does."""
    if ends_discount(evidence, dated.spot):
        dated.due, dated.other = 0.0, max(dated.other, 0.9)
    elif dated.due < _SAID and was_received(dated.spot):
        dated.due = 0.0
    elif dated.due >= 0.4:
        dated.due = max(dated.due, 0.85 if is_about_paying(dated.spot) else 0.0)
    elif max(dated.issue, dated.other) < 0.6 and (is_taken(evidence, dated.spot) or asks_until(evidence, dated.spot)):
        dated.due = 0.75


def _by_place(evidence: Evidence, spot: Spot) -> float:
    """How much a date looks like the document's by what it stands with: a town, a time, the document's number."""
    if town_before(evidence, spot):
        return 0.82
    beside_number = weight([nearby for nearby in evidence.near(spot) if is_paired(nearby.label)], "number")
    is_weak = _has_time(spot) or _OF.search(spot.line.text[: spot.start])
    return max(beside_number, 0.55 if is_weak else 0.0)


def _follows(dated: DatedSpot, number: Spot) -> bool:
    """Whether a date follows the number at once: "n° 12 du 3 mars 2026"; not as the next column, of another label."""
    spot = dated.spot
    if spot.line is not number.line or number.end > spot.start:
        return False
    between = spot.line.text[number.end : spot.start]
    is_another_column = "\t" in between and max(dated.due, dated.other) > dated.issue
    return bool(_BETWEEN.fullmatch(between)) and not is_another_column


def town_before(evidence: Evidence, spot: Spot) -> str:
    """The town with which the line of a date begins, as letters are dated: "Lyon, le 3 mars 2026"; else nothing."""
    first, last = column_around(spot.line, spot.start)
    text = spot.line.text
    if any(first <= label.start < spot.start for label in evidence.labels_of[spot.line.index]):
        return ""
    found = _TOWN.fullmatch(text[first : spot.start])
    return bare_name(found["town"] or found["made"]) if found and not text[spot.end : last].strip(" .") else ""


def _has_time(spot: Spot) -> bool:
    """Whether a time of day follows: so tills print the moment of the sale."""
    return bool(_TIME.match(spot.line.text[spot.end : spot.end + 12]))


def _period(judged: list[DatedSpot]) -> tuple[DatedSpot, DatedSpot] | None:
    """Two dates with "to" between them; marked, so that they are not taken for another date."""
    found = None
    for first, second in pairwise(judged):
        if first.spot.line is second.spot.line:
            between = first.spot.line.text[first.spot.end : second.spot.start]
            if _UNTIL.fullmatch(between) and first.day <= second.day:
                first.is_period = second.is_period = True
                found = found or (first, second)
    return found


def _issue(evidence: Evidence, judged: list[DatedSpot], today: date) -> DatedSpot | None:
    best, most = None, 0.0
    latest = max((dated.day for dated in judged if dated.day <= today), default=today)
    for rank, dated in enumerate(judged):
        score = 0.3 + dated.issue - 0.8 * max(dated.due, dated.other) - 0.01 * min(rank, 10)
        score += 0.08 if dated.spot.line.page.number == 1 else -0.1
        score -= 0.3 if dated.is_period and dated.issue < 0.8 else 0
        score -= 0.3 if (dated.day - today).days > 62 else 0
        score -= 0.25 if dated.is_mentioned else 0
        score -= 0.15 if _is_in_item(evidence, dated.spot) else 0
        score -= 0.3 if (latest - dated.day).days > _LONG_BEFORE and dated.issue < 0.8 else 0
        if score > most:
            best, most = dated, score
    return best


def _is_in_item(evidence: Evidence, spot: Spot) -> bool:
    """Whether an amount stands on its line: what was sold that day, or paid."""
    return any(isinstance(other, Money) and other.decimals == 2 for other in evidence.spots_of[spot.line.index])


def _due(judged: list[DatedSpot], issue: DatedSpot | None) -> DatedSpot | None:
    best, most = None, 0.35
    for dated in judged:
        score = dated.due - 0.7 * max(dated.issue, dated.other)
        if issue is not None:
            days = (dated.day - issue.day).days
            score += -0.25 if days < 0 else -0.2 if days > 400 else 0.05
        score -= 0.5 if dated is issue and dated.issue > dated.due else 0
        score -= 0.5 if dated.is_period else 0
        if score > most:
            best, most = dated, score
    return best
