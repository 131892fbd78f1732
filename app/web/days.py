"""A day that was typed into a plain form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused


def day_in(form: Mapping[str, str], name: str) -> date | None:
    """The one of this name; None where it was left empty. Raises `Refused` where it is none: no other is taken."""
    typed = form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        said = _("“%(typed)s” is no day: write it as 2026-12-31. Nothing was changed.", typed=typed[:20])
        raise Refused(said) from None
