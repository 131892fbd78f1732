"""The pages about the accountant: those of a mailed link hang on the same blueprint as the others."""

from __future__ import annotations

from app.accounting import answer_pages
from app.accounting.blueprint import bp

__all__ = ["answer_pages", "bp"]
