"""Paid by hand, in cash or from another account: said by a person where no bank line will say it (SPEC LC-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.core import clock, money
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.editing import Changed, since
from app.documents.models import Document, PaidMeans
from app.extensions import db
from app.users.models import User
from app.web.filters import amount as in_words

before_paying: list[Callable[[Document], None]] = []
"""What stands against it, such as a batch that pays it already; `pipeline` fills it."""
NOTHING: dict[str, Any] = {"paid_minor": 0, "paid_date": None, "paid_means": None}


def may_pay(document: Document) -> bool:
    """Is something of it open that a person can say was paid?"""
    is_decided = document.validated_at and not document.trashed_at and not document.awaits_approval
    return bool(is_decided and document.open_minor and document.open_minor > 0 and not _stands_against(document))


def _stands_against(document: Document) -> bool:
    try:
        for ask in before_paying:
            ask(document)
    except Refused:
        return True
    return False


def pay(
    document: Document,
    *,
    by: User,
    on: date,
    means: PaidMeans,
    part: Decimal | None = None,
    version: int | None = None,
) -> None:
    """Say that all that is open, or this part of it, was paid; a sale is received, a credit note refunded.

    As of `version`, where a page showed one. Raises `Refused`.
    """
    _check(document, on)
    for ask in before_paying:
        ask(document)
    minor = (document.open_minor or 0) if part is None else money.to_minor(part, document.currency)
    _check_part(document, minor)
    still = (Document.gross_minor - Document.settled_minor >= minor, Document.awaits_approval.is_(False))
    told = {"paid_minor": document.paid_minor + minor, "paid_date": on, "paid_means": means}
    _change(document, told, *still, by=by, version=version, act="paid by hand")


def take_back(document: Document, *, by: User, version: int | None = None) -> None:
    """What was said to be paid by hand is open again, all of it; what the bank says stays."""
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if not document.paid_minor:
        raise Refused(_("Nothing of it is marked as paid by hand any more."))
    _change(document, NOTHING, by=by, version=version, act="payment taken back")


def _change(document: Document, told: dict[str, Any], *still: Any, by: User, version: int | None, act: str) -> None:
    """By one conditional statement: of two at once one counts, and the other is told."""
    seen = document.version if version is None else version
    was = {name: getattr(document, name) for name in told}
    still += (Document.version == seen, Document.trashed_at.is_(None), Document.paid_minor == was["paid_minor"])
    settled = Document.settled_minor - was["paid_minor"] + told["paid_minor"]
    if not change_if(db.session(), document, *still, **told, settled_minor=settled, version=seen + 1):
        raise Refused(_overtaken(document, seen))
    changes = {name: [was[name], now] for name, now in told.items()} | {"version": [seen, seen + 1]}
    status.settle(document, by=by, act=act, changes=changes)


def _check(document: Document, on: date) -> None:
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if not document.validated_at:
        raise Refused(_("It is not validated yet: validate it first."))
    if document.awaits_approval:
        raise Refused(_("It waits for approval: it can be marked as paid once it is approved."))
    if on > clock.today(document.company):
        raise Refused(_("This day is still to come: it can be marked as paid on that day."))


def _check_part(document: Document, minor: int) -> None:
    still_open = document.open_minor or 0
    if still_open <= 0:
        raise Refused(_("Nothing of it is open any more."))
    if minor <= 0:
        raise Refused(_("Enter an amount above zero."))
    if minor > still_open:
        left = in_words(still_open, document.currency)
        raise Refused(_("Only %(amount)s of it are open. Nothing was changed.", amount=left))


def _overtaken(document: Document, version: int) -> str:
    who = ", ".join(Changed(since(document, version)).names)
    return _("%(who)s changed this document meanwhile: look at it, then decide again. Nothing was changed.", who=who)
