"""What lies in the watched folder: taken once, then put away; what is in the way is kept in words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime, Word
from app.documents.models import Direction
from app.extensions import db
from app.intake.models import Message
from app.users.models import Company, User
from app.web.access import Permission


class WatchedFile(db.Model):
    """A file of the watched folder that was taken but not yet put away, or that cannot be taken."""

    __tablename__ = "watched_file"
    __table_args__ = (UniqueConstraint("company_id", "direction", "name", "identity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    name: Mapped[str] = mapped_column(String(300), default="")
    identity: Mapped[str] = mapped_column(String(100), default="")
    """Tells it from another file that gets its name later."""
    reason: Mapped[str] = mapped_column(String(40), default="")
    """Key of why it cannot be taken or put away; empty where nothing is in the way."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    """What was made of it, once it is taken."""
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    message: Mapped[Message | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[WatchedFile]]:
        """Those of the companies this person administers."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.ADMINISTER)))
