"""What a rule may ask of a document, and how, in closed lists: contains and equals, nothing cleverer (SAFETY R11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _

from app.documents.models import Direction, Kind


class Value(StrEnum):
    """What a test compares with, and so which widget it has on the page."""

    NOTHING = "nothing"
    WORD = "word"
    """One of a closed list."""
    MONEY = "money"
    BETWEEN = "between"
    TEXT = "text"
    ROW = "row"
    """Something of the company: a counterparty, a category, a tag, a person."""


@dataclass(frozen=True)
class Test:
    """One way of asking, with what it compares with."""

    label: Any
    value: Value


@dataclass(frozen=True)
class Fact:
    """Something a document has, and the tests there are of it."""

    label: Any
    tests: dict[str, Test]
    table: str = ""
    """Of what a chosen row is: counterparty, category, tag, user."""


IS, NOT = _("is"), _("is not")
AMOUNT = {
    "at_least": Test(_("is at least"), Value.MONEY),
    "at_most": Test(_("is at most"), Value.MONEY),
    "between": Test(_("is between"), Value.BETWEEN),
}
FACTS: dict[str, Fact] = {
    "direction": Fact(_("Direction"), {"is": Test(IS, Value.WORD)}),
    "kind": Fact(_("Type"), {"is": Test(IS, Value.WORD)}),
    "counterparty": Fact(
        _("Counterparty"), {"is": Test(IS, Value.ROW), "is_not": Test(NOT, Value.ROW)}, "counterparty"
    ),
    "gross": Fact(_("Gross amount"), AMOUNT),
    "net": Fact(_("Net amount"), AMOUNT),
    "category": Fact(
        _("Category"), {"is": Test(IS, Value.ROW), "none": Test(_("is missing"), Value.NOTHING)}, "category"
    ),
    "tag": Fact(
        _("Tag"), {"has": Test(_("is there"), Value.ROW), "has_not": Test(_("is not there"), Value.ROW)}, "tag"
    ),
    "sender": Fact(_("Sender of its mail"), {"contains": Test(_("contains"), Value.TEXT), "is": Test(IS, Value.TEXT)}),
    "label": Fact(_("Label"), {"contains": Test(_("contains"), Value.TEXT)}),
    "text": Fact(_("Text of the document"), {"contains": Test(_("contains"), Value.TEXT)}),
    "source": Fact(_("Way it came"), {"is": Test(IS, Value.WORD)}),
    "supplier_new": Fact(_("Supplier"), {"is": Test(_("is new"), Value.NOTHING)}),
    "iban_changed": Fact(_("IBAN"), {"is": Test(_("has changed"), Value.NOTHING)}),
    "assignee": Fact(_("In charge"), {"is": Test(IS, Value.ROW), "none": Test(_("is nobody"), Value.NOTHING)}, "user"),
}
"""In the order they are offered."""
WORDS: dict[str, dict[str, Any]] = {
    "direction": {Direction.PURCHASE.value: _("purchase"), Direction.SALE.value: _("sale")},
    "kind": {Kind.INVOICE.value: _("invoice"), Kind.CREDIT_NOTE.value: _("credit note")},
    "source": {
        "smtp": _("e-mail"),
        "imap": _("mailbox"),
        "hook": _("webhook"),
        "upload": _("upload"),
        "folder": _("watched folder"),
        "api": _("API"),
        "command": _("command line"),
        "assign": _("PDF to assign"),
        "spreadsheet": _("spreadsheet"),
        "hand": _("entered by hand"),
    },
}
"""Fact → the words to choose from."""
PROVES_NOTHING = {"sender", "source", "direction", "kind"}
"""Facts that anybody who knows an address can bring about (SAFETY S16)."""
