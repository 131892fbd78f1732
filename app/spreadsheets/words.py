"""The fields of a spreadsheet, and what is said of its lines, in the reader's words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.documents.words import NAMES
from app.spreadsheets.headings import FIELDS


def fields() -> dict[str, str]:
    """Field → its name, in the order of the form."""
    names = NAMES | {"vat_number": _("VAT number")}
    return {name: str(names[name]) for name in FIELDS}


def of_note(note: dict[str, Any]) -> str:
    """One thing that is wrong with a line, or should be known of it."""
    said = {name: value for name, value in note.items() if name not in ("key", "document")}
    said["field"] = fields().get(said.get("field", ""), "")
    words = {
        "missing": _("%(field)s: missing."),
        "too_long": _("%(field)s: longer than %(longest)s characters."),
        "iban": _("%(field)s: the check digits of %(value)s are wrong."),
        "currency": _("%(field)s: “%(value)s” is no currency."),
        "no_day": _("%(field)s: “%(value)s” is not a date."),
        "no_such_day": _("%(field)s: the date %(value)s does not exist."),
        "no_amount": _("%(field)s: “%(value)s” is not an amount."),
        "decimals": _("%(field)s: %(value)s has more decimals than %(currency)s."),
        "sum": _("Net + tax is not the gross amount."),
        "no_category": _("There is no category “%(value)s”: it stays empty."),
        "same_row": _("The same number as row %(row)s."),
        "twin": _("Already imported."),
        "imported_before": _("This very row was imported before."),
        "in_trash": _("The same number is in the trash."),
    }
    return words.get(note["key"], "") % ({"field": "", "value": ""} | said)
