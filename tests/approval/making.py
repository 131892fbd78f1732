"""A firm in which invoices are approved, and the short ways to its decisions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from app.approval import decisions
from app.approval.models import Approval, Choice, Decision, DecisionLink, Seat, Way
from app.documents import decisions as documents
from app.documents.models import Category, Document
from app.extensions import db
from app.outbox import sealed
from app.outbox.models import OutgoingMail
from app.users.models import Company, User
from app.web.access import Role
from tests.factories import make_category, make_company, make_document, make_user


@dataclass
class Firm:
    """Who is there."""

    company: Company
    zoe: User
    """Validates."""
    lea: User
    bob: User
    tom: User
    """Approve."""
    admin: User
    category: Category


def make_firm() -> Firm:
    """One company, five people."""
    company = make_company()
    person = lambda name, role: make_user(role, company, name=name, email=f"{name.lower()}@example.org", password=True)  # noqa: E731
    approvers = [person(name, Role.APPROVER) for name in ("Lea", "Bob", "Tom")]
    zoe, admin = person("Zoe", Role.MEMBER), person("Ada", Role.ADMIN)
    return Firm(company, zoe, *approvers, admin, make_category(company=company))


def validated(firm: Firm, by: User | None = None, **facts) -> Document:
    """A document that somebody has just validated."""
    document = make_document(firm.company, **({"category": firm.category, "gross_minor": 120_000} | facts))
    if "gross_minor" not in facts:
        document.net_minor, document.tax_minor = 100_000, 20_000
    documents.validate(document, by=by or firm.zoe)
    db.session.commit()
    return document


def rounds(document: Document) -> list[Approval]:
    """The approvals of a document, the oldest first."""
    return list(db.session.scalars(Approval.last_of(document)))[::-1]


def seat_of(document: Document, user: User) -> Seat:
    """Where this person sits in the last round; the last of their seats."""
    return [seat for seat in rounds(document)[-1].seats if seat.user_id == user.id][-1]


def decide(
    document: Document, user: User, choice: Choice = Choice.APPROVE, reason: str = "because", **more
) -> Decision:
    """What this person decides in the app about the document as it is now."""
    seat = seat_of(document, user)
    how = {"way": Way.APP, "revision": rounds(document)[-1].revision} | more
    decision = decisions.decide(seat, choice, by=user, reason=reason, **how)
    db.session.commit()
    return decision


def waits_for(document: Document) -> set[str]:
    """The names of those who are asked now."""
    step = rounds(document)[-1].open_step
    return {seat.user.name for seat in step.seats if not seat.decision} if step else set()


def mails(kind: str = "approval-asked", user: User | None = None) -> list[OutgoingMail]:
    """The mails of this kind to somebody, the oldest first."""
    found = db.session.scalars(select(OutgoingMail).filter_by(kind=kind).order_by(OutgoingMail.id))
    return [mail for mail in found if user is None or mail.recipients[0].address == user.email]


def token_in(mail: OutgoingMail) -> str:
    """The token of the link in a mail."""
    return re.search(r"/approvals/links/([\w-]+)", sealed.whole(mail).text).group(1)


def links() -> list[DecisionLink]:
    """All links to decide, the oldest first."""
    return list(db.session.scalars(select(DecisionLink).order_by(DecisionLink.id)))
