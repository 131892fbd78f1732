"""A number whose label is left out among facts that have theirs."""

from __future__ import annotations

import pytest

from app.extraction.reading import SURE
from tests.extraction.laid_out import french_invoice, page, read


def invoice_with(*head: tuple[float, float, str]):
    """The plain invoice with this head instead of its number and its dates."""
    return read(page(*[part for part in french_invoice() if part[1] > 100 or part[0] == 50], *head))


def listed(number: str, beside: str = "") -> list[tuple[float, float, str]]:
    """Labels one below the other, values beside them; the number has none, or what is `beside` it."""
    facts = (("Date", "05/10/2026"), (beside, number), ("Échéance", "04/11/2026"), ("Votre référence", "UR-8624"))
    rows = enumerate(facts)
    return [part for place, (label, value) in rows for part in _row(label, value, 44 + 15 * place) if part[2]]


def _row(label: str, value: str, y: float) -> tuple[tuple[float, float, str], tuple[float, float, str]]:
    return (330, y, label), (440, y, value)


def headed(number: str, heading: str = "") -> list[tuple[float, float, str]]:
    """Labels in a row, values below them; nothing stands over the number, or this heading."""
    labels, values = ("Contrat", heading, "Date", "Échéance"), ("CT-249301", number, "05/10/2026", "04/11/2026")
    row = lambda y, texts: [(50 + 120 * place, y, text) for place, text in enumerate(texts) if text]  # noqa: E731
    return [*row(240, labels), *row(254, values)]


def stacked(number: str, above: str = "") -> list[tuple[float, float, str]]:
    """Each label over its value; the number on top has none, or this one."""
    facts = ((above, number), ("Date", "05/10/2026"), ("Échéance", "04/11/2026"))
    rows = [
        (330, 44 + 30 * place + down, text)
        for place, pair in enumerate(facts)
        for down, text in zip((0, 12), pair, strict=True)
    ]
    return [row for row in rows if row[2]]


def half_known(number: str, beside: str = "") -> list[tuple[float, float, str]]:
    """A list with one label of a date, beside names that are in no table of labels."""
    known = {"Date": "del", "Votre référence": "Gamelle"}
    return [(x, y, known.get(text, text)) for x, y, text in listed(number, beside)]


@pytest.mark.parametrize("head", [listed, headed, stacked, half_known])
@pytest.mark.parametrize("number", ["2026.4166", "F2026/1508", "R-26-05935"])
def test_it_is_the_document_s_own(head, number):
    """EX-1: beside a reference and a contract that are named."""
    reading = invoice_with(*head(number))
    found = reading.fields["number"]
    assert (found.value, found.why) == (number, "a label left out")
    assert 0.7 <= found.confidence < SURE


@pytest.mark.parametrize("head", [listed, headed, stacked, half_known])
def test_a_name_nobody_knows_is_no_empty_place(head):
    """EX-1: what it names may be anything."""
    reading = invoice_with(*head("2026.4166", "Zone"))
    assert reading.fields.get("number") is None or reading.fields["number"].why != "a label left out"


@pytest.mark.parametrize(
    "text",
    [
        *("05 56 12 34 56", "05-56-12-34-56", "0556123456", "44000 Nantes", "44000", "2026", "120", "Site 12"),
        *("www.lumen2026.fr", "SIRET30326504500018"),
    ],
)
def test_what_needs_no_label_among_facts_is_none(text):
    """EX-1: a telephone, a postcode, a year, an address in the web."""
    found = invoice_with(*listed(text)).fields.get("number")
    assert found is None or found.why != "a label left out"


@pytest.mark.parametrize(
    "facts",
    [
        (("Date", "05/10/2026"), ("Commande", "PO-4500012345"), ("", "PO-4500012346"), ("Échéance", "04/11/2026")),
        (("Date", "05/10/2026"), ("Échéance", "04/11/2026"), ("Client", "Durand SA"), ("", "CL-20417")),
        (("Date", "05/10/2026"), ("Votre référence", "UR-8624"), ("", "UR-8625/A"), ("Échéance", "04/11/2026")),
    ],
)
def test_a_further_line_of_a_value_is_none(facts):
    """EX-1: a second order, the number of a customer below the name."""
    head = [part for place, pair in enumerate(facts) for part in _row(*pair, 44 + 15 * place) if part[2]]
    found = invoice_with(*head).fields.get("number")
    assert found is None or found.why != "a label left out"


@pytest.mark.parametrize("number", ["F20260042", "7"])
def test_where_a_label_names_the_number_none_was_left_out(number):
    """EX-1: what stands without a label may be anything else then, however much it looks like one."""
    reading = invoice_with((50, 150, "Facture n°"), (130, 150, number), *listed("K2026/1508"))
    assert reading.value("number") == number


def test_a_list_without_a_date_names_no_document():
    """EX-1: it may be about an order."""
    head = [part for part in listed("2026.4166") if part[1] not in (44, 74)]
    reading = invoice_with(
        *head, (330, 44, "Commande"), (440, 44, "C-1201"), (330, 74, "N° client"), (440, 74, "CL-77")
    )
    assert reading.fields.get("number") is None or reading.fields["number"].why != "a label left out"
