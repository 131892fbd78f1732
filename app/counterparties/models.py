"""Customers and suppliers."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from flask_babel import lazy_gettext as _
from sqlalchemy import Column, ForeignKey, Index, Select, String, Table, Text, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.tags.models import Tag
from app.users.models import Company, User
from app.web.access import Permission

assigned = Table(
    "counterparty_assigned_user",
    db.metadata,
    Column("counterparty_id", ForeignKey("counterparty.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, index=True),
)

default_tag = Table(
    "counterparty_default_tag",
    db.metadata,
    Column("counterparty_id", ForeignKey("counterparty.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
)


class Terms(StrEnum):
    """From when the days of payment terms count (SPEC LC-6)."""

    NET = "net"
    """N days after the issue date."""
    END_OF_MONTH_PLUS = "end_of_month_plus"
    """The end of the month of issue, then N days."""
    NET_END_OF_MONTH = "net_end_of_month"
    """N days after the issue date, then the end of that month."""

    @property
    def label(self) -> Any:
        return {
            "net": _("N days after the issue date"),
            "end_of_month_plus": _("End of the month of issue, then N days"),
            "net_end_of_month": _("N days, then the end of that month"),
        }[self.value]


def plain(name: str) -> str:
    """A name as it is compared: without accents, case and doubled spaces."""
    letters = unicodedata.normalize("NFKD", name)
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).casefold().split())


class Counterparty(db.Model):
    """A customer or a supplier of a company, or both."""

    __tablename__ = "counterparty"
    __table_args__ = (
        Index("ix_counterparty_name", "company_id", "name"),
        Index("ix_counterparty_name_key", "company_id", "name_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    """Counts the edits, so that a second person saving an older one is told."""
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), default="")
    """See `plain`."""
    is_customer: Mapped[bool] = mapped_column(default=False)
    is_supplier: Mapped[bool] = mapped_column(default=False)
    vat_number: Mapped[str] = mapped_column(String(20), default="")
    siren: Mapped[str] = mapped_column(String(9), default="")
    siret: Mapped[str] = mapped_column(String(14), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id", ondelete="SET NULL"), index=True)
    """Under which it is shown, such as the head office."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    """Whose account it is: what cannot be done by itself comes to them."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id", ondelete="SET NULL"), index=True)
    """Which one took over all that was its; it is archived then."""
    other_names: Mapped[list[str]] = mapped_column(Json, default=list)
    numbering_restarts_yearly: Mapped[bool] = mapped_column(default=False)
    """The same number may come again next year (SPEC DU-1)."""
    account_code: Mapped[str] = mapped_column(String(20), default="")
    default_category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    treasury_category: Mapped[str] = mapped_column(String(60), default="")
    default_label: Mapped[str] = mapped_column(String(300), default="")
    terms: Mapped[Terms | None] = mapped_column(Word(Terms))
    terms_days: Mapped[int] = mapped_column(default=30)
    is_validated_automatically: Mapped[bool] = mapped_column(default=False)
    """What is sure and complete needs no person's look (SPEC LC-3, LC-6)."""
    email_bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """A mail to its own address came back then."""
    dunning_plan_id: Mapped[int | None] = mapped_column(ForeignKey("dunning_plan.id", ondelete="SET NULL"), index=True)
    """What it is sent as a customer, and when."""
    reminders_paused_until: Mapped[date | None]
    """It is not reminded up to this day; the last day there is: until somebody lifts it."""
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    company: Mapped[Company] = relationship()
    ibans: Mapped[list[CounterpartyIban]] = relationship(back_populates="counterparty", cascade="all, delete-orphan")
    parent: Mapped[Counterparty | None] = relationship(foreign_keys=[parent_id], remote_side=[id])
    owner: Mapped[User | None] = relationship()
    contacts: Mapped[list[Contact]] = relationship(
        back_populates="counterparty", cascade="all, delete-orphan", order_by="Contact.id"
    )
    assigned_users: Mapped[list[User]] = relationship(secondary=assigned)
    default_category: Mapped[Any] = relationship("Category")
    default_tags: Mapped[list[Tag]] = relationship(secondary=default_tag, order_by="(Tag.position, Tag.name_key)")
    dunning_plan = cast(Any, None)
    """The plan itself: hung on here by `dunning.models`."""

    @validates("name")
    def _name_and_key(self, _name: str, name: str) -> str:
        """The key follows the name, whoever sets it."""
        self.name_key = plain(name)[:400]
        return name

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Counterparty]]:
        """The counterparties whose page and figures `user` may see."""
        mine = cls.assigned_users.any(User.id == user.id)
        return select(cls).where(
            or_(
                cls.company_id.in_(user.company_ids(Permission.SEE_ALL) + user.company_ids(Permission.SEE_VALIDATED)),
                and_(cls.company_id.in_(user.company_ids(Permission.SEE_ASSIGNED)), mine),
            )
        )

    @classmethod
    def names_for(cls, user: User, company_id: int) -> Select[tuple[Counterparty]]:
        """Those `user` may choose from in review: only names and identifiers are shown of them (SPEC US-2)."""
        allowed = company_id in user.company_ids(Permission.EDIT)
        query = select(cls).where(cls.company_id == company_id, cls.archived_at.is_(None))
        return query if allowed else query.where(False)


class CounterpartyIban(db.Model):
    """An account of a counterparty; a payment uses it only once somebody confirmed it."""

    __tablename__ = "counterparty_iban"
    __table_args__ = (UniqueConstraint("counterparty_id", "iban"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id", ondelete="CASCADE"))
    iban: Mapped[str] = mapped_column(String(34), index=True)
    bic: Mapped[str] = mapped_column(String(11), default="")
    """Where a bank asks for it."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(200), default="")
    """How it was confirmed: whom they called, at which number they knew already."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """Who brought it, be it by validating the document it stands on, and so may not confirm it alone; None: nobody."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    counterparty: Mapped[Counterparty] = relationship(back_populates="ibans")
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])
    added_by: Mapped[User | None] = relationship(foreign_keys=[added_by_id])


class Position(StrEnum):
    """What a contact is written to about (SPEC CP-1)."""

    BILLING = "billing"
    DUNNING = "dunning"
    ACCOUNTING = "accounting"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return {
            "billing": _("Billing"),
            "dunning": _("Reminders"),
            "accounting": _("Accounting"),
            "other": _("Other"),
        }[self.value]


class Contact(db.Model):
    """A person or a desk of a counterparty."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    counterparty_id: Mapped[int] = mapped_column(ForeignKey("counterparty.id", ondelete="CASCADE"), index=True)
    position: Mapped[Position] = mapped_column(Word(Position), default=Position.OTHER)
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    """Where letters go; empty: the counterparty's own."""
    language: Mapped[str] = mapped_column(String(5), default="")
    """Empty: the company's."""
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """A mail to it came back then; empty again once its address is changed."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    counterparty: Mapped[Counterparty] = relationship(back_populates="contacts")
