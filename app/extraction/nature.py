"""Whether a document is an invoice or receipt at all, or a quote, a statement, a reminder, a letter."""

from __future__ import annotations

from app.extraction.evidence import Evidence, column_around, is_prose
from app.extraction.kinds import titles
from app.extraction.labels import Label
from app.extraction.numbers import Numbered
from app.extraction.spots import Values
from app.extraction.totals import Totals

_LEAST_LIKE_AN_INVOICE = 1.1
_TITLE, _MENTION = 0.9, 0.75
"""A large title at the top looks at least like the first, a plain label there like the second."""


def looks_like_an_invoice(evidence: Evidence, values: Values, totals: Totals, numbers: list[Numbered]) -> bool:
    """Whether enough of what invoices and receipts have is there."""
    invoice = titles(evidence, "invoice", "credit_note")
    receipt = [label for found in evidence.labels_of.values() for label in found if "receipt" in label.roles]
    other = titles(evidence, "something_else", "reminder")
    if _is_titled_otherwise(evidence, invoice[0][1] if invoice else 0.0, other):
        return False
    points = 1.0 if invoice and invoice[0][1] > 0.5 else 0.5 if invoice else 0.0
    points += 0.4 * min(len(receipt), 2)
    points += 0.6 if numbers and numbers[0].label > 0.8 else 0.0
    if totals.gross is not None and totals.gross.label > 0.3:
        points += 0.8 + (0.7 if totals.adds_up and totals.tax and totals.tax.spot else 0.0)
    points += 0.4 if values.dates else 0.0
    points += 0.3 if values.vats or values.sirens or values.sirets else 0.0
    points += 0.4 if sum(money.decimals == 2 for money in values.amounts) >= 3 else 0.0
    points -= 1.0 if _is_mostly_prose(evidence) else 0.0
    if other and other[0][1] > max(0.6, invoice[0][1] if invoice else 0.0):
        points -= 1.2
    return points >= _LEAST_LIKE_AN_INVOICE


def _is_titled_otherwise(evidence: Evidence, invoice: float, other: list[tuple[Label, float]]) -> bool:
    """Whether the title says "Quote" or "Reminder": then totals and numbers prove nothing.

    An invoice mentions its quote, order and contract, but in smaller print than its own title, or beside it.
    """
    look = max((look for label, look in other if label.line.page.number == 1), default=0.0)
    reminds = any("reminder" in label.roles and look >= _TITLE for label, look in other) or _has_subject(evidence)
    return (reminds and invoice < _TITLE) or (look >= _TITLE and invoice < _MENTION)


def _has_subject(evidence: Evidence) -> bool:
    """Whether the subject line of a letter reminds of what is due."""
    reminders = [label for found in evidence.labels_of.values() for label in found if "reminder" in label.roles]
    return any(
        "subject" in first.roles and first.line is label.line
        for label in reminders
        for first in evidence.labels_in((label.line, *column_around(label.line, label.start)))[:1]
    )


def _is_mostly_prose(evidence: Evidence) -> bool:
    """Whether most lines are sentences, as in terms of sale and letters."""
    lines = [line for line in evidence.layout.lines if len(line.words) > 2]
    return len(lines) > 10 and sum(is_prose(line, 0) for line in lines) > 0.5 * len(lines)
