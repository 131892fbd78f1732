"""The accountant's answers, and the links in the mails they come by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounting.kinds import Said
from app.accounting.run_models import Envelope
from app.comments.models import Comment
from app.core import clock
from app.core.types import UTCDateTime, Word
from app.documents.models import Document
from app.extensions import db


class AnswerLink(db.Model):
    """A mailed link by which whoever got one mail says what became of its documents; kept as a hash."""

    __tablename__ = "accounting_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_id: Mapped[int] = mapped_column(ForeignKey("accounting_envelope.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    suspicion: Mapped[int] = mapped_column(default=0)
    """How surely a machine was at work on its pages (SAFETY S58)."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Withdrawn by an admin."""

    envelope: Mapped[Envelope] = relationship()


class AccountingAnswer(db.Model):
    """What was said of one document, the newest counts."""

    __tablename__ = "accounting_answer"
    __table_args__ = (UniqueConstraint("nonce_hash", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("accounting_link.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    said: Mapped[Said] = mapped_column(Word(Said))
    comment: Mapped[str] = mapped_column(String(2000), default="")
    remark_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="SET NULL"))
    """The same words among the comments of the document."""
    nonce_hash: Mapped[str] = mapped_column(String(64))
    """The page it came from: one page is answered once."""
    said_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """It counts for nothing: given too quickly, or beside another one from the same page, as only machines do."""

    link: Mapped[AnswerLink] = relationship()
    document: Mapped[Document] = relationship()
    remark: Mapped[Comment | None] = relationship()
