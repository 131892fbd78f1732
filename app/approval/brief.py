"""What an approver is shown, in the mail as on the page: the figures first."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.approval import demands, facts
from app.approval.models import Approval, Seat
from app.comments.models import Comment
from app.documents import paying_to
from app.documents.models import Document
from app.documents.words import party
from app.extensions import db
from app.users.models import User
from app.web.filters import amount, day, iban, moment

LATEST = 5


def about(seat: Seat) -> dict[str, Any]:
    """All that this approver is told of what is to be decided."""
    approval, document = seat.step.approval, seat.step.approval.document
    return {
        "document": document,
        "company": document.company.name,
        "user": seat.user,
        "gross": amount(document.gross_minor, document.currency),
        "rows": rows(document),
        "why": why(approval),
        "differences": since(approval),
        "comments": comments(document),
        "latest": latest(document, seat.user),
        "instead_of": seat.named if seat.handed else None,
    }


def called(document: Document) -> str:
    """Whose, and how much."""
    return f"{document.party_name or document.number}, {amount(document.gross_minor, document.currency)}"


def rows(document: Document) -> list[tuple[Any, str]]:
    """The facts, with who validated."""
    lines = [
        (party(document.direction), document.party_name),
        (_("Due date"), day(document.due_date)),
        (_("Number"), document.number),
        (_("Label"), document.label),
        (_("Issue date"), day(document.issue_date)),
        (_("Category"), document.category.name if document.category else ""),
        (_("IBAN to pay to"), iban(document.iban)),
        (_("Caution"), caution(document)),
        (_("Validated by"), validated(document)),
    ]
    return [(name, said) for name, said in lines if said]


def caution(document: Document) -> str:
    """That its supplier never used this account before."""
    found = paying_to.doubt(document)
    return _("%(why)s: payment is held.", why=found.doubt.label) if found else ""


def validated(document: Document) -> str:
    """Who validated it, and when."""
    who = document.validated_by.name if document.validated_by else "Facteur"
    return f"{who}, {moment(document.validated_at)}" if document.validated_at else ""


def why(approval: Approval) -> str:
    """For what reason it is asked."""
    said = demands.in_words(approval.why)
    return _("Asked because of: %(why)s", why=said) if said else ""


def since(approval: Approval) -> list[tuple[str, str, str]]:
    """What is not as it was when it was asked about before (SPEC AP-3)."""
    before = db.session.scalar(Approval.last_of(approval.document).where(Approval.id < approval.id).limit(1))
    return facts.differences(before.facts, approval.facts, approval.document) if before else []


def comments(document: Document) -> list[Comment]:
    """What was said about it, and not taken back since."""
    return list(db.session.scalars(Comment.about(document).where(Comment.removed_at.is_(None))))


def latest(document: Document, user: User) -> list[Document]:
    """The last ones of the same counterparty, of those this person may see."""
    if document.counterparty_id is None:
        return []
    query = Document.visible_to(user).where(
        Document.counterparty_id == document.counterparty_id,
        Document.id != document.id,
        Document.validated_at.is_not(None),
        Document.trashed_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(Document.issue_date.desc(), Document.id.desc()).limit(LATEST)))
