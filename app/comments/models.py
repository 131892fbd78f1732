"""Comments on documents, and whom they name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Select, String, Table, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime
from app.documents.models import Document
from app.extensions import db
from app.users.models import User

mention = Table(
    "comment_mention",
    db.metadata,
    Column("comment_id", ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Comment(db.Model):
    """One remark; whoever is named in it with @ is told (SPEC RV-4)."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    outsider: Mapped[str] = mapped_column(String(254), default="")
    """Who wrote it by a mailed link and has no sign-in, such as the accountant; an address."""
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Taken back by whoever wrote it; that there was one stays visible."""

    document: Mapped[Document] = relationship()
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    mentions: Mapped[set[User]] = relationship(secondary=mention)

    @property
    def author(self) -> str:
        """The name of whoever wrote it."""
        return self.by.name if self.by else self.outsider or "Facteur"

    @classmethod
    def about(cls, document: Document) -> Select[tuple[Comment]]:
        """What was said about one document, oldest first; whoever asks may see the document."""
        return select(cls).where(cls.document_id == document.id).order_by(cls.id)
