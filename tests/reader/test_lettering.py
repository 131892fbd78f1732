"""SE-4: a letter lies in its envelope so that the window shows the address, the whole of it and nothing else."""

import pymupdf
import pytest

from app.reader import acts
from app.reader.contents import Unreadable
from app.reader.limits import Limits
from tests import samples

SHORT = ["Mme Élise Lefèvre", "3 place Bellecour", "69002 Lyon"]
LONG = [
    "Société Générale de Menuiserie & Cie",
    "À l’attention de Mme Élise Lefèvre",
    "Bâtiment C, 3e étage",
    "Zone industrielle des Trois Fontaines",
    "145 avenue du Maréchal de Lattre",
    "BP 1234",
    "69621 VILLEURBANNE CEDEX",
]
MM = 72 / 25.4


def said(**facts):
    plain = {"sender": ["Atelier Zoé", "1 rue des Lilas", "69003 Lyon"], "address": SHORT, "signature": "Atelier Zoé"}
    plain |= {"dated": "Lyon, le 26 novembre 2026", "subject": "Objet : Facture F-1", "text": "Bonjour,\n\nPayez."}
    return plain | facts


def drawn(**facts) -> pymupdf.Document:
    return pymupdf.open(stream=acts.letter(said(**facts))[0])


def place_of(page: pymupdf.Page, words: list[str]) -> pymupdf.Rect:
    """Where these words stand, in millimetres."""
    wanted = {each for line in words for each in line.split()}
    place = pymupdf.Rect()
    for x0, y0, x1, y1, word, *_rest in page.get_text("words"):
        if word in wanted and 40 < y0 / MM < 90:
            place |= pymupdf.Rect(x0, y0, x1, y1)
    return place * pymupdf.Matrix(1 / MM, 1 / MM)


@pytest.mark.parametrize("address", [SHORT[:2], SHORT, LONG], ids=len)
def test_the_address_is_where_french_windows_are(address):
    """SE-4: 100 to 195 mm from the left, 45 to 82 mm from the top, and nothing else stands there."""
    page = drawn(address=address)[0]
    place = place_of(page, address)

    assert [round(side) for side in page.rect] == [0, 0, 595, 842]
    assert place.x0 >= 100 and place.x1 <= 195 and place.y0 >= 45 and place.y1 <= 82
    window = page.get_text("text", clip=pymupdf.Rect(90, 44, 200, 90) * pymupdf.Matrix(MM, MM))
    assert [line.strip() for line in window.splitlines() if line.strip()] == address


@pytest.mark.parametrize("slip", [-5.5, 5.5], ids=["up", "down"])
def test_the_window_shows_a_short_address_wherever_the_sheet_slips(slip):
    """SE-4: 99 mm of a folded sheet lie in a DL envelope of 110 mm, whose window begins 55 mm from its top."""
    place = place_of(drawn()[0], SHORT)
    window = pymupdf.Rect(100, 55, 200, 90) - (5, 5.5 + slip, 5, 5.5 + slip)

    assert window.contains(place)


@pytest.mark.parametrize(
    "address",
    [[*LONG, "Rhône", "France"], ["Name " * 60, "69002 Lyon"], ["x" * 400, "69002 Lyon"]],
    ids=["nine lines", "long line", "long word"],
)
def test_an_address_too_long_for_the_window_is_refused(address):
    """SE-4: with the reason; half an address is posted to nobody."""
    with pytest.raises(Unreadable, match="address_too_long"):
        acts.letter(said(address=address))


def test_text_stays_what_was_typed_and_nothing_is_fetched():
    """SE-4: markup is text; a letter has no fetcher."""
    # S51, S82
    text = '{{7*7}} {x.__class__} <b>1 < 2</b> & <img src="file:///etc/hostname"> <a href=http://127.0.0.1:9/>x</a>'
    document = drawn(text=text, subject="<i>Objet</i>", address=["<b>A</b>", "69002 Lyon"], signature="<script>")

    shown = "".join("".join(page.get_text() for page in document).split()).replace("ﬁ", "fi")
    for each in (text, "<i>Objet</i>", "<b>A</b>", "<script>"):
        assert "".join(each.split()) in shown
    assert document[0].get_images() == [] and document[0].get_links() == []


def test_a_long_text_flows_to_numbered_pages():
    """SE-4: all of it is printed, each page says which it is; a lone one says nothing."""
    words = [f"mot{number}" for number in range(1500)]
    pages, page_count = acts.letter(said(text=" ".join(words)))
    document = pymupdf.open(stream=pages)

    shown = "".join(page.get_text() for page in document).split()
    assert [each for each in shown if each.startswith("mot")] == words
    assert page_count == document.page_count > 1
    assert [f"{number}/{page_count}" in page.get_text() for number, page in enumerate(document, 1)] == [
        True
    ] * page_count
    assert "1/1" not in drawn()[0].get_text()


def test_attached_pages_follow_the_letter(tmp_path):
    """SE-4: PDFs and pictures, in their order."""
    invoice, picture = tmp_path / "invoice.pdf", tmp_path / "picture.png"
    invoice.write_bytes(samples.invoice_pdf("F-77"))
    picture.write_bytes(pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 40), False).tobytes("png"))
    pages, page_count = acts.letter(said(), attached=[invoice, picture])
    document = pymupdf.open(stream=pages)

    assert page_count == document.page_count == 3
    assert "Objet" in document[0].get_text() and "F-77" in document[1].get_text() and document[2].get_images()


def test_a_letter_without_end_is_refused():
    """SE-4: at the edge and one past it."""
    # S24
    text = "ligne\n\n" * 150
    _pages, count = acts.letter(said(text=text))

    acts.letter(said(text=text), limits=Limits(made_pages=count))
    with pytest.raises(Unreadable, match="too_many_pages"):
        acts.letter(said(text=text), limits=Limits(made_pages=count - 1))


def test_letters_bound_for_both_sides_begin_on_a_front(tmp_path):
    """SE-4: a blank page follows an odd number of them, but not at the end."""
    files = []
    for name, text in (("a", "kurz"), ("b", "ligne\n\n" * 60), ("c", "kurz")):
        files.append(tmp_path / name)
        files[-1].write_bytes(acts.letter(said(text=text))[0])
    single, double = (pymupdf.open(stream=acts.bind(files, fronts=fronts)[0]) for fronts in (False, True))

    firsts = [page.number for page in double if "Objet" in page.get_text()]
    assert all(number % 2 == 0 for number in firsts) and len(firsts) == 3
    assert double.page_count == single.page_count + 2 == acts.bind(files, fronts=True)[1]
    assert acts.bind(files, fronts=True) == acts.bind(files, fronts=True)
