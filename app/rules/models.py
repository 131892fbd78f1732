"""The rules of a company, on which documents they acted, and where one is applied to many."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Permission


class Match(StrEnum):
    """Whether one condition is enough."""

    ALL = "all"
    ANY = "any"


class Rule(db.Model):
    """Conditions on a document and what follows when they hold, in the company's order."""

    __tablename__ = "rule"
    __table_args__ = (Index("ix_rule_company", "company_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    version: Mapped[int] = mapped_column(default=1)
    """Counts the edits, so that a second person saving an older one is told."""
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(120), default="")
    is_on: Mapped[bool] = mapped_column(default=True)
    match: Mapped[Match] = mapped_column(Word(Match), default=Match.ALL)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Each {"fact": …, "test": …, "value": …}, as `rules.conditions` reads them."""
    actions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Each {"act": …, arguments}, as `rules.acts` reads them."""
    asks_approval: Mapped[bool] = mapped_column(default=False)
    """Is one of its actions *submit for approval*? Lists ask it of every company (SPEC LC-2)."""
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """Whose rights count where it moves documents elsewhere."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    company: Mapped[Company] = relationship()
    saved_by: Mapped[User | None] = relationship()

    @property
    def reason(self) -> str:
        """How the trail names it as the reason for what it did."""
        return f"“{self.name}”"

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Rule]]:
        """The rules of the companies `user` administers, in their order."""
        mine = user.company_ids(Permission.ADMINISTER)
        return select(cls).where(cls.company_id.in_(mine), cls.removed_at.is_(None)).order_by(cls.position, cls.id)

    @classmethod
    def in_force(cls, company_id: int | BindParameter[int]) -> Select[tuple[Rule]]:
        """Those of a company that are on, in their order."""
        standing = select(cls).where(cls.company_id == company_id, cls.is_on, cls.removed_at.is_(None))
        return standing.order_by(cls.position, cls.id)


class RuleApplication(db.Model):
    """That a rule acted on a document; gone once its conditions no longer hold, so that it may act again then."""

    __tablename__ = "rule_application"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)


class RuleRun(db.Model):
    """One rule being applied to the documents that waited when somebody asked for it."""

    __tablename__ = "rule_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"), index=True)
    rule_version: Mapped[int]
    """Another one ends it: what was looked at in the preview is applied, or nothing."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    last_id: Mapped[int] = mapped_column(default=0)
    """Of the document that was looked at last."""
    upto_id: Mapped[int] = mapped_column(default=0)
    """What came later met the rule by itself."""
    total: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    rule: Mapped[Rule] = relationship()
    by: Mapped[User | None] = relationship()
