"""Views of the list of documents that people come back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime
from app.extensions import db
from app.users.models import User


class SavedView(db.Model):
    """Filters and an order under a name: one's own, or the company's; whoever opens it sees what they may see."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    """What stands in the address behind the question mark."""
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    user: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[SavedView]]:
        """One's own, and those that are shared in the companies `user` belongs to; shared ones first, by name."""
        mine = [membership.company_id for membership in user.memberships]
        query = select(cls).where(cls.company_id.in_(mine), or_(cls.is_shared, and_(cls.user_id == user.id)))
        return query.order_by(cls.is_shared.desc(), cls.name, cls.id)
