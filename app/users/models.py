"""People, the companies they work for, and their sign-ins."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, Index, Select, String, Text, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.web.access import Permission, Role, companies_with


class Company(db.Model):
    """A legal entity whose invoices are handled here, with all its settings."""

    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(40))
    """What stands before the token in its intake addresses."""
    vat_number: Mapped[str] = mapped_column(String(20), default="")
    siren: Mapped[str] = mapped_column(String(9), default="")
    ibans: Mapped[list[str]] = mapped_column(Json, default=list)
    other_names: Mapped[list[str]] = mapped_column(Json, default=list)
    """Trade names under which suppliers write to it."""
    address: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(2), default="FR")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    time_zone: Mapped[str] = mapped_column(String(60), default="Europe/Paris")
    ocr_languages: Mapped[str] = mapped_column(String(80), default="fra+eng")
    restrict_non_admins: Mapped[bool] = mapped_column(default=False)
    category_required: Mapped[bool] = mapped_column(default=True)
    """For purchases (SPEC RV-3)."""
    four_eyes: Mapped[bool | None]
    """Whoever validated a document cannot approve it; None: where more than one person could (SPEC AP-6)."""
    approval_link_days: Mapped[int] = mapped_column(default=14)
    approval_reminder_days: Mapped[int | None] = mapped_column(default=3)
    """None: no reminders."""
    approval_sign_in_minor: Mapped[int | None] = mapped_column(BigInteger)
    """From this amount of its currency on a mailed link asks for a sign-in; None: never (SPEC AP-3)."""
    payment_second_person: Mapped[bool] = mapped_column(default=False)
    """Whoever put a batch of payments together does not release it (SPEC PY-2)."""
    trash_enabled: Mapped[bool] = mapped_column(default=True)
    trash_emptied: Mapped[bool] = mapped_column(default=False)
    trash_days: Mapped[int | None] = mapped_column(default=30)
    matches_automatically: Mapped[bool] = mapped_column(default=False)
    """A bank line with the number and amount of one open document, and no rival, is matched by itself (SPEC BK-3)."""
    sends_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Sale invoices that came from then on are *to send*; None: Facteur sends none (SPEC SE-1)."""
    sends_automatically: Mapped[bool] = mapped_column(default=True)
    """The master switch: off, nothing goes to customers by itself (SPEC SE-8)."""
    send_time: Mapped[time] = mapped_column(default=time(8, 30))
    """When what waits some days leaves, in its time zone."""
    keeps_holidays: Mapped[bool] = mapped_column(default=False)
    """What waits some days does not leave on a public holiday of its country."""
    uses_parent_plan: Mapped[bool] = mapped_column(default=False)
    """A customer without a plan has that of the one it is shown under (SPEC SE-3)."""
    message_gap_days: Mapped[int] = mapped_column(default=3)
    """Least days between two reminders to one contact (SPEC DN-1)."""
    letter_after_days: Mapped[int] = mapped_column(default=5)
    """Days after a bounce until a letter is proposed (SPEC SE-7)."""
    customer_language: Mapped[str] = mapped_column(String(5), default="fr")
    """Of messages to customers whose contact has none."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    memberships: Mapped[list[Membership]] = relationship(back_populates="company")

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Company]]:
        """The companies `user` belongs to."""
        return select(cls).where(cls.memberships.any(Membership.user_id == user.id)).order_by(cls.name, cls.id)


class User(db.Model, UserMixin):
    """A person who may sign in."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """Argon2; empty until the invitation was accepted."""
    language: Mapped[str] = mapped_column(String(5), default="")
    """Empty until one was chosen, or taken over at the first sign-in."""
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    memberships: Mapped[list[Membership]] = relationship(back_populates="user", lazy="selectin")

    token = ""
    """Of the sign-in through which this person is here; the cookie holds it, the database its hash."""

    # Flask-Login compares what `get_id` gives: everybody who is not signed in here would be the same person.
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__

    def get_id(self) -> str:
        return self.token

    @property
    def spoken(self) -> str:
        """The language of mails to this person."""
        return self.language or "fr"

    @property
    def is_active(self) -> bool:
        return not self.is_disabled

    @property
    def companies(self) -> list[Company]:
        """Where this person belongs to, by name; as `Company.visible_to` finds them, already loaded."""
        mine = [membership.company for membership in self.memberships]
        return sorted(mine, key=lambda company: (company.name, company.id))

    def company_ids(self, permission: Permission) -> list[int]:
        """Where this person may do this."""
        return companies_with(self, permission)

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[User]]:
        """The people who share a company with `user`."""
        shared = [m.company_id for m in user.memberships]
        return select(cls).where(cls.memberships.any(Membership.company_id.in_(shared))).order_by(cls.name, cls.email)


class Membership(db.Model):
    """What one person may do in one company."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    rights: Mapped[list[str]] = mapped_column(Json, default=list)

    user: Mapped[User] = relationship(back_populates="memberships")
    company: Mapped[Company] = relationship(back_populates="memberships", lazy="joined")

    @property
    def is_restricted(self) -> bool:
        """Does the company show this person only what is assigned to them (SPEC US-2)?"""
        return self.company.restrict_non_admins and self.role is Role.MEMBER


class SignIn(db.Model):
    """One browser in which a person is signed in; ended here, it is ended there."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"))
    """The company being looked at."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    address: Mapped[str] = mapped_column(String(60), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="joined")
    company: Mapped[Company | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[SignIn]]:
        """A person's own."""
        return select(cls).where(cls.user_id == user.id)


class LinkPurpose(StrEnum):
    """What a mailed link lets its holder do, once."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password reset"


class UserLink(db.Model):
    """An invitation or a password reset on its way; only the token's hash is kept."""

    __tablename__ = "user_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[LinkPurpose] = mapped_column(Word(LinkPurpose))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class SignInAttempt(db.Model):
    """A failed sign-in, for the growing delay per account and per address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email", "email", "at"),
        Index("ix_sign_in_attempt_address", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)


def is_first_user() -> bool:
    """Is nobody here yet?"""
    return not db.session.scalar(select(exists().where(User.id.is_not(None))))
