"""The due date that the terms of payment make of the issue date, where none is printed."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from app.extraction.evidence import Evidence, column_around
from app.extraction.labels import Label, fold, tables
from app.extraction.layout import Line

_MOST = 180
"""Days beyond which terms are something else: a warranty, a contract."""
_CLAUSE = re.compile(r"[,;.](?:\s|$)")


def due_by_terms(evidence: Evidence, issue: date) -> tuple[date, str] | None:
    """The day and the words that make it: "30 jours fin de mois", "14 Tage netto", "due on receipt"."""
    for labels in evidence.labels_of.values():
        for label in labels:
            if "payment_terms" in label.roles:
                for text in _said(evidence, label):
                    if day := _day_of(text, issue):
                        return day, f"{issue.isoformat()} + “{text.strip(' :.')}”"
    return None


def _said(evidence: Evidence, label: Label) -> list[str]:
    """What stands after the label, beside it, and below it."""
    text = label.line.text[label.end :]
    _, end = column_around(label.line, label.start)
    return text.split("\t")[:2] if text.strip(" :\t") else _below(evidence, label.line, end)


def _below(evidence: Evidence, line: Line, end: int) -> list[str]:
    lines = evidence.layout.lines
    following = lines[line.index + 1] if line.index + 1 < len(lines) else None
    if following is None or following.page is not line.page:
        return []
    left = line.area_of(*column_around(line, end - 1))[0]
    columns = [(abs(following.area_of(*span)[0] - left), span) for span in following.columns() if span[0] < span[1]]
    away, (first, last) = min(columns, default=(99.0, (0, 0)))
    return [following.text[first:last]] if away < 2 * line.height else []


def _day_of(text: str, issue: date) -> date | None:
    """The day that a text makes; a clause about a discount says nothing, of several the longest term counts."""
    days = []
    for clause in _CLAUSE.split(fold(text)):
        if not _discounts().search(clause):
            days += [int(found[1] or found[2]) for found in _days().finditer(clause)]
    if days:
        day = issue + timedelta(days=max(days)) if max(days) <= _MOST else None
        return _end_of_month(day) if day and _month_ends().search(fold(text)) else day
    return issue if _at_once().search(fold(text)) else None


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _word(name: str) -> str:
    return "|".join(re.escape(word) for word in tables()["words"][name])


@cache
def _days() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,])(\d{{1,3}})\s?(?:{_word('day')})\b|\bnet(?:to|t)?\s(\d{{1,3}})\b")


@cache
def _discounts() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_word('discount')})\b")


@cache
def _month_ends() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_word('month_end')})\b")


@cache
def _at_once() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_word('at_once')})\b")
