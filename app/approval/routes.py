"""The pages of approvals hang on one blueprint, from several modules."""

from __future__ import annotations

from app.approval import absence_pages, deciding, handing_pages, listing
from app.approval.blueprint import bp

__all__ = ["absence_pages", "bp", "deciding", "handing_pages", "listing"]
