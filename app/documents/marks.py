"""Marks beside a document's status: to send, paid by hand, disputed; a list shows them without a query (SPEC LC-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.documents import words
from app.documents.models import Document, PaidMeans, Status
from app.web.filters import amount, day

KEYS_BY_BANK = {"matched", "part_matched"}
BY_BANK = {
    "bank": (lazy_gettext("By bank"), "landmark"),
    "automatic": (lazy_gettext("By bank, automatically"), "landmark"),
    "netted": (lazy_gettext("Netted"), "receipt-text"),
}
"""How it was settled → its words and icon."""


@dataclass(frozen=True)
class Mark:
    """A fact beside the status: its words, icon and tint, and what is said of it at length."""

    label: str
    """Short, for a list."""
    icon: str
    tint: str = "grey"
    more: str = ""
    """What a page says beside it; in a list it waits under the mouse."""
    title: str = ""
    """What waits there on a page too, as the line beside it says it."""


def paid_by_hand(document: Document) -> Mark | None:
    """Another mark than a match with the bank: how and when, and how much where a part is open still."""
    if not document.paid_minor:
        return None
    said = [(document.paid_means or PaidMeans.OTHER).label, day(document.paid_date)]
    if document.paid_minor != document.gross_minor:
        said.append(amount(document.paid_minor, document.currency))
    label = words.BY_HAND[words.way_of_paying(document)]
    return Mark(str(label), "banknote", "green", " · ".join(str(each) for each in said if each))


def by_bank(document: Document) -> Mark | None:
    """What bank lines or credit notes say, as the line beside it was written from them."""
    look = BY_BANK.get(document.reason.get("way", "")) if document.reason.get("key") in KEYS_BY_BANK else None
    return look and Mark(str(look[0]), look[1], "green")


def disputed(document: Document) -> Mark | None:
    """Something is not right with it."""
    return Mark(_("Disputed"), "flag", "red", title=document.dispute_reason) if document.disputed_at else None


def to_send(document: Document) -> Mark | None:
    """Paid already, and its customer has still to get it; what is open says so by its status."""
    is_paid = document.status is Status.VALIDATED and document.is_to_send
    return Mark(_("To send"), "send", "blue") if is_paid else None


kinds: list[Callable[[Document], Mark | None]] = [to_send, disputed, paid_by_hand, by_bank]
"""All there are; stages that come later add theirs, from columns the lists load (`showing.SHOWN`)."""


def of(document: Document) -> Iterator[Mark]:
    """Those it bears."""
    return (mark for kind in kinds if (mark := kind(document)))
