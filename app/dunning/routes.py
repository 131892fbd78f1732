"""The pages of what customers are sent, and of what comes back from them: they hang on one blueprint."""

from __future__ import annotations

from app.dunning import (
    action_pages,
    letter_pages,
    portal_link_pages,
    portal_pages,
    promise_pages,
    reply_pages,
    todo_pages,
)
from app.dunning.blueprint import bp

__all__ = [
    "action_pages",
    "bp",
    "letter_pages",
    "portal_link_pages",
    "portal_pages",
    "promise_pages",
    "reply_pages",
    "todo_pages",
]
