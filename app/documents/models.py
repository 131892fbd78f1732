"""The document and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    Text,
    and_,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship, validates

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.counterparties.models import Counterparty, assigned
from app.documents.kinds import Direction, FileRole, Kind, PaidMeans, ReadState, SentMeans, Status, TrashKind
from app.extensions import db
from app.files.models import File
from app.tags.models import Tag
from app.users.models import Company, User
from app.web.access import Permission

document_reader = Table(
    "document_reader",
    db.metadata,
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True),
)

document_tag = Table(
    "document_tag",
    db.metadata,
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Category(db.Model):
    """An accounting category, chosen in review."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    account_code: Mapped[str] = mapped_column(String(20), default="")
    direction: Mapped[Direction | None] = mapped_column(Word(Direction))
    """None: for both."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


ISSUED = text("coalesce(issue_date, '9999-12-31')")
"""What lists stand by, as `documents.search` writes it: an unknown day comes last."""
DUE, AMOUNT = text("coalesce(due_date, '9999-12-31')"), text("coalesce(gross_minor, 0)")
TO_SEND = "to_send_at IS NOT NULL AND sent_at IS NULL AND trashed_at IS NULL"
STILL_OPEN = "validated_at IS NOT NULL AND trashed_at IS NULL AND gross_minor != settled_minor"
SENT_AT = ("to_send_at", "sent_at")
"""Whether its customer still has to get it: what is owed is counted from the index alone."""
NAMED = 100
"""So many counterparties of one member are named in a query."""


def only_where(test: str) -> dict[str, Any]:
    """An index of only these rows, on either database."""
    return {"sqlite_where": text(test), "postgresql_where": text(test)}


def key_of(number: str) -> str:
    """The number as it is compared: letters and digits alone, in lower case."""
    return "".join(character for character in number.casefold() if character.isalnum())[:100]


class Document(db.Model):
    """An invoice or a credit note, sale or purchase, with its files. Facts are stored, `status` follows."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_list", "company_id", "status", ISSUED, "id"),
        Index("ix_document_all", "company_id", ISSUED, "id", **only_where("trashed_at IS NULL")),
        Index("ix_document_unvalidated", "company_id", ISSUED, "id", **only_where("validated_at IS NULL")),
        Index("ix_document_due", "company_id", DUE, "id", **only_where("trashed_at IS NULL")),
        Index("ix_document_amount", "company_id", AMOUNT, "id", **only_where("trashed_at IS NULL")),
        Index("ix_document_open", "company_id", "kind", ISSUED, "id", *SENT_AT, **only_where(STILL_OPEN)),
        Index("ix_document_owed", "counterparty_id", "kind", "id", **only_where(STILL_OPEN)),
        Index("ix_document_trash", "company_id", "trashed_at", "id", **only_where("trashed_at IS NOT NULL")),
        Index("ix_document_reading", "created_at", **only_where("read_state = 'reading'")),
        Index("ix_document_number", "company_id", "number_key", "id"),
        Index("ix_document_counterparty", "counterparty_id", ISSUED, "id"),
        Index("ix_document_standing", "counterparty_id", "status", "company_id"),
        Index("ix_document_to_send", "company_id", ISSUED, "id", **only_where(TO_SEND)),
        Index("ix_document_reference", "company_id", "payment_reference", **only_where("payment_reference != ''")),
        CheckConstraint("paid_minor BETWEEN 0 AND settled_minor", name="paid_is_settled"),
        CheckConstraint("settled_minor BETWEEN 0 AND abs(coalesce(gross_minor, 0))", name="settled_is_there"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    version: Mapped[int] = mapped_column(default=1)
    """Counts the edits, so that a second person saving an older one is told (SPEC RV-8)."""
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    kind: Mapped[Kind] = mapped_column(Word(Kind), default=Kind.INVOICE)
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.READING)
    reason: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Why it is here and what comes next: {"key": …, arguments} (SPEC LC-8)."""

    number: Mapped[str] = mapped_column(String(100), default="")
    number_key: Mapped[str] = mapped_column(String(100), default="")
    """See `key_of`."""
    label: Mapped[str] = mapped_column(String(300), default="")
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id"))
    counterparty_name: Mapped[str] = mapped_column(String(200), default="")
    """As read or typed, while none is chosen: the counterparty made on validation is called so."""
    counterparty_facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What else was read of a counterparty nobody knows yet: vat_number, siren, siret, email, address, ibans."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    issue_date: Mapped[date | None]
    due_date: Mapped[date | None]
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    net_minor: Mapped[int | None] = mapped_column(BigInteger)
    tax_minor: Mapped[int | None] = mapped_column(BigInteger)
    gross_minor: Mapped[int | None] = mapped_column(BigInteger)
    settled_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What was matched, paid or netted so far."""
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What of it a person said was paid elsewhere (SPEC LC-4)."""
    paid_date: Mapped[date | None]
    paid_means: Mapped[PaidMeans | None] = mapped_column(Word(PaidMeans))
    settled_date: Mapped[date | None]
    """The day of the last money that settled it; None while something of it is open."""
    account_code: Mapped[str] = mapped_column(String(20), default="")
    treasury_category: Mapped[str] = mapped_column(String(60), default="")
    order_reference: Mapped[str] = mapped_column(String(100), default="")
    payment_reference: Mapped[str] = mapped_column(String(140), default="")
    iban: Mapped[str] = mapped_column(String(34), default="")
    """As printed; payment uses the counterparty's confirmed one (SAFETY R16)."""

    source: Mapped[str] = mapped_column(String(20), default="")
    """How it came: smtp, upload, command, …"""
    read_state: Mapped[ReadState] = mapped_column(Word(ReadState), default=ReadState.READING)
    unreadable_reason: Mapped[str] = mapped_column(String(60), default="")
    """Key into the reader's reasons."""
    read_pages: Mapped[int] = mapped_column(default=0)
    page_count: Mapped[int] = mapped_column(default=0)
    flags: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What a person should look at, as read: not_invoice, xml_page_differ, …"""
    unsure: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The fields a validation asks for that were not read, or not for sure, and that nobody has corrected since."""
    usual: Mapped[list[Any]] = mapped_column(Json, default=list)
    """The facts that were filled in because they are usual for its counterparty, and that nobody has changed since."""
    validated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    validated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    awaits_approval: Mapped[bool] = mapped_column(default=False)
    pay_date: Mapped[date | None]
    """When it is to be paid, once somebody said so: then it is *to pay* (SPEC PY-1)."""
    disputed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dispute_reason: Mapped[str] = mapped_column(String(500), default="")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    """Whose it is to see to it."""
    trashed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trashed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    trash_kind: Mapped[TrashKind | None] = mapped_column(Word(TrashKind))
    trash_reason: Mapped[str] = mapped_column(String(500), default="")
    exported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """First given to the accountant."""
    to_send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since then it is to be sent to its customer; `counted.is_to_send` says whether it still is (SPEC SE-1)."""
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Accepted by the customer's mail server, posted, or said to be sent; empty again after a bounce."""
    sent_means: Mapped[SentMeans | None] = mapped_column(Word(SentMeans))
    promised_date: Mapped[date | None]
    """The customer promised to pay by then; no reminder before it is past."""
    reminders_paused_until: Mapped[date | None]
    """Not reminded of up to this day; the last day there is: until somebody lifts it."""
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """First paid, matched, exported or sent: since then the law wants it kept (SAFETY R17)."""
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    company: Mapped[Company] = relationship()
    counterparty: Mapped[Counterparty | None] = relationship()
    category: Mapped[Category | None] = relationship()
    validated_by: Mapped[User | None] = relationship(foreign_keys=[validated_by_id])
    trashed_by: Mapped[User | None] = relationship(foreign_keys=[trashed_by_id])
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    tags: Mapped[list[Tag]] = relationship(secondary=document_tag, order_by="(Tag.position, Tag.name_key)")
    duplicate_of: Mapped[Document | None] = relationship(remote_side=[id])
    readers: Mapped[set[User]] = relationship(secondary=document_reader)
    """People who were asked about it and may see it for good."""
    files: Mapped[list[DocumentFile]] = relationship(back_populates="document", order_by="DocumentFile.id")
    taxes: Mapped[list[DocumentTax]] = relationship(cascade="all, delete-orphan", order_by="DocumentTax.rate_bp")

    cause = cast(Any, None)
    """What is being settled just now, a `status.Cause`; not kept."""

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Document]]:
        """The documents `user` may know about. Every query starts here."""
        return select(cls).where(or_(False, *cls._ways_to_see(user)))

    @classmethod
    def reasons_to_see(
        cls, user: User, company_id: int, *, validated: bool = False, by_name: bool = False
    ) -> list[ColumnElement[bool]]:
        """Why somebody may know of documents of one company, each reason alone: together they are `visible_to`.

        Of those that are all `validated`, what holds of others alone is no reason. `by_name` asks for the member's
        counterparties first and names them: the database then knows how few they are, and takes the index of theirs.
        """
        return list(cls._ways_to_see(user, company_id, validated=validated, by_name=by_name)) or [false()]

    @classmethod
    def _ways_to_see(
        cls, user: User, company_id: int | None = None, *, validated: bool = False, by_name: bool = False
    ) -> Iterator[ColumnElement[bool]]:
        """Why somebody may know about a document; only what can be so for this person is asked."""
        mine = lambda ids: [each for each in ids if company_id in (None, each)]  # noqa: E731
        everywhere = user.company_ids(Permission.SEE_ALL)
        if mine(everywhere):
            yield cls.company_id.in_(mine(everywhere))
        if restricted := mine(user.company_ids(Permission.SEE_ASSIGNED)):
            before, of_theirs = _ways_of_scope(user.id, _few_assigned_to(user.id) if by_name else None)
            ways = [of_theirs] if validated else [before, of_theirs]
            yield from (and_(cls.company_id.in_(restricted), way) for way in ways)
        if read_only := mine(user.company_ids(Permission.SEE_VALIDATED)):
            yield and_(cls.company_id.in_(read_only), cls.validated_at.is_not(None))
        if asked := mine({membership.company_id for membership in user.memberships} - set(everywhere)):
            were_asked = select(document_reader.c.document_id).where(document_reader.c.user_id == user.id)
            yield and_(cls.company_id.in_(asked), cls.id.in_(were_asked))

    @classmethod
    def is_in_scope_of(cls, user: User) -> ColumnElement[bool]:
        """May a restricted member know of it: unvalidated, or of a counterparty assigned to them?

        The same file again is as hidden as its first, and stays so when that one is purged.
        """
        return or_(*_ways_of_scope(user.id))

    @validates("number")
    def _number_and_key(self, _name: str, number: str) -> str:
        """The key follows the number, whoever sets it."""
        self.number_key = key_of(number)
        return number

    @property
    def party_name(self) -> str:
        """Who it is from or for: the counterparty, else the name as read or typed."""
        return self.counterparty.name if self.counterparty else self.counterparty_name

    @property
    def further_label(self) -> str:
        """What the label says that the name and the number, beside which it stands, do not."""
        more = self.label.removeprefix(f"{self.party_name} – ")
        return "" if more in (self.party_name, self.number) else more

    @property
    def open_minor(self) -> int | None:
        """What is still to be paid, allocated or refunded; None while the amount is unknown."""
        return None if self.gross_minor is None else self.gross_minor - self.settled_minor

    @property
    def is_to_send(self) -> bool:
        """Has its customer still to get it? Then it counts in no figure but the treasury's (SPEC SE-2)."""
        return self.to_send_at is not None and self.sent_at is None

    @property
    def original(self) -> DocumentFile | None:
        """The file it was read from."""
        return self._latest(FileRole.ORIGINAL)

    @property
    def rendition(self) -> DocumentFile | None:
        """Its photo as it should lie: turned, its lines level."""
        return self._latest(FileRole.RENDITION)

    def _latest(self, role: FileRole) -> DocumentFile | None:
        return next((each for each in reversed(self.files) if each.role is role), None)


def _assigned_to(user_id: int) -> Select[tuple[int]]:
    return select(assigned.c.counterparty_id).where(assigned.c.user_id == user_id)


def _few_assigned_to(user_id: int) -> tuple[int, ...] | None:
    """The ids of the counterparties of a restricted member; None where they are too many to be named."""
    found = db.session.scalars(_assigned_to(user_id).order_by(assigned.c.counterparty_id).limit(NAMED + 1)).all()
    return tuple(found) if len(found) <= NAMED else None


@lru_cache(1000)
def _ways_of_scope(
    user_id: int, theirs: tuple[int, ...] | None = None
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Written once for each restricted member: putting it together takes longer than asking it."""
    mine, first = _assigned_to(user_id) if theirs is None else theirs, aliased(Document)
    repeats_seen = Document.duplicate_of.of_type(first).has(
        or_(first.validated_at.is_(None), first.counterparty_id.in_(mine))
    )
    is_its_own = or_(Document.trash_kind.is_(None), Document.trash_kind != TrashKind.DUPLICATE)
    return and_(Document.validated_at.is_(None), or_(is_its_own, repeats_seen)), Document.counterparty_id.in_(mine)


class DocumentFile(db.Model):
    """A file of a document, under the name it came with."""

    __tablename__ = "document_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    role: Mapped[FileRole] = mapped_column(Word(FileRole), default=FileRole.ORIGINAL)
    name: Mapped[str] = mapped_column(String(300), default="")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    document: Mapped[Document] = relationship(back_populates="files")
    file: Mapped[File] = relationship(lazy="joined")


class DocumentTax(db.Model):
    """The tax of one rate."""

    __tablename__ = "document_tax"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    rate_bp: Mapped[int]
    """Rate in basis points: 20 % is 2000."""
    base_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)

    @property
    def rate(self) -> Decimal:
        """Per cent."""
        return Decimal(self.rate_bp) / 100


class TwinVerdict(db.Model):
    """A person's word that two documents with one number are not the same."""

    __tablename__ = "twin_verdict"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    why: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
