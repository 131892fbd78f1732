"""The pages of approvals: those of a mailed link, and those of who is signed in, hang on one blueprint."""

from __future__ import annotations

from app.approval import absence_pages, deciding, handing_pages, link_pages, listing
from app.approval.blueprint import bp

__all__ = ["absence_pages", "bp", "deciding", "handing_pages", "link_pages", "listing"]
