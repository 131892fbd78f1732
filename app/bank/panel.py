"""What settled a document, what may settle it, and which credit notes it can be netted with (SPEC BK-2, BK-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.bank import candidates, suggesting
from app.bank.finding import documents_typed, matches_of
from app.bank.models import BankTransaction, Difference, Match
from app.bank.settled import touches
from app.documents.models import Document, Kind
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed

MOST = 10


def of_document(user: User, document: Document) -> dict[str, Any] | None:
    """What the panel on a document's page shows; None where there is nothing to say."""
    matches, may_match = _matches(user, document), allowed(user, Permission.EDIT, document.company_id)
    may_see = allowed(user, Permission.SEE_FIGURES, document.company_id)
    offers = suggesting.for_document(user, document) if may_match and may_see else []
    others = _to_net_with(user, document) if may_match else []
    if not (matches or offers or others):
        return None
    lines = {each.transaction_id for each in matches if each.transaction_id}
    seen = BankTransaction.visible_to(user).with_only_columns(BankTransaction.id).where(BankTransaction.id.in_(lines))
    return {
        "matches": matches,
        "offers": offers,
        "others": others,
        "seen": set(db.session.scalars(seen)) if lines else set(),
        "may_match": may_match,
        "differences": list(Difference),
        "may_write_off": may_match and 0 < (document.open_minor or 0) < document.settled_minor,
    }


def of_line(user: User, line: BankTransaction, typed: str = "") -> dict[str, Any]:
    """What the page of a line shows: what it settles, what it may settle, and what was looked for."""
    may_match = allowed(user, Permission.EDIT, line.company_id)
    is_open = may_match and line.open_minor and not line.ignored_at
    offers = suggesting.for_line(user, line) if is_open else []
    found = documents_typed(user, line, typed) if is_open and typed else []
    proposed = [document for offer in offers for document in offer.documents]
    return {
        "matches": matches_of(user, line),
        "offers": offers,
        "choices": list(dict.fromkeys([*found, *proposed] if not typed else found)),
        "typed": typed,
        "may_match": may_match,
        "differences": list(Difference),
    }


def _matches(user: User, document: Document) -> list[Match]:
    """What settled it, or used it up; with another document only where that may be seen."""
    shown = (joinedload(Match.transaction), joinedload(Match.made_by), joinedload(Match.document))
    query = select(Match).where(touches(document)).options(*shown, joinedload(Match.credit_note))
    matches = list(db.session.scalars(query.order_by(Match.date, Match.id)))
    other = {id for each in matches for id in (each.document_id, each.credit_note_id) if id} - {document.id}
    visible = Document.visible_to(user).with_only_columns(Document.id).where(Document.id.in_(other))
    seen = set(db.session.scalars(visible)) | {document.id, None} if other else {document.id, None}
    return [each for each in matches if each.document_id in seen and each.credit_note_id in seen]


def _to_net_with(user: User, document: Document) -> list[Document]:
    """Open ones of the same counterparty that it can be netted with."""
    if not document.counterparty_id or not document.open_minor or not document.validated_at or document.trashed_at:
        return []
    wanted = Kind.INVOICE if document.kind is Kind.CREDIT_NOTE else Kind.CREDIT_NOTE
    query = Document.visible_to(user).where(
        *(Document.counterparty_id == document.counterparty_id, Document.kind == wanted),
        *(Document.direction == document.direction, Document.currency == document.currency, candidates.is_open()),
    )
    return list(db.session.scalars(query.order_by(Document.due_date, Document.id).limit(MOST)))
