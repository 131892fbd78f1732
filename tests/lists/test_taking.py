"""Taking a list with one: tables that a spreadsheet opens, originals in a ZIP, of what one may see."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from app.core import clock, storage
from app.core.errors import Refused
from app.documents import decisions
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.lists import csv_table, originals, selecting, xlsx_table
from app.lists.streaming import Sink
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_file, make_user, the_company

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x")', "＝1"]


def lines_of(answer) -> list[dict[str, str]]:
    """The lines of a CSV in English, by head."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def sheet_of(answer) -> list[tuple]:
    """The lines of a workbook."""
    assert answer.status_code == 200
    return list(openpyxl.load_workbook(io.BytesIO(answer.get_data())).active.iter_rows(values_only=True))


def test_a_table_has_all_pages_of_the_list_as_they_stand(app, browser, monkeypatch):
    """SR-1: RV-7: every row that the filters leave, in the list's order, and no more."""
    monkeypatch.setattr(selecting, "PORTION", 3)
    for number in range(8):
        make_document(number=f"N-{number}", gross_minor=100 * number, label="ink" if number else "paper")
    make_document(number="SALE", direction=Direction.SALE, label="ink")
    member = browser(make_user())

    lines = lines_of(member.get("/documents/table.csv?direction=purchase&q=ink&sort=-amount"))

    assert [line["Number"] for line in lines] == [f"N-{number}" for number in range(7, 0, -1)]
    assert len(sheet_of(member.get("/documents/table.xlsx?direction=purchase&q=ink"))) == 8


def test_numbers_are_numbers_and_days_are_days(app, browser):
    """SR-1: S83: in XLSX by their type; in CSV as the reader's own spreadsheet writes them."""
    make_document(number="00012", net_minor=None, gross_minor=123456, tax_minor=1, issue_date=date(2026, 2, 3))
    english, french = browser(make_user()), browser(make_user(language="fr"))

    heads, row = sheet_of(english.get("/documents/table.xlsx"))
    told = dict(zip(heads, row, strict=True))
    plain = lines_of(english.get("/documents/table.csv"))[0]
    text = french.get("/documents/table.csv").get_data().decode("utf-8-sig")

    assert (told["Number"], told["Gross amount"], told["Tax"], told["Net amount"]) == ("00012", 1234.56, 0.01, None)
    assert told["Issue date"].date() == date(2026, 2, 3)
    assert (plain["Number"], plain["Gross amount"], plain["Issue date"]) == ("00012", "1234.56", "2026-02-03")
    assert ";1234,56;" in text and ";2026-02-03;" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_a_formula(app, browser, text):
    """S83: written out, opened again, it is the text it was; in CSV with an apostrophe before it."""
    make_document(number="N-1", label=text, order_reference=text, gross_minor=-500)
    member = browser(make_user())

    heads, row = sheet_of(member.get("/documents/table.xlsx"))
    told = dict(zip(heads, row, strict=True))
    line = lines_of(member.get("/documents/table.csv"))[0]

    assert told["Label"].replace("\n", "\r") == text and told["Gross amount"] == -5
    assert line["Label"] == line["Order reference"] == f"'{text}" and line["Gross amount"] == "-5.00"


def test_a_workbook_holds_what_no_xml_can_and_more_than_one_sheet(monkeypatch):
    """S83: signs that XML forbids are left out; what does not fit goes on on the next sheet."""
    monkeypatch.setattr(xlsx_table, "MOST_LINES", 2)
    rows = [["a\0b\x0b<&>\ud800", Decimal("1.5")], ["", Decimal(12)], [None, date(2024, 2, 29)]]

    data = b"".join(xlsx_table.pieces("Très & long", ["Text", "Value"], rows))

    book = openpyxl.load_workbook(io.BytesIO(data))
    first, second = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book)
    assert book.sheetnames == ["Très & long", "Très & long 2"]
    assert first == [["Text", "Value"], ["ab<&>", 1.5], [None, 12]]
    assert second[1][1].date() == date(2024, 2, 29)


def test_a_table_is_sent_while_it_is_made():
    """SR-1: nothing of it waits for its end."""
    taken = []

    def rows():
        for number in range(1000):
            taken.append(number)
            yield [number]

    pieces = csv_table.pieces(["n"], rows())
    assert next(pieces).startswith("\ufeffn".encode()) and len(taken) == csv_table.AT_ONCE
    sink = Sink()
    sink.write(b"ab")
    assert (sink.take(), sink.take()) == (b"ab", b"")


def zip_of(answer) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    """The ZIP, whole, and the lines of its list."""
    assert answer.status_code == 200, answer.text
    folder = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert folder.testzip() is None
    lines = csv.DictReader(io.StringIO(folder.read("list.csv").decode("utf-8-sig")))
    return folder, list(lines)


def test_originals_come_in_one_zip_under_names_that_say_what_they_are(app, browser):
    """RV-7: named by day, counterparty and number, safely, each once; what is not there is named with the reason."""
    durand = make_counterparty('../Dur"and\\ & fils')
    for _twice in range(2):
        make_document(number="../../F/1", counterparty=durand, file=make_file(), file_name="CON.PDF")
    gone, none = make_document(number="GONE", file=make_file(b"%PDF gone")), make_document(number="NONE")
    storage.path_of(store.root(), gone.original.file.sha256).write_bytes(b"changed")
    db.session.delete(none.files[0])
    db.session.commit()

    folder, lines = zip_of(browser(make_user()).get("/documents/originals.zip"))

    remarks = {line["Number"]: line["Remark"] for line in lines}
    assert "missing or was changed" in remarks["GONE"] and remarks["NONE"] == "it has no file"
    names = [name for name in folder.namelist() if name != "list.csv"]
    assert sorted(line["File in the ZIP"] for line in lines) == ["", "", *sorted(names)]
    assert len(set(names)) == 2 and not [name for name in names if set(name) & set('/\\:"<>|?*') or ".." in name]
    assert all(name.startswith("2026-10-01 ") and "Dur_and" in name and name.endswith(".PDF") for name in names)
    assert folder.read(names[0]).startswith(b"%PDF")


def test_ticked_documents_are_taken_and_only_what_one_may_see(app, browser):
    """RV-7: S72: a forged id gives nothing, nor does what lies in the trash."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    hidden = make_document(company, number="CANARY", validated_at=clock.now())
    gone = make_document(company, number="GONE")
    decisions.trash(gone, by=None)
    mine, other = make_document(company, number="N-1"), make_document(make_company("Other"), number="OTHER")
    db.session.commit()
    ids = {"ids": [mine.id, hidden.id, other.id, gone.id]}
    reader = browser(member, company)

    _folder, lines = zip_of(reader.post("/documents/originals.zip", data=ids))
    assert [line["Number"] for line in lines] == ["N-1"]
    assert [line["Number"] for line in lines_of(reader.post("/documents/table.csv", data=ids))] == ["N-1"]
    for address in ("/documents/table.csv", "/documents/table.csv?q=CANARY", "/documents/table.csv?tab=to_match"):
        assert "CANARY" not in reader.get(address).text
    assert "CANARY" in browser(make_user(Role.ADMIN, company)).get("/documents/table.csv").text
    assert reader.post("/documents/table.csv").status_code == 422


@pytest.mark.parametrize(("name", "value"), [("MOST_DOCUMENTS", 1), ("MOST_BYTES", 30)])
def test_too_much_for_one_zip_is_refused_in_words(app, browser, monkeypatch, name, value):
    """RV-7: S84: before a byte of it is sent."""
    monkeypatch.setattr(originals, name, value)
    make_document(), make_document()

    answer = browser(make_user()).get("/documents/originals.zip")

    assert answer.status_code == 422 and "at most" in answer.text
    with pytest.raises(Refused):
        originals.check_size(db.select(Document))


def test_an_approver_takes_what_they_were_asked_about(app, browser):
    """US-6: S72: and nothing else."""
    approver = make_user(Role.APPROVER)
    make_document(number="CANARY", validated_at=clock.now())
    make_document(number="N-2", validated_at=clock.now(), readers={approver})

    assert [line["Number"] for line in lines_of(browser(approver).get("/documents/table.csv"))] == ["N-2"]
    assert the_company().name


def test_taking_a_table_keeps_nobody_from_writing(live_app):
    """S100: on SQLite too: while a portion is read somebody else writes."""
    with live_app.app_context():
        user = make_user(Role.ADMIN)
        make_document(user.companies[0])
        query = selecting.listed(user, user.companies[0], MultiDict())
        lines = selecting.told(query, lambda document: _write_beside(live_app, document.id))
        db.session.commit()

        assert list(lines) == [1]


def _write_beside(app, document_id):
    """Another connection changes the document that is just told."""
    with app.app_context():
        changed = db.session.execute(update(Document).where(Document.id == document_id).values(label="changed"))
        db.session.commit()
        return changed.rowcount
