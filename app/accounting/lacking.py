"""Why a document of a period is not in what is downloaded for it: tests on its row (SPEC AC-1)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select

from app.accounting.kinds import ConnectionKind
from app.documents.kinds import FileRole
from app.documents.models import Category, Document, DocumentFile, DocumentTax
from app.documents.wanted import UNSENT
from app.users.models import Company

Test = ColumnElement[bool]


class Lack(StrEnum):
    """What a document lacks; of several the first is said."""

    DATE = "date"
    VALIDATION = "validation"
    APPROVAL = "approval"
    SENDING = "sending"
    FILE = "file"
    AMOUNT = "amount"
    TAX = "tax"
    SUM = "sum"
    RATES = "rates"
    CURRENCY = "currency"
    NOTHING = "nothing"
    """No more than zero."""
    GONE = "gone"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS: dict[Lack, Any] = {
    Lack.DATE: _("Without an issue date, so that nobody knows whether it belongs here"),
    Lack.VALIDATION: _("Not validated yet"),
    Lack.APPROVAL: _("Waits for approval"),
    Lack.SENDING: _("To be sent to its customer first"),
    Lack.FILE: _("Validated, but it has no file"),
    Lack.AMOUNT: _("It has no amount"),
    Lack.TAX: _("Its tax is not known"),
    Lack.SUM: _("Net and tax do not come to the gross amount"),
    Lack.RATES: _("The taxes of its rates do not come to its tax"),
    Lack.CURRENCY: _("In another currency than the company’s books"),
    Lack.NOTHING: _("Its amount is zero: there is nothing to book"),
    Lack.GONE: _("Changed while this was made, so that it is not in it any more"),
}


def why_not(kind: ConnectionKind, company: Company) -> ColumnElement[str]:
    """What keeps a document out; empty where it goes."""
    tests = {**dict(_of_all()), **dict(_of_entries(company) if kind is ConnectionKind.ENTRIES else _of_files())}
    return case(*((test, literal(lack.value)) for lack, test in tests.items()), else_=literal(""))


def _of_all() -> Iterator[tuple[Lack, Test]]:
    yield Lack.DATE, Document.issue_date.is_(None)
    yield Lack.VALIDATION, Document.validated_at.is_(None)
    yield Lack.APPROVAL, Document.awaits_approval.is_(True)
    yield Lack.SENDING, UNSENT


def _of_files() -> Iterator[tuple[Lack, Test]]:
    original = and_(DocumentFile.document_id == Document.id, DocumentFile.role == FileRole.ORIGINAL)
    yield Lack.FILE, ~exists().where(original)


def _of_entries(company: Company) -> Iterator[tuple[Lack, Test]]:
    """What keeps an entry from balancing in the currency of the books: nobody here knows a rate."""
    net = func.coalesce(Document.net_minor, Document.gross_minor - Document.tax_minor)
    by_rate = select(func.sum(DocumentTax.tax_minor)).where(DocumentTax.document_id == Document.id).scalar_subquery()
    yield Lack.AMOUNT, Document.gross_minor.is_(None)
    yield Lack.CURRENCY, Document.currency != company.currency
    yield Lack.TAX, Document.tax_minor.is_(None)
    yield Lack.SUM, net + Document.tax_minor != Document.gross_minor
    yield Lack.RATES, by_rate != Document.tax_minor
    yield Lack.NOTHING, and_(Document.gross_minor == 0, Document.tax_minor == 0)


def has_no_account() -> Test:
    """Neither it nor its category names an account: it would be booked where things wait."""
    names_one = exists().where(Category.id == Document.category_id, Category.account_code != "")
    return and_(Document.account_code == "", ~names_one)
