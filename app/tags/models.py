"""The tags of a company."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.extensions import db
from app.users.models import User

LONGEST_NAME = 60


class Tag(db.Model):
    """A word for documents, such as a project or a site, in the order the company gave (SPEC RV-4)."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("company_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_key: Mapped[str] = mapped_column(String(2 * LONGEST_NAME), default="")
    """As it is compared: without case and doubled spaces."""
    position: Mapped[int] = mapped_column(default=0)
    analytic_code: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[list[str]] = mapped_column(Json, default=list)
    """Any of these in the text of a document sets the tag by itself when it is read."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @validates("name")
    def _name_and_key(self, _name: str, name: str) -> str:
        """The key follows the name, whoever sets it."""
        self.name_key = " ".join(name.casefold().split())
        return name

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Tag]]:
        """The tags of the companies `user` belongs to, in their order."""
        mine = [membership.company_id for membership in user.memberships]
        return select(cls).where(cls.company_id.in_(mine)).order_by(cls.position, cls.name_key, cls.id)
