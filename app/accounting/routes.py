"""The pages about the accountant: they hang on one blueprint."""

from __future__ import annotations

from app.accounting import answer_pages, answer_withdrawal, download_pages, ledger_pages, overview_pages, run_pages
from app.accounting.blueprint import bp

__all__ = ["answer_pages", "answer_withdrawal", "bp", "download_pages", "ledger_pages", "overview_pages", "run_pages"]
