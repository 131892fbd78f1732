"""A letter is written once, for an address it can be posted to, and its pages are kept."""

from __future__ import annotations

import pymupdf
import pytest
from sqlalchemy import func, select

from app.channels.models import Letter, LetterState
from app.channels.unreachable import Unreachable
from app.core import storage
from app.extensions import db
from app.files import store
from tests import samples
from tests.channels.making import ADDRESS, make_letter
from tests.factories import make_company, make_counterparty, make_file


def pages_of(letter: Letter) -> pymupdf.Document:
    return pymupdf.open(stream=store.read(letter.file))


def test_a_letter_says_who_writes_where_and_when(app):
    """SE-4: the sender, the address, place and date, subject, text and signature, and the invoice behind it."""
    company = make_company("Atelier Zoé", address="1 rue des Lilas\n69003 Lyon")
    invoice = make_file(samples.invoice_pdf("F-77"))
    customer = make_counterparty(company=company, is_customer=True)
    letter = make_letter(company, attachments=[invoice], about=customer, counterparty=customer)

    said = pages_of(letter)[0].get_text()
    for each in ("1 rue des Lilas", *ADDRESS.splitlines(), "Lyon, ", ": Facture F-1", "veuillez payer."):
        assert each in said.replace("\xa0", " ")
    assert said.rstrip().endswith("Atelier Zoé") and "F-77" in pages_of(letter)[1].get_text()
    facts = (letter.state, letter.page_count, letter.about_type, letter.about_id, letter.counterparty_id)
    assert facts == (LetterState.TO_PRINT, 2, "counterparty", customer.id, customer.id)


@pytest.mark.parametrize(("language", "words"), [("en", ("Subject: F", "Lyon, ")), ("fr", ("Objet : F", "Lyon, le "))])
def test_a_letter_speaks_the_language_of_its_reader(app, language, words):
    """SE-4: in each language, whoever writes it."""
    company = make_company(address="1 rue des Lilas\n69003 Lyon")
    said = pages_of(make_letter(company, language=language))[0].get_text().replace("\xa0", " ")

    assert all(word in said for word in words)


def test_the_same_cause_writes_one_letter(app):
    """S42: a key is used once, so that running a job again writes no second letter."""
    assert make_letter(key="a:1").id == make_letter(key="a:1", text="Other").id
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1


@pytest.mark.parametrize(
    "address",
    ["", "Menuiserie Lefèvre", " \n\r\nMenuiserie Lefèvre\n", "\n".join("abcdefgh"), "Nom " * 120 + "\n69002 Lyon"],
    ids=["empty", "only a name", "blank lines", "eight lines", "too wide"],
)
def test_an_address_a_letter_cannot_be_posted_to_is_refused(app, address):
    """SE-4: S49: when it is written, with the reason; nothing is kept."""
    with pytest.raises(Unreachable) as refused:
        make_letter(address=address)

    assert refused.value.reason["key"] == "bad_address" and str(refused.value)
    assert not db.session.scalar(select(func.count()).select_from(Letter))


def test_lines_that_would_say_more_than_a_line_are_one(app):
    """S50: signs that are no letters have no place in an address or a subject."""
    letter = make_letter(address="A\x00B\r\n\x0b69002 Lyon\u2028", subject="F-1\r\nBcc: x")

    assert (letter.address, letter.subject) == ("A B\n69002 Lyon", "F-1 Bcc: x")


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_an_attachment_that_is_not_whole_goes_with_no_letter(app, harm):
    """S53: missing or changed on the disk: not written, with the reason."""
    attached = make_file(samples.invoice_pdf("F-77"))
    path = storage.path_of(store.root(), attached.sha256)
    whole = path.read_bytes()
    path.unlink()
    if harm == "altered":
        path.write_bytes(samples.invoice_pdf("F-78"))
    with pytest.raises(Unreachable) as refused:
        make_letter(attachments=[attached])

    path.write_bytes(whole)
    assert refused.value.reason["key"] == "bad_file"


def test_a_file_that_cannot_be_printed_goes_with_no_letter(app):
    """SE-4: with what the reader says of it."""
    with pytest.raises(Unreachable) as refused:
        make_letter(attachments=[make_file(b"<Invoice/>" * 9, type="text/xml")])

    assert refused.value.reason["key"] == "bad_file" and refused.value.reason["why"]
