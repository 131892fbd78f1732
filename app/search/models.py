"""The words of each document, beside its facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class DocumentText(db.Model):
    """All words a document can be found by; the migration makes the index over them, another on each database."""

    __tablename__ = "document_text"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    facts: Mapped[str] = mapped_column(Text, default="")
    """Those of what people check: number, label, counterparty, amounts; as `folding.kept` writes them."""
    pages: Mapped[str] = mapped_column(Text, default="")
    """Those that were read on its pages."""
    reading_id: Mapped[int | None] = mapped_column(default=None)
    """The reading that `pages` was made of."""

    @classmethod
    def all_words(cls) -> ColumnElement[Any]:
        """Every word with a space on both sides."""
        return func.concat(" ", cls.facts, cls.pages)
