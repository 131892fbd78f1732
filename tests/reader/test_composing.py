"""IN-8: the body of a mail becomes paper in the cage; nothing it refers to is fetched, nothing in it runs."""

import time

import pymupdf
import pytest

from app.reader import acts
from app.reader.contents import Unreadable
from app.reader.limits import Limits


def text_of(pdf: bytes) -> str:
    return "".join(page.get_text() for page in pymupdf.open(stream=pdf))


def test_the_words_of_a_mail_stand_on_a4_under_its_subject():
    """IN-8: headings, lists and tables in their order."""
    made = acts.compose("<p>Bonjour <b>Élise</b></p><table><tr><td>Total<td>12,00 €</table>", title="Facture n° 7 & co")

    document = pymupdf.open(stream=made)
    assert [round(side) for side in document[0].rect] == [0, 0, 595, 842]
    assert text_of(made).split() == ["Facture", "n°", "7", "&", "co", "Bonjour", "Élise", "Total", "12,00", "€"]
    assert document.metadata["title"] == "Facture n° 7 & co"


@pytest.mark.parametrize("body", ["1 < 2\n<toto@mail.example> a écrit :\n&amp; <script>", "Un\nDeux", "x" * 3000])
def test_plain_text_stays_what_was_typed(body):
    """IN-8: signs of markup are signs, lines are lines."""
    said = text_of(acts.compose(body, title=""))

    assert said.replace("\n", "") == body.replace("\n", "")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("<p>réglé</p>".encode(), "réglé"),
        ("<meta charset=iso-8859-15><p>10 €</p>".encode("iso-8859-15"), "10 €"),
        ("<p>réglé</p>".encode("cp1252"), "réglé"),
        (b"<meta charset=klingon><p>caf\xe9</p>", "café"),
    ],
)
def test_bytes_are_read_in_the_encoding_they_are_in(data, word):
    """IN-8: UTF-8, what the page says, or what Windows writes."""
    assert word in text_of(acts.compose(data, title=""))


def test_nothing_is_fetched_and_nothing_of_ours_is_shown():
    """IN-8: pictures, styles and frames from elsewhere are left out, and files of ours too."""
    # S30, S82
    made = acts.compose(
        '<link rel=stylesheet href="http://127.0.0.1:9/x.css"><style>@import url(file:///etc/passwd)</style>'
        '<iframe src="file:///etc/passwd"></iframe><img src="file:///etc/hostname"><img src=http://127.0.0.1:9/p.png>'
        '<object data="file:///etc/passwd">root:</object><script>app.alert(1)</script>'
        '<a href="javascript:x()">Payer</a>',
        title="",
    )

    document = pymupdf.open(stream=made)
    assert text_of(made).split() == ["Payer"]
    assert document[0].get_images() == [] and document[0].get_links() == []


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + "fin",
        "<table><tr><td>" * 3_000 + "fin",
        "<p>" + "mot " * 50_000,
        "<b>" + "w" * 20_000,
        "<!--" * 10_000 + "<p>fin",
        "<p>&#0;&#x110000;&#xD800;\x00\ufffe fin",
        "<![CDATA[" * 5_000,
        "<p " + "a=b " * 50_000 + ">fin",
        "<style>" + "*{" * 20_000,
    ],
)
def test_hostile_html_ends_in_a_pdf_or_in_a_reason(body):
    """IN-8: never in a hang."""
    # S23, S24
    begun = time.monotonic()
    try:
        made = acts.compose(body, title="", limits=Limits(page_seconds=8))
    except Unreadable as error:
        assert error.code in ("broken", "too_many_pages", "too_slow", "crashed")
    else:
        assert made.startswith(b"%PDF-")
    assert time.monotonic() - begun < 12


def test_a_mail_without_end_is_refused():
    """IN-8: at the edge and one past it."""
    # S24
    body = "<p>ligne</p>" * 100
    pages = pymupdf.open(stream=acts.compose(body, title="")).page_count

    assert pages > 1
    acts.compose(body, title="", limits=Limits(made_pages=pages))
    with pytest.raises(Unreadable, match="too_many_pages"):
        acts.compose(body, title="", limits=Limits(made_pages=pages - 1))
