"""Marks beside a document's status: paid by hand, disputed; a list shows them without a further query (SPEC LC-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from app.documents import words
from app.documents.models import Document, PaidMeans
from app.web.filters import amount


@dataclass(frozen=True)
class Mark:
    """A fact beside the status: its words, icon and tint, and what is said of it at length."""

    label: str
    icon: str
    tint: str = "grey"
    title: str = ""


def paid_by_hand(document: Document) -> Mark | None:
    """Another mark than a match with the bank: how and when, and how much where a part is open still."""
    if not document.paid_minor:
        return None
    said = words.paid_by_hand(words.way_of_paying(document), document.paid_means or PaidMeans.OTHER, document.paid_date)
    is_whole = document.paid_minor == document.gross_minor
    return Mark(said if is_whole else f"{said} · {amount(document.paid_minor, document.currency)}", "banknote", "green")


def disputed(document: Document) -> Mark | None:
    """Something is not right with it."""
    return Mark(_("Disputed"), "flag", "red", document.dispute_reason) if document.disputed_at else None


kinds: list[Callable[[Document], Mark | None]] = [disputed, paid_by_hand]
"""All there are; stages that come later add theirs, from columns the lists load (`showing.SHOWN`)."""


def of(document: Document) -> Iterator[Mark]:
    """Those it bears."""
    return (mark for kind in kinds if (mark := kind(document)))
