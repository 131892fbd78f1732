"""Marks beside an open invoice: promised, and when; not reminded of, and until when (SPEC DN-1)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core import clock
from app.documents.marks import Mark
from app.documents.models import Document
from app.dunning.promises import FOR_GOOD
from app.web.filters import day


def promised(document: Document) -> Mark | None:
    """By when; one that is past stands out."""
    if not document.promised_date or not document.open_minor:
        return None
    is_past = document.promised_date < clock.today()
    label = _("Promise not kept") if is_past else _("Promised")
    return Mark(label, "calendar", "amber" if is_past else "grey", more=day(document.promised_date))


def paused(document: Document) -> Mark | None:
    """While it is not reminded of."""
    until = document.reminders_paused_until
    if until is None or until < clock.today() or not document.open_minor:
        return None
    return Mark(_("Reminders paused"), "clock", "grey", more="" if until == FOR_GOOD else day(until))
