"""The pages of the bank; each module hangs its own on the blueprint."""

from __future__ import annotations

from app.bank import (
    account_pages,
    import_pages,
    line_pages,
    listed_pages,
    missing_pages,
    rule_pages,
    settling_pages,
    statement_pages,
)
from app.bank.blueprint import bp

__all__ = [
    "account_pages",
    "bp",
    "import_pages",
    "line_pages",
    "listed_pages",
    "missing_pages",
    "rule_pages",
    "settling_pages",
    "statement_pages",
]
