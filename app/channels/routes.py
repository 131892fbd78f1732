"""The pages of letters and messages; each module hangs its own on the blueprint."""

from __future__ import annotations

from app.channels import batch_pages, letter_pages, message_pages
from app.channels.blueprint import bp

__all__ = ["batch_pages", "bp", "letter_pages", "message_pages"]
