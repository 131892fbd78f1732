"""The code a banking app scans to pay one document (EPC069-12)."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup
from segno import helpers

from app.core import money
from app.documents.models import Document
from app.payments import grouping
from app.payments.letters import plain
from app.payments.payee import Payee

LARGEST = Decimal("999999999.99")


def drawn(document: Document, payee: Payee) -> Markup:
    """The code as SVG, dark on white whatever the page; empty where the amount is none it can hold."""
    owed = money.from_minor(document.open_minor or 0, "EUR")
    if document.currency != "EUR" or not Decimal("0.01") <= owed <= LARGEST:
        return Markup()
    said = {"name": plain(payee.name, 70), "iban": payee.iban, "amount": owed, "text": told(document)}
    code = helpers.make_epc_qr(**said, encoding="UTF-8")
    drawing = code.svg_inline(scale=3, light="#fff", dark="#000")
    return Markup(drawing)  # nosec B704


def told(document: Document) -> str:
    """What the payee reads of it."""
    return grouping.remittance([document])
