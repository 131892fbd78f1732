"""What a customer sees through their link: what is open, with the PDFs and how to pay (SPEC DN-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.bank.models import BankAccount
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.counted import counted
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN
from app.extensions import db
from app.payments import codes
from app.payments.payee import Payee
from app.web.filters import day

MOST = 500


@dataclass(frozen=True)
class Line:
    """One open invoice or available credit note."""

    document: Document
    when: str
    """In words when it is due, or how late it is."""
    is_late: bool
    code: Markup
    """What a banking app scans; empty where it cannot be paid so."""
    told: str
    """The reference to be given with a transfer."""


@dataclass
class Sum:
    """What is open in one currency."""

    currency: str
    open_minor: int = 0
    late_minor: int = 0
    credit_minor: int = 0

    @property
    def balance_minor(self) -> int:
        """Invoices less available credit notes."""
        return self.open_minor - self.credit_minor


def documents(counterparty: Counterparty) -> Select[tuple[Document]]:
    """What this one customer may see: its own validated sales that it was sent and that are open (SPEC SE-2)."""
    mine = (Document.counterparty_id == counterparty.id, Document.company_id == counterparty.company_id)
    shown = select(Document).where(*mine, Document.direction == Direction.SALE, counted(), OPEN)
    return shown.where(Document.gross_minor.is_not(None), Document.awaits_approval.is_(False))


def lines(counterparty: Counterparty) -> list[Line]:
    """Each with the day it is due, the oldest first; credit notes at the end."""
    today, payee = clock.today(counterparty.company), payee_of(counterparty)
    order = (Document.kind == Kind.CREDIT_NOTE, Document.due_date, Document.id)
    found = documents(counterparty).options(selectinload(Document.files)).order_by(*order).limit(MOST)
    return [_line(document, today, payee) for document in db.session.scalars(found)]


def _line(document: Document, today: date, payee: Payee | None) -> Line:
    is_invoice, due = document.kind is Kind.INVOICE, document.due_date
    is_payable = is_invoice and payee is not None and document.disputed_at is None
    code = codes.drawn(document, payee) if is_payable and payee else Markup()
    is_late = is_invoice and due is not None and due < today
    return Line(document, when(due, today) if is_invoice else "", is_late, code, codes.told(document))


def when(due: date | None, today: date) -> str:
    """In words, as nobody counts days."""
    if due is None:
        return ""
    days = (due - today).days
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    return _("Due today") if days == 0 else _("Due on %(day)s", day=day(due))


def sums(shown: Iterable[Line]) -> list[Sum]:
    """One for each currency, by its name."""
    found: dict[str, Sum] = {}
    for line in shown:
        currency, owed = line.document.currency, line.document.open_minor or 0
        total = found.setdefault(currency, Sum(currency))
        if line.document.kind is Kind.CREDIT_NOTE:
            total.credit_minor += owed
        else:
            total.open_minor += owed
            total.late_minor += owed if line.is_late else 0
    return [found[currency] for currency in sorted(found)]


def payee_of(counterparty: Counterparty) -> Payee | None:
    """The company's own account: the first it names, else its first bank account."""
    company = counterparty.company
    accounts = select(BankAccount.iban).where(BankAccount.company_id == company.id, BankAccount.iban.is_not(None))
    living = accounts.where(BankAccount.archived_at.is_(None), BankAccount.currency == "EUR")
    iban = next(iter(company.ibans), None) or db.session.scalar(living.order_by(BankAccount.id).limit(1))
    return Payee(company.name, iban) if iban else None


def language_of(counterparty: Counterparty) -> str:
    """That of its first contact who has one, else that of the company's customers."""
    said = (each.language for each in counterparty.contacts if each.language)
    return next(said, counterparty.company.customer_language)
