"""A part of a message and what is to become of it: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

NO_FILE = ("body", "archive_opened", "mail_opened")
"""Reasons of parts that are no file by themselves: the text of a message, and what only holds others."""


class Fate(StrEnum):
    """What is to be made of a part."""

    DOCUMENT = "document"
    UNREADABLE = "unreadable"
    """A document that a person completes: it claims to be one, but is empty or something else."""
    BESIDE = "beside"
    """The e-invoice of the document at `beside`."""
    AGAIN = "again"
    """The same bytes as the part at `beside`."""
    PASSED_OVER = "passed_over"


@dataclass(frozen=True)
class Piece:
    """A part and its fate, with the reason as key and arguments."""

    name: str
    declared: str
    media: str
    data: bytes = field(repr=False)
    fate: Fate
    reason: dict[str, Any] = field(default_factory=dict)
    beside: int | None = None
    letter: int = 0
    inside: int | None = None
    """The part that holds it: an archive, or a mail attached as a file."""
    charset: str = ""
    """Of a text, as its sender says."""
