"""The facts that texts to customers name, each as its reader writes it (SPEC SE-4, DN-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import force_locale
from sqlalchemy import select

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.counted import counted
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN
from app.dunning.action_models import ActionKind
from app.extensions import db
from app.users.models import User
from app.web.filters import amount, day, iban

LONGEST_LIST = 50
"""So many invoices a message lists; the rest is counted and summed all the same."""


def facts(
    kind: ActionKind,
    documents: list[Document],
    counterparty: Counterparty,
    *,
    language: str,
    contact_name: str = "",
    owner: User | None = None,
) -> dict[str, str]:
    """Every variable of that kind but the link, in that language.

    Those of one invoice are the oldest one's; totals are the customer's. What is *to send* is in none of them, but
    for the facts of the very invoice that is being sent (SPEC SE-2).
    """
    with force_locale(language):
        told = _names(counterparty, contact_name, owner or counterparty.owner)
        if kind is ActionKind.SENDING:
            return told | _of_one(documents[0] if documents else None, counterparty)
        oldest = min((each for each in documents if not each.is_to_send), key=_age, default=None)
        return told | _of_one(oldest, counterparty) | _delays(oldest, counterparty) | _totals(counterparty)


def _age(document: Document) -> tuple[date, int]:
    return document.due_date or date.max, document.id


def _names(counterparty: Counterparty, contact_name: str, owner: User | None) -> dict[str, str]:
    return {
        "customer": counterparty.name,
        "contact": contact_name or counterparty.name,
        "company": counterparty.company.name,
        "owner": owner.name if owner else counterparty.company.name,
        "owner_email": owner.email if owner else "",
        "today": day(clock.today(counterparty.company)),
    }


def _of_one(document: Document | None, counterparty: Counterparty) -> dict[str, str]:
    names = ("number", "label", "issue_date", "due_date", "amount", "open_amount", "payment_reference")
    if document is None:
        return dict.fromkeys(names, "") | {"iban": _own_iban("", counterparty)}
    return {
        "number": document.number,
        "label": document.label,
        "issue_date": day(document.issue_date),
        "due_date": day(document.due_date),
        "amount": amount(document.gross_minor, document.currency),
        "open_amount": amount(document.open_minor, document.currency),
        "payment_reference": document.payment_reference or document.number,
        "iban": _own_iban(document.iban, counterparty),
    }


def _own_iban(printed: str, counterparty: Counterparty) -> str:
    """The account to pay to: the one on the invoice where it is ours, else our first; never one nobody of ours set."""
    own = counterparty.company.ibans
    return iban(printed if printed in own else own[0] if own else "")


def _delays(document: Document | None, counterparty: Counterparty) -> dict[str, str]:
    due = document.due_date if document else None
    late = (clock.today(counterparty.company) - due).days if due else 0
    return {"days_overdue": str(max(late, 0)), "days_until_due": str(max(-late, 0))}


def open_of(counterparty: Counterparty) -> list[Document]:
    """Its open sales that figures count, oldest first: what is *to send* is not among them (SPEC SE-2)."""
    query = select(Document).where(Document.counterparty_id == counterparty.id, counted(), OPEN)
    query = query.where(Document.direction == Direction.SALE)
    return sorted(db.session.scalars(query), key=_age)


def _totals(counterparty: Counterparty) -> dict[str, str]:
    """Totals net of part payments and of credit notes that are not used yet; the list adds up to the total."""
    today, every = clock.today(counterparty.company), open_of(counterparty)
    credits = [each for each in every if each.kind is Kind.CREDIT_NOTE]
    invoices = [each for each in every if each.kind is Kind.INVOICE]
    late = [each for each in invoices if each.due_date and each.due_date < today]
    return {
        "overdue_count": str(len(late)),
        "overdue_total": _sum([*late, *credits], counterparty.company.currency),
        "overdue_list": "\n".join(map(_line, [*late[:LONGEST_LIST], *credits[:LONGEST_LIST]])),
        "outstanding_total": _sum(every, counterparty.company.currency),
        "oldest_number": (late or invoices)[0].number if invoices else "",
        "parent": counterparty.parent.name if counterparty.parent else "",
    }


def signed(document: Document) -> int:
    """What is open of it, as it counts in a total: a credit note against the rest."""
    return -(document.open_minor or 0) if document.kind is Kind.CREDIT_NOTE else document.open_minor or 0


def _sum(documents: Iterable[Document], usual: str) -> str:
    """One sum for each currency; a customer with more credit than debt owes nothing."""
    sums: dict[str, int] = {}
    for each in documents:
        sums[each.currency] = sums.get(each.currency, 0) + signed(each)
    owed = {currency: minor for currency, minor in sums.items() if minor > 0} or {next(iter(sums), usual): 0}
    return " + ".join(amount(minor, currency) for currency, minor in sorted(owed.items()))


def _line(document: Document) -> str:
    """Its number, when it was or is due (a credit note: when it was made), and what is open of it."""
    when = document.due_date if document.kind is Kind.INVOICE else document.issue_date
    return " · ".join(filter(None, (document.number, day(when), amount(signed(document), document.currency))))
