"""Personal tokens, and what was asked with them under a key of the asker's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime
from app.extensions import db
from app.intake.models import Message
from app.users.models import Company, User


class ApiToken(db.Model):
    """Lets a program act as its person, in one company; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ending: Mapped[str] = mapped_column(String(4))
    """Its last letters, by which its owner knows it again."""
    name: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()
    company: Mapped[Company] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[ApiToken]]:
        """A person's own that still work, newest first."""
        return select(cls).where(cls.user_id == user.id, cls.revoked_at.is_(None)).order_by(cls.id.desc())


class ApiRequest(db.Model):
    """An Idempotency-Key and what it brought in: asked again, the answer is the same and nothing comes in twice."""

    __tablename__ = "api_request"
    __table_args__ = (UniqueConstraint("user_id", "company_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes that came with it."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was answered: the same again, whatever has become of the document since."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    message: Mapped[Message | None] = relationship()
