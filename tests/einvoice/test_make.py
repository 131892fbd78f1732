"""AC-8: Factur-X is made from what is known, and valid against its schema."""

from dataclasses import replace

import pymupdf
import pytest

from app.einvoice import make
from app.einvoice.parsing import parse
from tests import samples


@pytest.mark.parametrize("said", [{}, {"kind": "credit_note", "gross": "-60.00"}, {"rate": "0"}, {"due_date": None}])
def test_what_is_made_says_the_same_when_read_again(said):
    """AC-8: nothing is lost on the way."""
    invoice = samples.as_invoice(samples.Sample(**said))

    found = parse(make.xml(invoice))

    for name in ("kind", "number", "issue_date", "due_date", "currency", "net", "tax", "gross", "ibans", "lines"):
        assert getattr(found, name) == getattr(invoice, name), name
    assert found.flags == []


def test_without_lines_a_smaller_profile_is_made():
    """AC-8: BASIC WL where there are no lines."""
    invoice = replace(samples.as_invoice(samples.Sample()), lines=[])

    assert parse(make.xml(invoice)).profile == "urn:factur-x.eu:1p0:basicwl"


@pytest.mark.parametrize(
    ("missing", "words"),
    [({"number": ""}, "number"), ({"issue_date": None}, "issue date"), ({"taxes": []}, "tax breakdown")],
)
def test_what_is_missing_is_said(missing, words):
    """AC-8: when it can't be made, the reason is in words."""
    with pytest.raises(make.CannotMake, match=words):
        make.xml(replace(samples.as_invoice(samples.Sample()), **missing))


def test_the_pdf_carries_the_xml():
    """AC-8: the page and its XML are one file."""
    pdf = pymupdf.open(stream=samples.facturx_pdf("F-5"))

    assert parse(pdf.embfile_get("factur-x.xml")).number == "F-5"
    assert "F-5" in pdf[0].get_text()
