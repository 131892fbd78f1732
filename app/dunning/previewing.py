"""What a text would say of a real invoice, while it is written (SPEC SE-4)."""

from __future__ import annotations

from sqlalchemy import Select

from app.counterparties.models import Counterparty
from app.documents.counted import counted
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import OPEN
from app.dunning import wording
from app.dunning.action_models import ActionKind
from app.dunning.facts import facts
from app.extensions import db
from app.users.mails import address
from app.users.models import Company, User

MOST = 10


def choices(kind: ActionKind, company: Company, user: User) -> list[Document]:
    """Sales to look at it with: the last ones; for a reminder those that are open, the oldest first."""
    query = _sales(company, user)
    if kind is ActionKind.REMINDER:
        query = query.where(counted(), OPEN).order_by(Document.due_date, Document.id)
    else:
        query = query.order_by(Document.id.desc())
    return list(db.session.scalars(query.limit(MOST)))


def _sales(company: Company, user: User) -> Select[tuple[Document]]:
    """Invoices to customers whose page this person may see."""
    seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
    mine = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_(None))
    sales = mine.where(Document.direction == Direction.SALE, Document.kind == Kind.INVOICE)
    return sales.where(Document.counterparty_id.in_(seen), Document.gross_minor.is_not(None))


def chosen(kind: ActionKind, company: Company, user: User, document_id: int | None) -> Document | None:
    """The one that was chosen, of those offered; else the first of them."""
    found = choices(kind, company, user)
    return next((each for each in found if each.id == document_id), next(iter(found), None))


def shown(
    kind: ActionKind, subject: str, text: str, document: Document | None, *, language: str, owner: User
) -> tuple[str, str]:
    """Subject and text with the facts of that invoice; without one, with the names of the facts in their place."""
    told = _facts(kind, document, language, owner) | {"portal_link": address("/portal/…")}
    return wording.fill(subject, told), wording.fill(text, told)


def _facts(kind: ActionKind, document: Document | None, language: str, owner: User) -> dict[str, str]:
    customer = document.counterparty if document else None
    if document is None or customer is None:
        return {name: f"[{label}]" for name, label in wording.VARIABLES[kind].items()}
    contact = next((each.name for each in customer.contacts if each.name), "")
    return facts(kind, [document], customer, language=language, contact_name=contact, owner=customer.owner or owner)
