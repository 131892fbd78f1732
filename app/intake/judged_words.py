"""What a person said of a part, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _


def told(key: str, reason: dict[str, Any]) -> str:
    """The reason in words; empty where nobody said anything."""
    if key == "judged_before":
        return _before(reason.get("as", ""))
    words = {
        "judged_invoice": _("Somebody said that it is an invoice."),
        "judged_annex": _("Somebody said that it is an annex."),
        "judged_not_document": _("Somebody said that it is no document. The same file makes none again."),
        "judged_pending": _("It is being taken out of its message."),
    }
    return words.get(key, "")


def _before(judgement: str) -> str:
    if judgement == "annex":
        return _("The same file was judged to be an annex before, so no document was made of it.")
    return _("The same file was judged to be no document before, so none was made of it.")
