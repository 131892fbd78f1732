"""S34: tables are opened in the cage, and say what a person sees in them."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from app.reader import acts
from app.reader.contents import Sheet, Unreadable
from app.reader.limits import Limits
from app.reader.reasons import REASONS
from tests import samples


def xlsx(*rows: list, book: openpyxl.Workbook | None = None) -> bytes:
    book, out = book or openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with another content of this part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            after.writestr(entry.filename, content if entry.filename == name else before.read(entry))
    return out.getvalue()


def of_sheet(rows: str, before: str = "") -> bytes:
    """An XLSX file whose sheet is written like this."""
    start = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    written = f'<?xml version="1.0"?>{before}<worksheet xmlns="{start}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(xlsx(["x"]), "xl/worksheets/sheet1.xml", written.encode())


def refused(path, **given) -> str:
    with pytest.raises(Unreadable) as error:
        acts.sheet(path, **given)
    assert error.value.code in REASONS
    return error.value.code


def test_cells_are_text_as_a_person_reads_them(on_disk):
    """S34: days, moments, amounts, formulas with what they amounted to."""
    data = xlsx(
        ["Date", "Débit", None, "Note"],
        [date(2026, 11, 2), 1234.5, 0.1 + 0.2, "a b"],
        [datetime.combine(date(2026, 11, 2), time(10, 30)), -7, True, time(8, 5)],
        ["=1+1", 1e20, 1e-7, "#N/A"],
        [None, None],
    )

    [sheet] = acts.sheet(on_disk(data, "x.csv"))

    assert sheet.rows == [
        ["Date", "Débit", "", "Note"],
        ["2026-11-02", "1234.5", "0.3", "a b"],
        ["2026-11-02T10:30:00", "-7", "TRUE", "08:05:00"],
        ["", "100000000000000000000", "0.0000001", "#N/A"],
    ]


def test_visible_sheets_only_and_gaps_between_rows_stay(on_disk):
    """S34: a sheet that is hidden is no part of what a person sees; row 3 stays row 3."""
    book = openpyxl.Workbook()
    book.active.title = "Relevé"
    book.active["B3"] = "x"
    book.create_sheet("Hidden").sheet_state = "hidden"

    assert acts.sheet(on_disk(xlsx(book=book))) == [Sheet("Relevé", [[], [], ["", "x"]])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_csv_is_read_whatever_it_is_written_in(on_disk, encoding, delimiter):
    """S34: encoding and delimiter are guessed from the bytes."""
    rows = [["Date", "Libellé", "Montant €"], ["02/11/2026", "Loyer", "-1200.00"], ["03/11/2026", "Café", "3.50"]]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)

    assert acts.sheet(on_disk(data)) == [Sheet("", rows)]


def test_commas_in_amounts_part_nothing(on_disk):
    """S34: the header decides, and quotes hold."""
    data = b'Libelle;Montant\nLoyer;-1200,00\n"A;B";3,50\n'

    assert acts.sheet(on_disk(data))[0].rows == [["Libelle", "Montant"], ["Loyer", "-1200,00"], ["A;B", "3,50"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (samples.invoice_pdf(), "sheet_not_supported"),
        (samples.picture()[:500], "sheet_not_supported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet_not_supported"),
        (b"<html><table><tr><td>1", "sheet_not_supported"),
        (b"a;b\0c", "sheet_not_supported"),
        (b"PK\x03\x04 and then nothing", "sheet_broken"),
        (xlsx(["x"])[:-300], "sheet_broken"),
        (with_part(xlsx(["x"]), "xl/workbook.xml", b"<no"), "sheet_broken"),
        (of_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "sheet_broken"),
    ],
)
def test_what_is_no_table_says_so(on_disk, data, code):
    """S34: judged by the bytes, with the reason."""
    # S25
    assert refused(on_disk(data)) == code


def test_rows_columns_and_text_are_capped_at_the_edge(on_disk):
    """S34: at the limit it is read, one past it refused: nothing half imported."""
    for data in (xlsx(["a", "b"], ["c", "d"]), b"a;b\nc;d\n"):
        path = on_disk(data)
        assert acts.sheet(path, limits=Limits(rows=2, columns=2, cells_bytes=8))[0].rows == [["a", "b"], ["c", "d"]]
        for limits in (Limits(rows=1), Limits(columns=1), Limits(cells_bytes=7)):
            assert refused(path, limits=limits) == "sheet_too_large"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="999999999999"><c r="A1" t="n"><v>1</v></c></row>', "sheet_too_large"),
        ('<row r="1"><c r="ZZZ1"><v>1</v></c></row>', "sheet_too_large"),
        ('<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>', "sheet_broken"),
        ('<row r="25000"><c r="A25000"><v>1</v></c></row>', "sheet_too_large"),
        ('<row r="1"><c r="A1"><v>' + "9" * 50_000 + "</v></c></row>", "sheet_broken"),
    ],
)
def test_places_nobody_reaches_are_refused(on_disk, rows, code):
    """S34: a small file that claims huge dimensions."""
    # S24
    assert refused(on_disk(of_sheet(rows)), limits=Limits(page_seconds=10)) == code


def test_numbers_that_are_none_are_empty(on_disk):
    """S34: what is beyond a number is nothing."""
    assert acts.sheet(on_disk(of_sheet('<row r="1"><c r="A1"><v>1e999</v></c><c r="B1"><v>1</v></c></row>')))[
        0
    ].rows == [["", "1"]]


def test_an_archive_that_unpacks_to_far_more_is_refused(on_disk):
    """S34: counted while unpacking, at the edge and one past it."""
    # S27
    bomb = with_part(xlsx(["x"]), "docProps/app.xml", b"<a>" + b" " * 30_000_000)
    assert len(bomb) < 50_000
    assert refused(on_disk(bomb)) == "sheet_unsafe"

    path = on_disk(xlsx(["x"]))
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    assert acts.sheet(path, limits=Limits(unpacked_bytes=unpacked))
    assert refused(path, limits=Limits(unpacked_bytes=unpacked - 1)) == "sheet_unsafe"


ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_xml_with_entities_is_refused_in_every_part(on_disk, part, encoding):
    """S34: none is read from our disk, none unfolds."""
    # S28
    written = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES}<x>&b;&e;</x>'.encode(encoding)

    assert refused(on_disk(with_part(xlsx(["x"]), part, written))) == "sheet_unsafe"
