"""Files that wait for the invoice they belong to (SPEC IN-9)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.types import Word
from app.documents.models import Direction
from app.extensions import db
from app.files.models import File
from app.intake.models import Part
from app.users.models import Company, User
from app.web.access import Permission


class WaitingFile(db.Model):
    """A file nobody decided about yet; its line in the mail log stays when this row is gone."""

    __tablename__ = "waiting_file"
    __table_args__ = (
        UniqueConstraint("company_id", "file_id"),
        Index("ix_waiting_file_list", "company_id", "direction", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    """Of the invoices it may belong to."""
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str | None] = mapped_column(Text)
    """Of its text layer; None until it was read."""
    page_count: Mapped[int] = mapped_column(default=0)
    unreadable_reason: Mapped[str] = mapped_column(String(60), default="")
    """Key into the reader's reasons; its name may tell all the same where it belongs."""

    company: Mapped[Company] = relationship()
    file: Mapped[File] = relationship(lazy="joined")
    part: Mapped[Part] = relationship(lazy="joined")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[WaitingFile]]:
        """Those `user` may decide about: they belong to no invoice yet, so to nobody's scope."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.EDIT)))

    @property
    def name(self) -> str:
        """As it came."""
        return self.part.name

    @property
    def is_being_read(self) -> bool:
        return self.text is None


def reading_count(user: User, company: Company, direction: Direction) -> int:
    """How many of them are still to be read."""
    query = WaitingFile.visible_to(user).where(WaitingFile.company_id == company.id, WaitingFile.text.is_(None))
    query = query.where(WaitingFile.direction == direction).with_only_columns(func.count())
    return db.session.scalar(query) or 0


def counts(user: User, company: Company) -> dict[Direction, int]:
    """How many wait, of each direction."""
    query = WaitingFile.visible_to(user).where(WaitingFile.company_id == company.id)
    columns = (WaitingFile.direction, func.count())
    found = db.session.execute(query.with_only_columns(*columns).group_by(WaitingFile.direction)).all()
    return dict.fromkeys(Direction, 0) | dict(tuple(row) for row in found)
