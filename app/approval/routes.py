"""The pages of approvals: those of a mailed link, and those of who is signed in, hang on one blueprint."""

from __future__ import annotations

from app.approval import link_pages, panel_pages
from app.approval.blueprint import bp

__all__ = ["bp", "link_pages", "panel_pages"]
