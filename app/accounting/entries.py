"""A document as the lines of its entry: what is debited and what is credited, the same to the cent (SPEC AC-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.accounting.codes import Codes
from app.documents.kinds import Direction, Kind
from app.documents.models import Document


class Unbalanced(Exception):
    """The amounts of a document do not add up: it makes no entry."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line; of its two amounts one is 0."""

    account: str
    label: str
    debit_minor: int = 0
    credit_minor: int = 0


def entry(document: Document, codes: Codes) -> list[EntryLine]:
    """Its lines: customer or supplier against what was sold or bought, and the tax of each rate.

    A credit note stands on the other sides. Raises `Unbalanced` rather than make what does not balance.
    """
    is_debit = (document.direction is Direction.SALE) != (document.kind is Kind.CREDIT_NOTE)
    sides = [(codes.party(document), "", document.gross_minor or 0, is_debit)]
    sides += [(account, said, minor, not is_debit) for account, said, minor in _parts(document, codes)]
    lines = [_line(document, *side) for side in sides if side[2]]
    if not lines or sum(each.debit_minor for each in lines) != sum(each.credit_minor for each in lines):
        raise Unbalanced(f"document {document.id}")
    return lines


def _parts(document: Document, codes: Codes) -> Iterator[tuple[str, str, int]]:
    """What stands against the gross amount: account, what is said of it, how much; tax of 0 is no line."""
    tax = document.tax_minor
    if document.gross_minor is None or tax is None:
        raise Unbalanced(f"document {document.id}")
    yield codes.net(document), "", document.gross_minor - tax if document.net_minor is None else document.net_minor
    if not document.taxes:
        yield codes.tax(document), _("Tax"), tax
    elif sum(each.tax_minor for each in document.taxes) != tax:
        raise Unbalanced(f"document {document.id}")
    for each in document.taxes:
        yield codes.tax(document), _("Tax %(rate)s%%", rate=format_decimal(each.rate)), each.tax_minor


def _line(document: Document, account: str, said: str, minor: int, is_debit: bool) -> EntryLine:
    """What is below zero stands on the other side."""
    what = said or document.label
    label = what if what.startswith(document.party_name) else " – ".join(filter(None, (document.party_name, what)))
    if (minor > 0) == is_debit:
        return EntryLine(account, label, debit_minor=abs(minor))
    return EntryLine(account, label, credit_minor=abs(minor))
