"""Letters with their print batches, and messages handed to a gateway."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, Text, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import UTCDateTime, Word
from app.counterparties.models import Counterparty
from app.extensions import db
from app.files.models import File
from app.outbox.models import Mark
from app.users.models import Company, User
from app.web.access import Permission


class LetterState(StrEnum):
    """Where a letter stands: nobody but a person or a provider can say that it was posted."""

    TO_PRINT = "to_print"
    PRINTED = "printed"
    """In a batch that was made for the printer."""
    WITH_PROVIDER = "with_provider"
    """Handed to a postal provider, or on its way there."""
    POSTED = "posted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        return {
            "to_print": _("To print"),
            "printed": _("To post"),
            "with_provider": _("With the provider"),
            "posted": _("Posted"),
            "cancelled": _("Cancelled"),
        }[self.value]


class PrintBatch(db.Model):
    """Letters in one PDF, to be printed and put into window envelopes."""

    __tablename__ = "print_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    """None until it was put together."""
    is_double_sided: Mapped[bool] = mapped_column(default=False)
    """Each letter begins on a front side when both sides are printed on."""
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    company: Mapped[Company] = relationship()
    file: Mapped[File | None] = relationship()
    created_by: Mapped[User | None] = relationship()
    letters: Mapped[list[Letter]] = relationship(back_populates="batch", order_by="Letter.id")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[PrintBatch]]:
        """Batches whose every letter `user` may see: they are one file."""
        seen = Letter.visible_to(user).with_only_columns(Letter.id)
        mine = cls.company_id.in_(user.company_ids(Permission.EDIT))
        return select(cls).where(mine, ~cls.letters.any(Letter.id.not_in(seen)))


class Letter(db.Model):
    """One letter as a PDF, its address where the envelope's window is."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_list", "company_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """As a mail's: the same cause makes the same letter once."""
    kind: Mapped[str] = mapped_column(String(40))
    """Who is asked before it goes and told what became of it, as of a mail."""
    about_type: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None]
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id"), index=True)
    """To whom it goes, and so who may see it; None: for those who see all of the company."""
    address: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(300), default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    page_count: Mapped[int] = mapped_column(default=1)
    state: Mapped[LetterState] = mapped_column(Word(LetterState), default=LetterState.TO_PRINT)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("print_batch.id", ondelete="SET NULL"), index=True)
    posted_date: Mapped[date | None]
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    tracking_number: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it is not needed any more, or what the postal provider said last."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    counterparty: Mapped[Counterparty | None] = relationship()
    file: Mapped[File] = relationship()
    batch: Mapped[PrintBatch | None] = relationship(back_populates="letters")
    posted_by: Mapped[User | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Letter]]:
        """Letters to customers whose page `user` may see, in companies in which they work with documents."""
        seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
        to_nobody = and_(cls.counterparty_id.is_(None), cls.company_id.in_(user.company_ids(Permission.SEE_ALL)))
        mine = cls.company_id.in_(user.company_ids(Permission.EDIT))
        return select(cls).where(mine, or_(cls.counterparty_id.in_(seen), to_nobody))

    @property
    def name(self) -> str:
        """To whom it is addressed."""
        return self.address.partition("\n")[0]


class GatewayKind(StrEnum):
    """What a gateway is asked to carry."""

    SMS = "sms"
    LETTER = "letter"


class GatewayMessage(db.Model):
    """One text message, or one letter for a postal provider: handed over under the marks of SAFETY R6."""

    __tablename__ = "gateway_message"
    __table_args__ = (Index("ix_gateway_message_mark", "mark", "send_after"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """Sent along, so that a gateway which knows it takes the same message once."""
    carries: Mapped[GatewayKind] = mapped_column(Word(GatewayKind))
    kind: Mapped[str] = mapped_column(String(40))
    about_type: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None]
    to: Mapped[str] = mapped_column(Text)
    """A telephone number in international form, or a postal address."""
    text: Mapped[str] = mapped_column(Text, default="")
    """Without the tokens in it: the database must hold none that work."""
    sealed_text: Mapped[str] = mapped_column(Text, default="")
    """With them (`sealed.py`), until it has left; empty where there are none."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    mark: Mapped[Mark] = mapped_column(Word(Mark), default=Mark.QUEUED)
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the gateway said last."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    file: Mapped[File | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[GatewayMessage]]:
        """Those of the companies `user` administers, as of mails."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.ADMINISTER)))

    @classmethod
    def due(cls, now: datetime) -> ColumnElement[bool]:
        """Its time has come, or was set by a clock that was ahead (SAFETY S107)."""
        return or_(cls.send_after <= now, cls.marked_at > now + clock.MAY_DIFFER)
