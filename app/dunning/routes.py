"""The pages of what customers are sent: lists of actions and one of them hang on one blueprint."""

from __future__ import annotations

from app.dunning import action_pages, todo_pages
from app.dunning.blueprint import bp

__all__ = ["action_pages", "bp", "todo_pages"]
