"""What speaks for a bank line's being about one document or several, in points, each with its reason (SPEC BK-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from app.bank.book import Line, Open
from app.bank.evidence import EXACT, NUMBER, Found, Parties, Reasons
from app.bank.gaps import gap
from app.bank.models import Difference

AMOUNT, SUM = 40, 34
STRONG = 22
"""Points from which a line says whose it is."""
LATE, AHEAD = 60, 20
"""Days within which a debt is paid as a rule, after it was due and before."""
SOON = timedelta(days=3)
"""So long before its date an invoice may be paid."""


@dataclass(slots=True)
class Suggestion:
    """One answer to what a line settles: documents, how sure, and why."""

    documents: tuple[Open, ...]
    points: float
    why: Reasons = field(default_factory=list)
    difference: Difference | None = None

    @property
    def is_whole(self) -> bool:
        """Is the amount exactly what is open?"""
        return ["amount"] in self.why or self.why[:1] == [["sum", len(self.documents)]]

    is_sure: bool = False
    """Exact number and exact amount, and no rival: what may be matched by itself (SPEC BK-3)."""


def single(line: Line, document: Open, found: Found, parties: Parties) -> Suggestion:
    """A line beside one document."""
    points, why, difference = amount(line, document)
    how = found[document.id][0] if document.id in found else "end" if document.tail in line.words.said else ""
    if how:
        points += NUMBER[how] * (1 if len(document.number) > 4 or how == "reference" else 0.6)
        why.append([how, document.number])
    points += _party(document.party, parties, why, is_numbered=how in EXACT)
    points += of_date(line, document, why)
    return Suggestion((document,), points, why, difference)


def amount(line: Line, document: Open) -> tuple[float, Reasons, Difference | None]:
    """What the two amounts say, and what a difference between them may be."""
    minor, wanted = abs(line.minor), document.minor
    if line.currency != document.currency:
        is_same = line.original_currency == document.currency and abs(line.original_minor or 0) == wanted
        return (38.0, [["original"]], None) if is_same else (0.0, [["currency"]], None)
    if minor == wanted:
        return float(AMOUNT), [["amount"]], None
    return gap(minor, wanted)


def _party(party: int | None, parties: Parties, why: Reasons, *, is_numbered: bool) -> float:
    """Whose document it is, against whom the line names."""
    if party in parties:
        points, reasons = parties[party]
        why += reasons
        return points
    strongest = max((points for points, _why in parties.values()), default=0.0)
    if strongest < STRONG:
        return 0.0
    why.append(["other_party"])
    return -10.0 if is_numbered or strongest < 28 else -24.0


def of_date(line: Line, document: Open, why: Reasons) -> float:
    """Near its due date; hardly before it was issued."""
    if document.issued and line.day < document.issued - SOON:
        why.append(["early"])
        return -20.0
    if document.due is None:
        return 0.0
    days = days_from(line, document)
    if days <= 10:
        why.append(["due", days])
    is_of_month = document.issued is not None and document.issued.month in line.words.months
    if is_of_month:
        why.append(["month", document.issued.isoformat()] if document.issued else [])
    reach = LATE if line.day >= document.due else AHEAD
    return 8.0 * max(0.0, 1 - days / reach) + 6.0 * is_of_month


def days_from(line: Line, document: Open) -> int:
    """Between the line and the day the document is due; many where no day is known."""
    day = document.due or document.issued
    return abs((line.day - day).days) if day else 999


def is_named(line: Line, document: Open, found: Found) -> bool:
    """Does its number or the end of it stand in the line?"""
    return document.id in found or document.tail in line.words.said


def together(
    line: Line,
    documents: list[Open],
    found: Found,
    parties: Parties,
    answers: int,
) -> Suggestion:
    """Several documents as one answer: the more of them the line names, the surer."""
    why: Reasons = [["sum", len(documents)]]
    named = [each for each in documents if is_named(line, each, found)]
    points = float(SUM) + 44 * len(named) / len(documents) - 2 * (len(documents) - 2)
    if named:
        why.append(["numbers", len(named)])
    points += _party(documents[0].party, parties, why, is_numbered=len(named) == len(documents))
    if answers > 1 and not named:
        points -= 6
    points += sum(of_date(line, each, []) for each in documents) / len(documents)
    return Suggestion(tuple(documents), points, why)
