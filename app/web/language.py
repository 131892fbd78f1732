"""Which language a page is written in."""

from __future__ import annotations

from flask import has_request_context, request, session
from flask_login import current_user

LANGUAGES = {"fr": "Français", "en": "English"}


def locale() -> str:
    """The person's language, else the one chosen before signing in, else the browser's, else French."""
    if not has_request_context():
        return "fr"
    chosen = getattr(current_user, "language", None) or session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "fr")
