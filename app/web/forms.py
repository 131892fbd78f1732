"""What every form begins with."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms.i18n import messages_path


class Form(FlaskForm):
    """A form whose library's own sentences are at hand: left alone, it reads their file for each request."""

    class Meta(FlaskForm.Meta):
        """What the library asks."""

        def get_translations(self, form: Any) -> NullTranslations:
            """The library's catalogue in the reader's language."""
            return _catalogue(str(get_locale()))


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")
