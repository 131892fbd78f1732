"""Runs, their mails, and the ledger: what left when, in which mail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.accounting.kinds import Cause, Journal, Said, State
from app.accounting.models import Connection
from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.documents.models import Document, only_where
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.users.models import Company, User

MOST_MAILS = 50
"""Of sales with their credit notes, and once more of purchases, in one run of a company (SPEC AC-3)."""


class Run(db.Model):
    """One sending to the accountant of a company; one at a time, one a day by itself."""

    __tablename__ = "accounting_run"
    __table_args__ = (
        Index("ix_accounting_run_open", "company_id", unique=True, **only_where("ended_at IS NULL")),
        Index("ix_accounting_run_daily", "company_id", "day", unique=True, **only_where("cause = 'daily'")),
        CheckConstraint(f"sales_mails BETWEEN 0 AND {MOST_MAILS}", name="few_sales_mails"),
        CheckConstraint(f"purchase_mails BETWEEN 0 AND {MOST_MAILS}", name="few_purchase_mails"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("accounting_connection.id"))
    cause: Mapped[Cause] = mapped_column(Word(Cause))
    day: Mapped[date]
    """In the company's time zone."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """All its mails are written; they leave by the outbox."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """What became of its mails is known, or it is given no more time."""
    sales_mails: Mapped[int] = mapped_column(default=0)
    purchase_mails: Mapped[int] = mapped_column(default=0)
    remaining: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Journal → documents that wait for the next run, counted when its mails were written."""
    is_unusual: Mapped[bool] = mapped_column(default=False)
    """Far more documents were there than in the runs before (SAFETY S47)."""

    company: Mapped[Company] = relationship()
    connection: Mapped[Connection] = relationship()
    by: Mapped[User | None] = relationship()
    envelopes: Mapped[list[Envelope]] = relationship(back_populates="run", order_by="Envelope.number")
    problems: Mapped[list[RunProblem]] = relationship(order_by="RunProblem.id")


class Envelope(db.Model):
    """One mail of a run: documents of one journal, to one address."""

    __tablename__ = "accounting_envelope"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("accounting_run.id"))
    number: Mapped[int]
    """From 1 on, within its run."""
    journal: Mapped[Journal] = mapped_column(Word(Journal))
    address: Mapped[str] = mapped_column(String(254))
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the mail as it leaves."""
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id"), unique=True)

    run: Mapped[Run] = relationship(back_populates="envelopes")
    mail: Mapped[OutgoingMail | None] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="envelope", order_by="Delivery.id")


class Delivery(db.Model):
    """One document in one mail: a line of the ledger, which nobody changes but for its end."""

    __tablename__ = "accounting_delivery"
    __table_args__ = (UniqueConstraint("envelope_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_id: Mapped[int] = mapped_column(ForeignKey("accounting_envelope.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    state: Mapped[State] = mapped_column(Word(State), default=State.LEAVING)
    answer: Mapped[str] = mapped_column(String(2000), default="")
    """The mail server's words."""
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    files: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What went of it: {"name", "size" in bytes, "what": facturx, original, xml or list}."""
    fallback: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Codes of why no Factur-X could be made (SPEC AC-8); empty where one went, or the supplier's own."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the document said when it was written (see `facts.py`)."""

    envelope: Mapped[Envelope] = relationship(back_populates="deliveries")
    document: Mapped[Document] = relationship()


class Export(db.Model):
    """Where one document stands with the accountant; the row is what makes it leave once."""

    __tablename__ = "accounting_export"
    __table_args__ = (
        Index("ix_accounting_export_state", "company_id", "state"),
        Index("ix_accounting_export_changed", "company_id", **only_where("changed_at IS NOT NULL")),
        Index("ix_accounting_export_missed", "company_id", **only_where("said = 'missing'")),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    state: Mapped[State] = mapped_column(Word(State), default=State.OPEN)
    state_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_delivery.id", ondelete="SET NULL"))
    """The last one; an earlier mail decides nothing any more."""
    is_again: Mapped[bool] = mapped_column(default=False)
    """A person asked for it to be sent again."""
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """It says something else than what was sent, since then (SPEC AC-4)."""
    said: Mapped[Said | None] = mapped_column(Word(Said))
    """The accountant's last answer."""
    said_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    document: Mapped[Document] = relationship()
    delivery: Mapped[Delivery | None] = relationship()

    id = synonym("document_id")


class RunProblem(db.Model):
    """Why a document could not go with a run: named again by each run until it is mended (SPEC AC-5)."""

    __tablename__ = "accounting_problem"
    __table_args__ = (UniqueConstraint("run_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("accounting_run.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    reason: Mapped[dict[str, Any]] = mapped_column(Json)
    """{"key": …, arguments}: see `words.py`."""

    document: Mapped[Document] = relationship()
