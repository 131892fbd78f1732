"""The pages of what customers are sent, and of what comes back from them: they hang on one blueprint."""

from __future__ import annotations

from app.dunning import letter_pages, portal_link_pages, portal_pages, promise_pages, reply_pages
from app.dunning.blueprint import bp

__all__ = ["bp", "letter_pages", "portal_link_pages", "portal_pages", "promise_pages", "reply_pages"]
