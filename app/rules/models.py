"""The rules of a company."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.types import Json, UTCDateTime, Word
from app.extensions import db
from app.users.models import User
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
    """Each {"act": …, arguments}, as `rules.actions` reads them."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[Rule]]:
        """The rules of the companies `user` administers, in their order."""
        mine = user.company_ids(Permission.ADMINISTER)
        return select(cls).where(cls.company_id.in_(mine), cls.removed_at.is_(None)).order_by(cls.position, cls.id)
