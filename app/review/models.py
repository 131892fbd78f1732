"""Pages of documents that were arranged anew: one document split into several, or several merged into one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Select, String, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.documents.models import Document
from app.extensions import db
from app.users.models import User


class Way(StrEnum):
    """What is made of what."""

    SPLIT = "split"
    MERGE = "merge"


class Progress(StrEnum):
    """How far it has come."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


LIVING = {Progress.ASKED, Progress.DONE}


class Rearrangement(db.Model):
    """One split or merge: who asked for it, and how far it has come (SPEC IN-10)."""

    __tablename__ = "rearrangement"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    way: Mapped[Way] = mapped_column(Word(Way))
    progress: Mapped[Progress] = mapped_column(Word(Progress), default=Progress.ASKED)
    parts: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Of a split: the page numbers of each new document; of a merge: the id of each document before."""
    reason: Mapped[str] = mapped_column(String(60), default="")
    """Why it failed: a key of the reader's reasons, or `changed`."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    by: Mapped[User | None] = relationship()
    documents: Mapped[list[RearrangedDocument]] = relationship(
        back_populates="rearrangement", order_by="RearrangedDocument.position"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Rearrangement]]:
        """Those whose every document that was there before `user` may know about."""
        seen = Document.visible_to(user).with_only_columns(Document.id)
        before = and_(RearrangedDocument.rearrangement_id == cls.id, RearrangedDocument.is_made.is_(False))
        hidden = select(RearrangedDocument.id).where(before, RearrangedDocument.document_id.not_in(seen))
        return select(cls).where(select(RearrangedDocument.id).where(before).exists(), ~hidden.exists())

    @property
    def before(self) -> list[Document]:
        """The documents that were there before."""
        return [each.document for each in self.documents if not each.is_made]

    @property
    def is_whole(self) -> bool:
        """Are all the documents still there that were there before?"""
        return len(self.before) == (len(self.parts) if self.way is Way.MERGE else 1)

    @property
    def made(self) -> list[Document]:
        """The documents that were made of them."""
        return [each.document for each in self.documents if each.is_made]


class RearrangedDocument(db.Model):
    """A document as it takes part in a split or a merge."""

    __tablename__ = "rearranged_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    rearrangement_id: Mapped[int] = mapped_column(ForeignKey("rearrangement.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    is_made: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    taken_id: Mapped[int | None] = mapped_column(unique=True)
    """The document's id while nobody else may arrange its pages: from the asking until it failed or was undone."""

    rearrangement: Mapped[Rearrangement] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()
