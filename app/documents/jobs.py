"""What happens to documents by itself."""

from __future__ import annotations

from sqlalchemy import select

from app.documents import retention
from app.extensions import db
from app.tasks.jobs import job
from app.users.models import Company


@job("default", timeout=300)
def purge_trash() -> None:
    """Empty the trash of the companies that want it; run again, it finds nothing more."""
    for company in db.session.scalars(select(Company).where(Company.trash_emptied).order_by(Company.id)):
        retention.empty_by_timer(company)
