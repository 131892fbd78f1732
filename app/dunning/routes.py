"""The pages of what customers are sent: they hang on one blueprint."""

from __future__ import annotations

from app.dunning import promise_pages
from app.dunning.blueprint import bp

__all__ = ["bp", "promise_pages"]
