"""Connections, and how each company shares its documents with the accountant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.accounting.kinds import ConnectionKind, Journal, Ready
from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.users.models import Company

MEGABYTE = 1024 * 1024


class Connection(db.Model):
    """How documents reach an accountant's software; it belongs to the installation, any company may use it."""

    __tablename__ = "accounting_connection"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ConnectionKind] = mapped_column(Word(ConnectionKind), default=ConnectionKind.MAIL)
    shares: Mapped[bool] = mapped_column(default=True)
    """Documents go, as Factur-X where one can be made."""
    adds_original: Mapped[bool] = mapped_column(default=False)
    """The file as it came goes along."""
    adds_xml: Mapped[bool] = mapped_column(default=False)
    """The XML goes along in a file of its own."""
    per_mail: Mapped[int] = mapped_column(default=1)
    """Documents in one mail, never of two journals."""
    is_zipped: Mapped[bool] = mapped_column(default=False)
    """One ZIP with a list of what is in it, instead of each file by itself."""
    largest_mail: Mapped[int] = mapped_column(default=10 * MEGABYTE)
    """Bytes of one mail as it leaves: files grow by a third there."""
    codes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of entries: the journals' codes and the accounts where a document names none."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)


class Sharing(db.Model):
    """How one company shares its documents with its accountant."""

    __tablename__ = "accounting_sharing"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_connection.id"))
    shared_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The switch *share documents with the accountant*; None while it is off."""
    journals: Mapped[list[str]] = mapped_column(Json, default=lambda: [each.value for each in Journal])
    """Those that are shared; each needs an address where the connection is by e-mail."""
    sales_address: Mapped[str] = mapped_column(String(254), default="")
    credit_notes_address: Mapped[str] = mapped_column(String(254), default="")
    purchases_address: Mapped[str] = mapped_column(String(254), default="")
    report_address: Mapped[str] = mapped_column(String(254), default="")
    """Empty: no report is mailed, the page of the run has it all the same."""
    start_date: Mapped[date | None]
    """Only documents issued after this day, strictly; None: all."""
    delay_days: Mapped[int] = mapped_column(default=0)
    """Days after the issue date before a document leaves."""
    ready: Mapped[Ready] = mapped_column(Word(Ready), default=Ready.VALIDATED)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    """Of what the accountant is written."""

    id = synonym("company_id")

    company: Mapped[Company] = relationship()
    connection: Mapped[Connection | None] = relationship()

    @property
    def sends(self) -> bool:
        """Do documents leave by themselves?"""
        way = self.connection if self.shared_since else None
        return way is not None and way.kind is ConnectionKind.MAIL and way.archived_at is None

    def address_of(self, journal: Journal) -> str:
        """Where documents of this journal go."""
        return str(getattr(self, f"{journal.value}_address"))
