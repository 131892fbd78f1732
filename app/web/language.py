"""Which language a page is written in."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context, request, session
from flask_babel import Domain, get_locale
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

LANGUAGES = {"fr": "Français", "en": "English"}


class Sentences(Domain):
    """The catalogues; the one asked for last is at hand: a page has hundreds of sentences, and each asks."""

    last: tuple[Any, Any] = (None, None)

    def get_translations(self) -> Any:
        """The catalogue of the page or the mail being written."""
        try:
            spoken = g._flask_babel.babel_locale  # where `get_locale` keeps it: six times as fast
        except (AttributeError, RuntimeError):
            spoken = get_locale()
        last, catalogue = self.last
        if spoken is None or spoken is not last:
            catalogue = super().get_translations()
            self.last = (spoken, catalogue)
        return catalogue


SENTENCES = Sentences()


@pass_eval_context
def sentence(context: EvalContext, text: str, /, **values: Any) -> str:
    """What `_("…", …)` writes in a template; a page has hundreds, so none takes the way through the library."""
    said = SENTENCES.get_translations().ugettext(text)
    return (Markup(said) if context.autoescape else said) % values  # nosec B704: our own catalogue


def locale() -> str:
    """The person's language, else the one chosen before signing in, else the browser's, else French."""
    if not has_request_context():
        return "fr"
    chosen = getattr(current_user, "language", None) or session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "fr")
