"""What comes from customers: their answers, and the links by which they see what is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime
from app.counterparties.models import Counterparty
from app.documents.models import only_where
from app.dunning.action_models import Action
from app.extensions import db
from app.users.models import User
from app.web.access import Permission


class Reply(db.Model):
    """A customer's answer to one of our messages; unread, it keeps reminders from leaving (SPEC DN-1)."""

    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_unread", "company_id", "id", **only_where("read_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    """The message in the mail log."""
    sender: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    """What is new in it, without what it quotes."""
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    counterparty: Mapped[Counterparty] = relationship()
    action: Mapped[Action | None] = relationship()
    read_by: Mapped[User | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Reply]]:
        """Answers of customers whose page `user` may see, in companies in which they work with documents."""
        seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
        mine = cls.company_id.in_(user.company_ids(Permission.EDIT))
        return select(cls).where(mine, cls.counterparty_id.in_(seen))


class PortalLink(db.Model):
    """A link that shows one customer what is open, without an account; only its hash is kept (SAFETY R9, S70)."""

    __tablename__ = "portal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    counterparty: Mapped[Counterparty] = relationship()
    created_by: Mapped[User | None] = relationship()
