"""A reading is stored and comes back as it was."""

import json
from datetime import date
from decimal import Decimal

from app.extraction.choose import read_fields
from app.extraction.reading import Found, ItemLine, Party, Reading, TaxLine, as_json, from_json
from tests.extraction.laid_out import contents, french_invoice, page


def test_a_reading_comes_back_from_json_as_it_was():
    """EX-3: values keep their type, boxes and reasons their place."""
    reading = read_fields(contents(page(*french_invoice())), today=date(2026, 11, 23))
    reading.lines = [ItemLine("Pose", Decimal("2"), "C62", Decimal("500.00"), Decimal("1000.00"), None)]
    reading.taxes.append(TaxLine(None, None, Decimal("0.10")))
    reading.flags.append({"code": "several_invoices", "pages": [1, 2]})

    stored = json.dumps(as_json(reading))

    assert from_json(json.loads(stored)) == reading


def test_a_party_is_gathered_from_its_fields():
    """EX-7: what a counterparty is found by."""
    fields = {"seller_name": "Lumen", "seller_vat": "FR40303265045", "iban": "FR76", "buyer_name": "Duval"}
    reading = Reading({name: Found(value, 0.9) for name, value in fields.items()})
    assert reading.party("seller") == Party("Lumen", "FR40303265045", ibans=["FR76"])
    assert reading.party("buyer") == Party("Duval")
