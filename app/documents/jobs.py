"""What happens to documents by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.documents import retention
from app.extensions import db
from app.tasks.jobs import job
from app.users.models import Company, User


@job("default", timeout=300)
def purge_trash() -> None:
    """Empty the trash of the companies that want it; run again, it finds nothing more."""
    for company in db.session.scalars(select(Company).where(Company.trash_emptied).order_by(Company.id)):
        retention.empty_by_timer(company)


@job("default")
def empty_trash(company_id: int, user_id: int, until: str) -> None:
    """Remove a portion of what lay in the trash then; it asks for itself again until nothing is left."""
    company, user = db.session.get(Company, company_id), db.session.get(User, user_id)
    if company and retention.empty_now(company, by=user, until=datetime.fromisoformat(until)) == retention.PORTION:
        empty_trash.later(company_id, user_id, until)
