"""A spreadsheet of invoices, and its lines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.database import hold
from app.core.types import Json, UTCDateTime, Word
from app.documents.models import Direction, Document
from app.extensions import db
from app.files.models import File
from app.intake.models import Message
from app.users.models import Company, User
from app.web.access import Permission


class Stage(StrEnum):
    """How far its import has come."""

    READING = "reading"
    UNREADABLE = "unreadable"
    TO_MAP = "to_map"
    """Somebody says which column is what."""
    CHECKING = "checking"
    CHECKED = "checked"
    """Its lines are shown as they would be."""
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def is_under_way(self) -> bool:
        """Does Facteur work on it, so that its page asks again?"""
        return self in (Stage.READING, Stage.CHECKING, Stage.IMPORTING, Stage.UNDOING)


class LineState(StrEnum):
    """What is, or was, to be done with one line."""

    WAITING = "waiting"
    READY = "ready"
    TWIN = "twin"
    WRONG = "wrong"
    MADE = "made"
    LEFT_OUT = "left_out"
    UNDONE = "undone"


class Spreadsheet(db.Model):
    """A spreadsheet of invoices that somebody added, and what was said of its columns."""

    __tablename__ = "spreadsheet"
    __table_args__ = (Index("ix_spreadsheet_company", "company_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    """The file itself, in the mail log."""
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    stage: Mapped[Stage] = mapped_column(Word(Stage), default=Stage.READING)
    reason: Mapped[str] = mapped_column(String(60), default="")
    """Key into the reader's reasons, where it is unreadable."""
    sheets: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The name of each."""
    sheet: Mapped[int] = mapped_column(default=0)
    """The one that is imported, counted from 0."""
    header_row: Mapped[int] = mapped_column(default=1)
    """The row of the headings, counted from 1; 0 where there is none."""
    fingerprint: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Of the headings: the next file with the same ones is mapped the same."""
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Field → column, counted from 0."""
    date_order: Mapped[str] = mapped_column(String(3), default="dmy")
    decimal_mark: Mapped[str] = mapped_column(String(1), default=",")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    is_mapped: Mapped[bool] = mapped_column(default=False)
    """Has somebody said which column is what?"""

    company: Mapped[Company] = relationship()
    message: Mapped[Message] = relationship()
    by: Mapped[User | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Spreadsheet]]:
        """Those of companies of which this person sees and edits everything: a list names many counterparties."""
        everywhere = set(user.company_ids(Permission.SEE_ALL)) & set(user.company_ids(Permission.EDIT))
        return select(cls).where(cls.company_id.in_(everywhere))

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.message.raw_name


class Line(db.Model):
    """A row of a sheet that is not empty."""

    __tablename__ = "spreadsheet_line"
    __table_args__ = (UniqueConstraint("spreadsheet_id", "sheet", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    spreadsheet_id: Mapped[int] = mapped_column(ForeignKey("spreadsheet.id", ondelete="CASCADE"))
    sheet: Mapped[int]
    number: Mapped[int]
    """As the spreadsheet counts its rows, from 1."""
    cells: Mapped[list[Any]] = mapped_column(Json, default=list)
    state: Mapped[LineState] = mapped_column(Word(LineState), default=LineState.WAITING)
    is_chosen: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What is wrong with it or should be known: {"key": …, arguments}."""
    made_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Company, bytes, sheet and row: whatever was made of it is made once."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)

    document: Mapped[Document | None] = relationship()


class PartyList(db.Model):
    """A spreadsheet of customers or suppliers that somebody added, with its cells and what became of each line."""

    __tablename__ = "party_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    name: Mapped[str] = mapped_column(String(300), default="")
    is_customers: Mapped[bool] = mapped_column(default=False)
    """What its lines are where none says so: customers, else suppliers."""
    stage: Mapped[Stage] = mapped_column(Word(Stage), default=Stage.READING)
    reason: Mapped[str] = mapped_column(String(60), default="")
    """Key into the reader's reasons, where it is unreadable."""
    cells: Mapped[list[Any]] = mapped_column(Json, default=list)
    """[number of the row, its cells] of each that is not empty, the headings first."""
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Field → column, counted from 0."""
    results: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What became of each line, once it is imported: number, what, whose, sentences."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    file: Mapped[File] = relationship()
    by: Mapped[User | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[PartyList]]:
        """Those of companies of which this person sees and edits everything."""
        everywhere = set(user.company_ids(Permission.SEE_ALL)) & set(user.company_ids(Permission.EDIT))
        return select(cls).where(cls.company_id.in_(everywhere))


def held_at(spreadsheet_id: int, stage: Stage) -> Spreadsheet | None:
    """The spreadsheet, ours alone until this transaction ends; None where it is not, or no longer, at this stage."""
    hold(db.session, f"spreadsheet:{spreadsheet_id}")
    spreadsheet = db.session.get(Spreadsheet, spreadsheet_id, populate_existing=True)
    return spreadsheet if spreadsheet and spreadsheet.stage is stage else None


def key_of(company_id: int, sha256: str, sheet: int, number: int) -> str:
    """What a line is known by, whenever its file comes again."""
    return f"{company_id}:{sha256}:{sheet}:{number}"
