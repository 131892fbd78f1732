"""A list of invoices, from its file to its documents and back, through its pages."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.documents import editing
from app.documents.models import Direction, Document, Kind, Status, TrashKind
from app.documents.trash import trash
from app.extensions import db
from app.intake.models import Message, Outcome, Source
from app.spreadsheets.models import Line, LineState, Spreadsheet, Stage
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
    the_company,
)
from tests.spreadsheets.sheets import LINE, add, after_work, as_csv, as_xlsx, check, imported, line, said, start

ADDRESS = "/add/spreadsheets"


@pytest.fixture
def client(browser):
    return browser(make_user())


def documents() -> list[Document]:
    return list(db.session.scalars(select(Document).order_by(Document.id)))


def states(spreadsheet: Spreadsheet) -> dict[int, LineState]:
    rows = select(Line.number, Line.state).filter_by(spreadsheet_id=spreadsheet.id).order_by(Line.number)
    return dict(db.session.execute(rows).all())


def test_a_list_becomes_documents_without_files(client):
    """IN-2: proposed, shown as it would be, imported; the list itself is in the mail log, with its original."""
    durand = make_counterparty("Durand")
    data = as_csv(LINE, line(number="F-2", counterparty="New & Co", due_date=""))
    spreadsheet = add(client, data)
    assert "Which column is what" in client.get(f"{ADDRESS}/{spreadsheet.id}").text
    spreadsheet = check(client, spreadsheet)
    preview = client.get(f"{ADDRESS}/{spreadsheet.id}").text
    assert "New &amp; Co" in preview and "1 Oct 2026" in preview and not documents()

    spreadsheet = start(client, spreadsheet)

    first, second = documents()
    assert (first.number, first.counterparty, first.gross_minor, first.tax_minor) == ("F-1", durand, 12000, 2000)
    assert (first.issue_date, first.due_date, first.label) == (date(2026, 10, 1), date(2026, 10, 31), "Durand – F-1")
    assert (second.counterparty_name, second.status, second.files) == ("New & Co", Status.TO_PROCESS, [])
    assert {each.source for each in documents()} == {"spreadsheet"}
    assert "2 documents imported" in client.get(f"{ADDRESS}/{spreadsheet.id}").text
    assert "It came as a line of a spreadsheet, without a file." in client.get(f"/documents/{first.id}").text
    entry = db.session.scalars(AuditEntry.about(first)).first()
    assert (entry.act, entry.why) == ("imported from a spreadsheet", "list.csv: 2")
    message = db.session.query(Message).one()
    assert (message.source, message.parts[0].outcome) == (Source.SPREADSHEET, Outcome.IMPORTED)
    assert client.get(f"/messages/{message.id}/raw").data == data
    assert "its lines are imported on a page of their own" in client.get(f"/messages/{message.id}").text
    assert f'href="{ADDRESS}/{spreadsheet.id}"' in client.get(f"/messages/{message.id}").text
    assert "Not a document" not in client.get(f"/messages/{message.id}").text
    assert client.post(f"/messages/{message.id}/openings").status_code == 422


def test_an_xlsx_with_a_title_another_sheet_and_real_dates(client):
    """IN-2: the sheet that holds most and its row of headings are found; both can be chosen."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Achats 2026")
    for row in (
        ["Journal"],
        [],
        ["Facture", "Fournisseur", "Date", "TTC"],
        ["F-1", "Durand", date(2026, 10, 1), 119.9],
    ):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)

    spreadsheet = add(client, file.getvalue(), "achats.xlsx")
    assert (spreadsheet.sheets, spreadsheet.sheet, spreadsheet.header_row) == (["Notes", "Achats 2026"], 1, 3)
    spreadsheet = check(client, spreadsheet)
    start(client, spreadsheet)
    [document] = documents()
    assert (document.issue_date, document.gross_minor) == (date(2026, 10, 1), 11990)

    other = add(client, file.getvalue() + b"\0", "achats.xlsx")
    answer = client.post(f"{ADDRESS}/{other.id}/sheet", data={"sheet": 0, "header_row": 0})
    assert answer.status_code == 303 and reload(other).columns == {}
    assert client.post(f"{ADDRESS}/{other.id}/sheet", data={"sheet": 9}).status_code == 422


def test_each_mistake_is_told_with_its_row(client):
    """IN-2: S34: in words; the other lines are imported, nothing of a wrong one."""
    wrong = (line(number="F-2", issue_date="31/02/2026"), line(number="", gross="a lot"))
    spreadsheet = check(client, add(client, as_csv(LINE, *wrong)))
    page = client.get(f"{ADDRESS}/{spreadsheet.id}?show=wrong").text

    assert "Issue date: the date 31/02/2026 does not exist." in page
    assert "Number: missing." in page and "“a lot” is not an amount." in page
    with force_locale("fr"):
        assert states(spreadsheet) == {1: LineState.WAITING, 2: LineState.READY, 3: LineState.WRONG, 4: LineState.WRONG}
    start(client, spreadsheet)
    assert [each.number for each in documents()] == ["F-1"]


def test_duplicates_are_marked_and_not_ticked(client):
    """IN-2: DU-1: of a document that is there, of another line; one in the trash is said and no hindrance."""
    durand = make_counterparty("Durand")
    there = make_document(number="F 1", counterparty=durand)
    trash(make_document(number="F-3", counterparty=durand), by=None)
    lines = (LINE, line(number="F-2"), line(number="f/2"), line(number="F-3"), line(counterparty="Other"))
    lines += (line(number="F-3"),)
    spreadsheet = check(client, add(client, as_csv(*lines)))

    ready, twin = LineState.READY, LineState.TWIN
    assert list(states(spreadsheet).values())[1:] == [twin, ready, twin, ready, ready, twin]
    page = client.get(f"{ADDRESS}/{spreadsheet.id}").text
    assert "The same number as row 3." in page and "The same number is in the trash." in page
    assert f"/documents/{there.id}" in page
    start(client, spreadsheet)
    living = [each for each in documents() if not each.trashed_at]
    assert [each.number for each in living] == ["F 1", "F-2", "F-3", "F-1"]


def test_sales_are_the_same_whoever_the_customer(client):
    """DU-1: one number for each sale of a company and kind; a credit note counts apart."""
    make_document(number="V-1", direction=Direction.SALE)
    lines = (line(number="V-1", counterparty="Zoé"), line(number="V-1", gross="-120,00", net="", tax=""))
    spreadsheet = check(client, add(client, as_csv(*lines), direction="sale"))

    assert list(states(spreadsheet).values())[1:] == [LineState.TWIN, LineState.READY]
    start(client, spreadsheet)
    assert (documents()[-1].kind, documents()[-1].gross_minor) == (Kind.CREDIT_NOTE, 12000)


def test_a_supplier_that_counts_anew_each_year(client):
    """DU-1: the same number of another year is another invoice, also within the list."""
    durand = make_counterparty("Durand", numbering_restarts_yearly=True)
    make_document(number="F-1", counterparty=durand, issue_date=date(2025, 10, 1))
    spreadsheet = check(client, add(client, as_csv(LINE, line(issue_date="01/10/2024"), LINE)))

    assert list(states(spreadsheet).values())[1:] == [LineState.READY, LineState.READY, LineState.TWIN]


def test_counterparties_are_found_by_what_identifies_them(client):
    """EX-7: by VAT number before the name; categories by name or account code."""
    by_number = make_counterparty("Papeterie Durand SA", vat_number="FR40303265045")
    make_counterparty("Durand")
    category = make_category(account_code="999000")
    head = ["Facture", "Fournisseur", "Date", "TTC", "N° TVA", "Compte"]
    lines = (["F-1", "Durand", "01/10/2026", "12", "FR40 303265045", "999000"], ["F-2", "DURÀND", "01/10/2026", "9"])
    imported(client, as_csv(*lines, head=head))

    first, second = documents()
    assert (first.counterparty, first.category) == (by_number, category)
    assert (second.counterparty.name, second.category) == ("Durand", None)


def test_the_same_file_again_makes_nothing_twice(client):
    """IN-2: the same bytes, the same row: also where the number would not tell; it cannot be ticked."""
    data = as_csv(LINE, line(number="F-2"))
    imported(client, data)
    editing.edit(documents()[0], {"number": "F-CORRECTED"}, by=db.session.query(Spreadsheet).one().by, version=1)
    db.session.commit()

    again = check(client, add(client, data))
    assert list(states(again).values())[1:] == [LineState.TWIN, LineState.TWIN]
    assert "This very row was imported before." in client.get(f"{ADDRESS}/{again.id}").text
    ids = [each.id for each in db.session.scalars(select(Line).filter_by(spreadsheet_id=again.id))]
    start(client, again, shown=ids, ids=ids)

    assert len(documents()) == 2 and states(again)[2] is LineState.LEFT_OUT
    trash(documents()[1], by=None)
    db.session.commit()
    third = check(client, add(client, data))
    assert states(third)[3] is LineState.READY
    start(client, third)
    assert [each.number for each in documents()] == ["F-CORRECTED", "F-2", "F-2"]


def test_what_somebody_unticks_stays_out(client):
    """IN-2: the ticks of a page are kept; what is left out is listed with the result."""
    spreadsheet = check(client, add(client, as_csv(LINE, line(number="F-2"))))
    first, second = db.session.scalars(select(Line.id).where(Line.state == LineState.READY).order_by(Line.id))
    client.post(f"{ADDRESS}/{spreadsheet.id}/ticks", data={"shown": [first, second], "ids": [second]})
    start(client, spreadsheet)

    assert [each.number for each in documents()] == ["F-2"]
    assert states(spreadsheet)[2] is LineState.LEFT_OUT
    nothing = check(client, add(client, as_csv(line(number="F-9"))))
    shown = db.session.scalars(select(Line.id).filter_by(spreadsheet_id=nothing.id)).all()
    assert client.post(f"{ADDRESS}/{nothing.id}/documents", data={"shown": shown}).status_code == 422


def test_the_columns_are_remembered_by_the_headings(client):
    """IN-2: per company: the next list with the same headings is mapped as the last one was."""
    head = ["A", "B", "C", "D"]
    first = add(client, as_csv(["12.30", "10/13/2026", "Durand", "F-1"], head=head))
    assert "gross" not in first.columns
    columns = {"column-gross": 0, "column-issue_date": 1, "column-counterparty": 2, "column-number": 3}
    client.post(f"{ADDRESS}/{first.id}/sheet", data={"sheet": 0, "header_row": 1})
    check(client, first, **columns, date_order="mdy", decimal_mark=".", direction="sale")

    second = add(client, as_csv(["1.50", "01/02/2026", "Zoé", "F-2"], head=head))
    client.post(f"{ADDRESS}/{second.id}/sheet", data={"sheet": 0, "header_row": 1})
    second = reload(second)
    assert (second.columns, second.date_order, second.direction) == (reload(first).columns, "mdy", Direction.SALE)


def test_columns_that_cannot_be_are_said(client):
    """IN-2: one chosen twice, one that is needed: what was chosen stays."""
    spreadsheet = add(client, as_csv(LINE))
    address = f"{ADDRESS}/{spreadsheet.id}/columns"

    assert "is chosen twice" in client.post(address, data=said(spreadsheet, **{"column-tax": 0})).text
    answer = client.post(address, data=said(spreadsheet, **{"column-number": -1}))
    assert answer.status_code == 422 and "Say which column it is: Number." in answer.text
    assert reload(spreadsheet).stage is Stage.TO_MAP


@pytest.mark.parametrize("is_imported", [False, True])
def test_the_mail_log_leads_from_a_list_to_its_import(client, is_imported):
    """IN-5: IN-2: never as passed over: what it is, with the way to its page, in the list and at its part."""
    data = as_csv(LINE)
    spreadsheet = imported(client, data) if is_imported else add(client, data)
    [message] = db.session.query(Message)

    for address in ("/messages", f"/messages/{message.id}"):
        page = client.get(address, headers=aimed_at("results")).text
        assert f'href="{ADDRESS}/{spreadsheet.id}"' in page and "Passed over" not in page
        assert ("Imported" if is_imported else "List of invoices") in page
    assert "list.csv" not in client.get("/messages?outcome=nothing").text
    assert "list.csv" not in client.get("/messages?outcome=passed_over").text
    assert ("list.csv" in client.get("/messages?outcome=listed").text) is not is_imported


def test_an_import_is_taken_back_where_nobody_worked_on_it(client):
    """IN-2: TR-1: to the trash, each with who and why; what was changed since stays."""
    spreadsheet = imported(client, as_csv(LINE, line(number="F-2")))
    editing.edit(documents()[0], {"label": "Mine"}, by=spreadsheet.by, version=1)
    db.session.commit()
    client.post(f"{ADDRESS}/{spreadsheet.id}/undoing")
    spreadsheet = after_work(spreadsheet.id)

    kept, gone = documents()
    assert (kept.trashed_at, gone.trash_kind, gone.trash_reason) == (None, TrashKind.DELETED, "list.csv")
    assert gone.trashed_by == spreadsheet.by and spreadsheet.stage is Stage.UNDONE
    assert "1 document stays: somebody worked on it since." in client.get(f"{ADDRESS}/{spreadsheet.id}").text
    assert client.post(f"{ADDRESS}/{spreadsheet.id}/undoing").status_code == 422
    assert states(check(client, add(client, as_csv(LINE, line(number="F-2")))))[3] is LineState.READY


@pytest.mark.parametrize(("data", "name"), [(b"%PDF-1.7", "a.pdf"), (b"\x89PNG\r\n\x1a\n0000IHDR", "a.csv"), (b"", "")])
def test_what_is_no_spreadsheet_is_not_kept(client, data, name):
    """IN-2: S34: in words, before anything is kept."""
    given = {"file": (io.BytesIO(data), name)} if name else {}
    answer = client.post(ADDRESS, data=given, content_type="multipart/form-data")

    assert answer.status_code == 422 and not db.session.query(Message).count()


def test_a_broken_table_says_why_and_is_kept(client):
    """IN-2: S34: its page, and the mail log with the original."""
    spreadsheet = add(client, as_xlsx(LINE)[:3000], "a.xlsx")

    assert spreadsheet.stage is Stage.UNREADABLE
    assert "Save it again as XLSX or CSV" in client.get(f"{ADDRESS}/{spreadsheet.id}").text
    assert spreadsheet.message.parts[0].outcome is Outcome.UNREADABLE


def test_more_rows_than_are_read_are_refused_in_words(client):
    """IN-2: S34: at the cap of the reader; nothing half imported."""
    data = as_csv(*([f"F-{number}", "Durand", "01/10/2026"] for number in range(20_001)))
    spreadsheet = add(client, data)

    assert spreadsheet.stage is Stage.UNREADABLE and not db.session.query(Line).count()
    assert "more rows, columns or text than are read at once" in client.get(f"{ADDRESS}/{spreadsheet.id}").text


def test_formulas_are_text_and_never_run(client):
    """IN-2: S34: S83: a cell that begins like one stays what it says, on the page and in the document."""
    evil = '=HYPERLINK("http://evil.example","x")'
    spreadsheet = check(client, add(client, as_csv(line(counterparty=evil), line(number="<script>alert(1)</script>"))))
    page = client.get(f"{ADDRESS}/{spreadsheet.id}").text
    start(client, spreadsheet)

    assert documents()[0].counterparty_name == evil
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page


def test_other_encodings_are_read(client):
    """IN-2: S34: as spreadsheets write them on Windows, with accents whole."""
    for number, encoding in enumerate(("cp1252", "utf-8-sig", "utf-16")):
        imported(client, as_csv(line(number=f"F-{number}", counterparty="Électricité"), encoding=encoding))

    assert {each.counterparty_name for each in documents()} == {"Électricité"}


def test_a_restricted_member_does_not_import_lists(browser):
    """US-2: a list names many counterparties: it is for those who see all of the company, in the mail log too."""
    company = make_company(restrict_non_admins=True)
    admin, member = make_user(Role.ADMIN, company), make_user(company=company)
    spreadsheet = imported(browser(admin), as_csv(LINE))
    restricted = browser(member)

    assert restricted.get(ADDRESS).status_code == 403 and "/add/spreadsheets" not in restricted.get("/add").text
    assert restricted.get(f"{ADDRESS}/{spreadsheet.id}").status_code == 404
    assert restricted.get(f"/messages/{spreadsheet.message_id}").status_code == 404
    assert "list.csv" not in restricted.get("/messages").text


def test_another_company_sees_nothing_of_it(browser, client):
    """US-3: nor do its documents, counterparties and categories count here."""
    make_document(make_company("Elsewhere"), number="F-1", counterparty=None, counterparty_name="Durand")
    spreadsheet = check(client, add(client, as_csv(LINE)))
    assert states(spreadsheet)[2] is LineState.READY
    stranger = browser(make_user(Role.ADMIN, db.session.query(Document).one().company))

    assert stranger.get(f"{ADDRESS}/{spreadsheet.id}").status_code == 404
    assert "list.csv" not in stranger.get(ADDRESS).text
    assert the_company().id == spreadsheet.company_id
