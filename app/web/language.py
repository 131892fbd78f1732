"""Which language a page is written in."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Flask, has_request_context, request, session
from flask_babel import get_locale, get_translations, ngettext
from flask_login import current_user

LANGUAGES = {"fr": "Français", "en": "English"}
_CATALOGUES: dict[Locale | None, Any] = {}


def init_app(app: Flask) -> None:
    """Let templates look their sentences up directly: a page has hundreds of them."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_said, ngettext, newstyle=True)  # type: ignore[attr-defined]


def _said(sentence: str) -> str:
    """The sentence in the language of the page or the mail."""
    spoken = get_locale()
    if spoken not in _CATALOGUES:
        _CATALOGUES[spoken] = get_translations()
    return _CATALOGUES[spoken].ugettext(sentence)


def locale() -> str:
    """The person's language, else the one chosen before signing in, else the browser's, else French."""
    if not has_request_context():
        return "fr"
    chosen = getattr(current_user, "language", None) or session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "fr")
