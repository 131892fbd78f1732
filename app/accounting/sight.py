"""Whose eyes see what of the accountant's pages: runs of one's companies, of documents those in one's sight."""

from __future__ import annotations

from flask_login import current_user
from sqlalchemy import Select, or_, select

from app.accounting.run_models import Delivery, Envelope, Run, RunProblem
from app.documents.blueprint import seen
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User
from app.users.sessions import company_where
from app.web.access import Permission, allowed, demand


def here() -> Company:
    """The company looked at, whose figures one may see."""
    return company_where(Permission.SEE_FIGURES)


def sees_whole(user: User, company: Company) -> bool:
    """Does nothing of it stay out of sight? A restricted member is told no sum of what others see."""
    return any(allowed(user, each, company.id) for each in (Permission.SEE_ALL, Permission.SEE_VALIDATED))


def visible(user: User, company: Company) -> Select[tuple[int]]:
    """The ids of the company's documents that this person may know about."""
    mine = Document.visible_to(user).where(Document.company_id == company.id)
    return mine.with_only_columns(Document.id)


def runs(user: User, company: Company) -> Select[tuple[Run]]:
    """The runs of the company; for who sees a part of it, those that had something of that part."""
    mine = select(Run).where(Run.company_id == company.id)
    if sees_whole(user, company):
        return mine
    ids = visible(user, company)
    sent = select(Envelope.run_id).join(Envelope.deliveries).where(Delivery.document_id.in_(ids))
    failed = select(RunProblem.run_id).where(RunProblem.document_id.in_(ids))
    return mine.where(or_(Run.id.in_(sent), Run.id.in_(failed)))


def run_or_404(run_id: int) -> Run:
    """A run of a company whose figures one may see."""
    run = db.one_or_404(select(Run).where(Run.id == run_id, Run.company_id.in_(_companies())))
    return db.one_or_404(runs(current_user, run.company).where(Run.id == run_id))


def _companies() -> list[int]:
    return list(current_user.company_ids(Permission.SEE_FIGURES))


def to_decide(document_id: int) -> Document:
    """A document about whose sending one may decide: 404 out of sight, 403 where one may only look."""
    document = seen(document_id)
    demand(Permission.ADMINISTER, document.company_id)
    return document
