"""The pages of the bank; each module hangs its own on the blueprint."""

from __future__ import annotations

from app.bank import line_pages, listed_pages, rule_pages, settling_pages
from app.bank.blueprint import bp

__all__ = ["bp", "line_pages", "listed_pages", "rule_pages", "settling_pages"]
