"""Why a document could not go to the accountant, in words for whoever may mend it (SPEC AC-5, AC-8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.einvoice import cannot
from app.reader.reasons import reason as of_reader
from app.web.filters import size

REASONS: dict[str, Any] = {
    "no_file": lazy_gettext("It has no file, neither PDF nor XML."),
    "damaged": lazy_gettext("Its stored file is missing or was changed, so it is not given out."),
    "too_large": lazy_gettext("With its files the mail would have %(size)s; the connection allows %(most)s."),
    "no_address": lazy_gettext("There is no address for this journal."),
    "bad_address": lazy_gettext("The mail cannot be addressed. %(why)s"),
    "refused": lazy_gettext("The accountant’s mail server refused it: %(why)s"),
    "not_made": lazy_gettext("Facteur failed at it; the next run tries it again."),
}


def in_words(reason: dict[str, Any]) -> str:
    """The sentence of a problem."""
    if str(reason.get("why", "")).startswith("Damaged:"):  # found when its mail was to leave
        reason = {"key": "damaged"}
    said = {name: size(value) if name in ("size", "most") else value for name, value in reason.items()}
    return str(REASONS.get(reason.get("key", ""), REASONS["not_made"])) % said


def fallback(codes: Iterable[str]) -> str:
    """Why the original went instead of a Factur-X; empty where nothing stood against one."""
    codes = list(codes)
    if not codes:
        return ""
    known = [code for code in codes if code in cannot.REASONS]
    read = [str(of_reader(code)) for code in codes if code not in cannot.REASONS]
    said = [_("No Factur-X could be made, so the original is sent."), cannot.words(known), *read]
    return " ".join(filter(None, said))
