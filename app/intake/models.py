"""Intake addresses, messages and their parts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.counterparties.models import assigned
from app.documents.models import Direction, Document, DocumentFile, Status, only_where
from app.extensions import db
from app.files.models import File
from app.users.models import Company, User
from app.web.access import Permission


class IntakeAddress(db.Model):
    """An unguessable address of a company, for purchases or for sales (SPEC IN-1)."""

    __tablename__ = "intake_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    local_part: Mapped[str] = mapped_column(String(64), unique=True)
    """`slug-token`, in lower case."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Rotated then; mail to it is refused since."""

    company: Mapped[Company] = relationship(lazy="joined")


class Source(StrEnum):
    """The way in."""

    SMTP = "smtp"
    UPLOAD = "upload"
    COMMAND = "command"
    API = "api"
    IMAP = "imap"
    HOOK = "hook"
    ASSIGN = "assign"
    """Dropped to be assigned to an invoice that is there."""
    FOLDER = "folder"
    SPREADSHEET = "spreadsheet"

    @property
    def label(self) -> Any:
        return {
            "smtp": _("E-mail"),
            "upload": _("Upload"),
            "command": _("Command line"),
            "api": _("API"),
            "imap": _("Mailbox"),
            "hook": _("Webhook"),
            "assign": _("PDF to assign"),
            "folder": _("Watched folder"),
            "spreadsheet": _("Spreadsheet"),
        }[self]


class MessageState(StrEnum):
    """How far a message has come."""

    RECEIVED = "received"
    OPENED = "opened"
    FAILED = "failed"
    REPEATED = "repeated"
    """The same bytes to the same address again: logged, nothing made of it."""
    QUARANTINED = "quarantined"
    """Its sender is not let in: it waits for a person."""
    DISCARDED = "discarded"

    @property
    def label(self) -> Any:
        return {
            "received": _("Received"),
            "opened": _("Opened"),
            "failed": _("Could not be opened"),
            "repeated": _("Came again"),
            "quarantined": _("In quarantine"),
            "discarded": _("Discarded"),
        }[self]


class Message(db.Model):
    """What arrived, as it arrived: known by company, direction and the SHA-256 of its raw bytes (SPEC IN-3)."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "uq_message_once",
            "company_id",
            "direction",
            "raw_id",
            unique=True,
            sqlite_where=text("state != 'repeated' AND is_mail"),
            postgresql_where=text("state != 'repeated' AND is_mail"),
        ),
        Index("ix_message_log", "company_id", "id"),
        Index("ix_message_message_id", "company_id", "message_id"),
        Index("ix_message_state", "company_id", "state"),
        Index("ix_message_download", "company_id", **only_where("awaits_download")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    source: Mapped[Source] = mapped_column(Word(Source))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("intake_address.id"))
    raw_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    raw_name: Mapped[str] = mapped_column(String(300), default="")
    """The file's own name, where it came as a file."""
    is_mail: Mapped[bool] = mapped_column(default=True)
    """Else the raw bytes are one plain document; its twins are found by its bytes (SPEC DU-2)."""
    state: Mapped[MessageState] = mapped_column(Word(MessageState), default=MessageState.RECEIVED)
    first_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """The message this one repeats."""
    envelope_sender: Mapped[str] = mapped_column(String(254), default="")
    peer: Mapped[str] = mapped_column(String(45), default="")
    """Address of the host that brought it to our receiver, and what that host called itself."""
    helo: Mapped[str] = mapped_column(String(255), default="")
    sender: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(998), default="")
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What should be known of the message as a whole: {"key": …, arguments}."""
    proof: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What our checks said of the sender (see `proof.prove`); empty until they were made."""
    awaits_download: Mapped[bool] = mapped_column(default=False)
    """It holds only a link, and nobody has fetched what lies there yet (SPEC IN-4)."""
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id", ondelete="SET NULL"))
    """Whose answer it is, or to whom a mail could not be delivered; None of all other messages."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    address: Mapped[IntakeAddress | None] = relationship()
    raw: Mapped[File] = relationship()
    first: Mapped[Message | None] = relationship(remote_side=[id])
    by: Mapped[User | None] = relationship()
    parts: Mapped[list[Part]] = relationship(back_populates="message", order_by="Part.position")

    @property
    def is_under_way(self) -> bool:
        """Does it still wait to be opened, or one of its documents to be read?"""
        documents = [part.document for part in self.parts if part.document]
        return self.state is MessageState.RECEIVED or any(each.status is Status.READING for each in documents)

    @property
    def title(self) -> str:
        """Its subject, or the name of its file; of what came again, that of the first."""
        return self.subject or self.raw_name or (self.first.title if self.first else "")

    @property
    def author(self) -> str:
        """Whom it is from, as it says; of what came again, as the first says."""
        return self.sender or self.envelope_sender or (self.first.author if self.first else "")

    @property
    def is_header_only(self) -> bool:
        """Were its contents never fetched, and is only its header kept, with the reason?"""
        return any(note["key"] in {"too_large", "not_given"} for note in self.notes)

    @property
    def has_documents(self) -> bool:
        """Did anything come of it?"""
        return any(part.document_id for part in self.parts)

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Message]]:
        """The messages `user` may know about.

        For a restricted member those of whose documents none is out of sight, or was and is purged since, no list
        of invoices, and no answer of a customer they do not look after; what repeats a message is seen by whoever
        sees that one.
        """
        ways = [cls.company_id.in_(user.company_ids(Permission.SEE_ALL))]
        if restricted := user.company_ids(Permission.SEE_ASSIGNED):
            hidden = or_(cls._holds_what_is_hidden_from(user), cls._is_of_another(user))
            ways.append(and_(cls.company_id.in_(restricted), ~hidden))
        return select(cls).where(or_(*ways))

    @classmethod
    def _is_of_another(cls, user: User) -> ColumnElement[bool]:
        """Does it, or what it repeats, come back from a customer whom somebody else looks after?"""
        mine = select(assigned.c.counterparty_id).where(assigned.c.user_id == user.id)
        first = aliased(cls)
        of_another = lambda row: and_(row.counterparty_id.is_not(None), row.counterparty_id.not_in(mine))  # noqa: E731
        return or_(of_another(cls), exists().where(first.id == cls.first_id, of_another(first)))

    @classmethod
    def _holds_what_is_hidden_from(cls, user: User) -> ColumnElement[bool]:
        """Is a document of its parts out of sight, or one that somebody made of a part's file by other ways?"""
        seen = exists().where(Document.id == Part.document_id, Document.is_in_scope_of(user))
        became = or_(Part.outcome.in_(MADE), Part.document_id.is_not(None), cls.source == Source.SPREADSHEET)
        elsewhere = exists().where(
            DocumentFile.file_id == Part.file_id,
            DocumentFile.document_id == Document.id,
            Document.company_id == cls.company_id,
            ~Document.is_in_scope_of(user),
        )
        return exists().where(
            or_(Part.message_id == cls.id, Part.message_id == cls.first_id),
            or_(and_(became, ~seen), and_(Part.judged.is_not(None), elsewhere)),
        )


class Outcome(StrEnum):
    """What became of one part of a message."""

    IMPORTED = "imported"
    ATTACHED = "attached"
    DUPLICATE = "duplicate"
    PASSED_OVER = "passed_over"
    UNREADABLE = "unreadable"
    WAITING = "waiting"
    """For its invoice (SPEC IN-9)."""
    LISTED = "listed"
    """A list of invoices, imported on a page of its own."""

    @property
    def label(self) -> Any:
        return {
            "waiting": _("Waiting"),
            "imported": _("Imported"),
            "attached": _("Attached"),
            "duplicate": _("Duplicate"),
            "passed_over": _("Passed over"),
            "unreadable": _("Unreadable"),
            "listed": _("List of invoices"),
        }[self]


class Judgement(StrEnum):
    """What a person says that a part is."""

    INVOICE = "invoice"
    ANNEX = "annex"
    NOT_DOCUMENT = "not_document"


MADE = (Outcome.IMPORTED, Outcome.ATTACHED, Outcome.DUPLICATE, Outcome.UNREADABLE)
"""Something was made of the part."""


class Part(db.Model):
    """One part of a message, and its fate with the reason; nothing that arrived is invisible."""

    __tablename__ = "part"
    __table_args__ = (Index("uq_part_position", "message_id", "position", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    position: Mapped[int]
    inside: Mapped[int | None]
    """Position of the archive or mail that holds it."""
    name: Mapped[str] = mapped_column(String(300), default="")
    declared_type: Mapped[str] = mapped_column(String(100), default="")
    type: Mapped[str] = mapped_column(String(100), default="")
    """Media type, judged from the bytes."""
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    reason: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """{"key": …, arguments}, put in words by the template."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)

    judged: Mapped[Judgement | None] = mapped_column(Word(Judgement))
    """A person's word; what the program had made of it stands in `reason` as `was`."""
    judged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    message: Mapped[Message] = relationship(back_populates="parts")
    file: Mapped[File | None] = relationship()
    document: Mapped[Document | None] = relationship()

    @property
    def file_name(self) -> str:
        """Its name without the folders of the archive it stands in."""
        return self.name if self.inside is None else PurePosixPath(self.name.replace("\\", "/")).name or self.name


class IntakeRule(db.Model):
    """Mails from this address that attach no document are documents themselves (SPEC IN-4)."""

    __tablename__ = "intake_rule"
    __table_args__ = (UniqueConstraint("company_id", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    sender: Mapped[str] = mapped_column(String(254))
    """The address alone, in lower case."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[IntakeRule]]:
        """Those of the companies `user` may add to."""
        return select(cls).where(cls.company_id.in_(user.company_ids(Permission.EDIT))).order_by(cls.sender)
