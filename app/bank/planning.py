"""How an answer is carried out: which amount of the line goes to which document, and what is written off."""

from __future__ import annotations

from collections.abc import Sequence

from app.bank.allocating import Share, runs_with
from app.bank.models import BankTransaction, Difference
from app.documents.models import Document

Plan = tuple[list[Share], Difference | None]


def plan(
    line: BankTransaction,
    documents: Sequence[Document],
    difference: Difference | None = None,
    amounts: dict[int, int] | None = None,
) -> Plan:
    """All that is open of each, as far as the line reaches, or these `amounts` whole; `difference` gives up the rest.

    It is written off of the documents where the line falls short, of the line where it is more.
    """
    if len(documents) == 1 and documents[0].currency != line.currency:
        return _in_two_currencies(line, documents[0], difference, (amounts or {}).get(documents[0].id))
    amounts = amounts or {}
    left = line.open_minor + sum(_wanted(each, amounts) for each in documents if not runs_with(line, each))
    shares = []
    for document in documents:
        minor = _wanted(document, amounts)
        if runs_with(line, document):
            minor = minor if document.id in amounts else min(minor, max(left, 0))
            left -= minor
        if minor:
            shares.append(Share(document, minor, rest=difference))
    return shares, difference if left > 0 else None


def _in_two_currencies(
    line: BankTransaction, document: Document, difference: Difference | None, minor: int | None
) -> Plan:
    """All of the line for all of the document: the bank has changed it."""
    wanted = (document.open_minor or 0) if minor is None else minor
    return [Share(document, wanted, line.open_minor, rest=difference)], None


def _wanted(document: Document, amounts: dict[int, int]) -> int:
    return amounts.get(document.id, document.open_minor or 0)
