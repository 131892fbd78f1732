"""AC-1: a period for the accountant: a ZIP of files that is complete or none, entries, and what is missing."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from app.accounting import archive, asked, downloading, taking
from app.accounting.kinds import Cause, ConnectionKind, Journal, State
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Delivery, Envelope, Run
from app.audit.models import AuditEntry
from app.core import clock, storage
from app.documents import decisions
from app.documents.models import Direction, Document, DocumentTax, Kind
from app.extensions import db
from app.files import store
from app.users.models import User
from app.web.access import Role
from tests import samples
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_file,
    make_user,
    the_company,
)

ALL = {"period": "all"}
ENTRIES = {"period": "all", "way": "entries"}


def ready(number: str, **facts) -> Document:
    """Validated, so that it goes."""
    return make_document(facts.pop("company", None), number=number, validated_at=clock.now(), **facts)


def zip_of(answer) -> zipfile.ZipFile:
    """The ZIP, whole."""
    assert answer.status_code == 200, answer.text
    folder = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert folder.testzip() is None
    return folder


def lines_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def listed(folder: zipfile.ZipFile) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The lines of what is in it, and number → reason of what is not."""
    missing = lines_of(folder.read("missing.csv"))
    return lines_of(folder.read("manifest.csv")), {each["Number"]: each["Why it is missing"] for each in missing}


def taken_by(user: User, **said):
    """What is asked for, as the page hands it on."""
    company = user.companies[0]
    wanted = asked.from_address(user, company, MultiDict(ALL | said))
    query = taking.with_reason(user, company, wanted)
    return query, wanted.connection, taking.ids(query)


def test_a_zip_has_a_folder_for_each_journal_and_says_of_every_document_whether_it_is_in_it(app, browser):
    """AC-1: S27: names that are only names; manifest and list of what is missing come to the whole period."""
    party = make_counterparty('../Dur"and\\ & fils', vat_number="FR40303265045", account_code="401DUR")
    wood = make_category("Wood", account_code="601000")
    ready("../../F\r\n1", counterparty=party, category=wood)
    ready("../../f/1", counterparty=party)
    ready("SALE", direction=Direction.SALE), ready("BACK", direction=Direction.SALE, kind=Kind.CREDIT_NOTE)
    make_document(number="NEW"), ready("HELD", awaits_approval=True), make_document(number="DAYLESS", issue_date=None)
    ready("UNSENT", direction=Direction.SALE, to_send_at=clock.now())
    decisions.trash(ready("GONE"), by=None)
    db.session.delete(ready("NONE").files[0])
    db.session.commit()

    folder = zip_of(browser(make_user()).post("/accounting/download", data=ALL))
    lines, missing = listed(folder)

    files = [name for name in folder.namelist() if not name.endswith(".csv")]
    assert {name.split("/")[0] for name in files} == {"sales", "credit-notes", "purchases"}
    assert sorted(name for name in files if "dur-and" in name) == [
        "purchases/2026-10-01_dur-and-fils_f-1-2.pdf",
        "purchases/2026-10-01_dur-and-fils_f-1.pdf",
    ]
    assert len({name.casefold() for name in files}) == 4 == len(lines)
    assert set(missing) == {"NEW", "HELD", "DAYLESS", "UNSENT", "NONE"} and missing["NEW"] == "Not validated yet"
    first = next(line for line in lines if line["Category"] == "Wood")
    assert (first["Account code"], first["VAT number"], first["Gross amount"]) == ("601000", "FR40303265045", "120.00")
    for line in lines:
        data = folder.read(line["Original"])
        assert (hashlib.sha256(data).hexdigest(), str(len(data))) == (
            line["SHA-256 of the original"],
            line["Bytes of the original"],
        )


def test_folders_are_called_as_the_reader_says_them(app, browser):
    """AC-1: ventes, avoirs, achats."""
    ready("A"), ready("B", direction=Direction.SALE), ready("C", direction=Direction.SALE, kind=Kind.CREDIT_NOTE)

    folder = zip_of(browser(make_user(language="fr")).post("/accounting/download", data=ALL))

    assert {name.split("/")[0] for name in folder.namelist() if "/" in name} == {"ventes", "avoirs", "achats"}
    assert folder.read("manifest.csv").startswith("\ufeffNuméro;".encode())


def lamps(number: str) -> Document:
    """An invoice of which all is known that a Factur-X needs."""
    company = the_company()
    company.vat_number, company.siren, company.address = "FR83404833048", "404833048", "4 avenue du Bois"
    supplier = make_counterparty("Lumen", vat_number="FR40303265045", siren="303265045", address="12 rue A\n69003 Lyon")
    document = ready(number, counterparty=supplier, file=make_file(samples.invoice_pdf(number)))
    document.taxes = [DocumentTax(rate_bp=2000, base_minor=10000, tax_minor=2000)]
    db.session.commit()
    return document


def test_the_switches_of_the_connection_say_what_goes_and_a_made_file_is_kept(app, browser):
    """AC-1: AC-8: Factur-X by default, the original and the XML where it says so; made once."""
    lamps("F-9")
    ways = {"adds_original": True, "adds_xml": True}
    plain = Connection(name="Originals", kind=ConnectionKind.ZIP, shares=False)
    full = Connection(name="All", kind=ConnectionKind.ZIP, **ways)
    db.session.add_all([plain, full])
    db.session.commit()
    admin = browser(make_user(Role.ADMIN))
    take = lambda way: listed(zip_of(admin.post("/accounting/download", data=ALL | {"way": way})))[0][0]  # noqa: E731

    usual, originals, all_of_it = take("zip"), take(plain.id), take(full.id)

    assert usual["Factur-X"].endswith("_f-9.pdf") and not usual["Original"] and not usual["Remark"]
    assert originals["Original"].endswith("_f-9.pdf") and not originals["Factur-X"]
    assert all_of_it["Factur-X"].endswith("_f-9.pdf") and all_of_it["Original"].endswith("_f-9_original.pdf")
    assert all_of_it["XML"].endswith("_f-9.xml")
    assert usual["SHA-256 of the Factur-X"] == all_of_it["SHA-256 of the Factur-X"]
    assert originals["SHA-256 of the original"] == all_of_it["SHA-256 of the original"]


def test_a_damaged_file_is_missing_and_ends_nothing(app, browser):
    """AC-1: S53: S97: the others are in the ZIP, and it is whole."""
    damaged, removed = ready("DAMAGED"), ready("REMOVED")
    ready("WELL")
    storage.path_of(store.root(), damaged.original.file.sha256).write_bytes(b"changed")
    storage.path_of(store.root(), removed.original.file.sha256).unlink()

    lines, missing = listed(zip_of(browser(make_user()).post("/accounting/download", data=ALL)))

    assert [line["Number"] for line in lines] == ["WELL"]
    assert missing == dict.fromkeys(
        ("DAMAGED", "REMOVED"), "Its stored file is missing or was changed, so it is not given out."
    )


def test_a_zip_that_breaks_off_opens_nowhere_and_leaves_nothing_half(app, monkeypatch):
    """AC-1: an error in the middle ends the answer: what came so far has no table of contents."""
    ready("A"), ready("B")
    monkeypatch.setattr(archive.manifest, "facts", lambda document: [1 / (document.number != "B")])
    made, sent = archive.pieces(*taken_by(make_user())), b""

    with pytest.raises(ZeroDivisionError):
        for piece in made:
            sent += piece

    assert b"%PDF" in sent and not zipfile.is_zipfile(io.BytesIO(sent))
    given_up = archive.pieces(*taken_by(make_user()))
    next(given_up), given_up.close()


def test_what_changes_while_a_zip_is_made_is_in_one_of_its_lists(app):
    """AC-1: S52: validated meanwhile it goes; gone meanwhile it is counted among the missing, without a word of it."""
    first, late, gone = ready("FIRST"), make_document(number="LATE"), ready("CANARY")
    made = archive.pieces(*taken_by(make_user()))
    sent = next(made)
    late.validated_at, gone.trashed_at = clock.now(), clock.now()
    db.session.commit()

    folder = zipfile.ZipFile(io.BytesIO(sent + b"".join(made)))
    lines, missing = listed(folder)

    assert [line["Number"] for line in lines] == ["FIRST", "LATE"] and list(missing) == [""]
    assert b"CANARY" not in folder.read("missing.csv") and first.id


def test_entries_that_cannot_be_whole_break_off(app):
    """AC-1: S52: a document that was to be booked and cannot be any more ends the table."""
    gone, user = ready("GONE"), make_user()
    query, _connection, ids = taken_by(user, way="entries")
    rows = downloading.entries_table.rows(query, ids, downloading.codes.Codes())
    gone.trashed_at = clock.now()
    db.session.commit()

    with pytest.raises(downloading.entries_table.Changed):
        list(rows)


def test_only_what_one_may_see_is_in_it_or_missing(app, browser):
    """US-2: S72: neither files, nor names, nor counts of what is out of sight; and the page says so."""
    company = make_company(restrict_non_admins=True)
    member, mine = make_user(company=company), make_counterparty("Mine", company)
    mine.assigned_users.append(member)
    ready("MINE", company=company, counterparty=mine), ready("CANARY", company=company)
    ready("CANARY-2", company=company, currency="USD"), ready("CANARY-3", company=make_company("Other"))
    reader = browser(member, company)

    lines, missing = listed(zip_of(reader.post("/accounting/download", data=ALL)))
    pages = [reader.get("/accounting/download", query_string=said).text for said in (ALL, ENTRIES)]
    pages += [reader.post("/accounting/download", data=ENTRIES).text]
    pages += [reader.get("/accounting/download/missing.csv", query_string=said).text for said in (ALL, ENTRIES)]

    assert [line["Number"] for line in lines] == ["MINE"] and not missing
    assert not [text for text in pages if "CANARY" in text] and "Only what you may see" in pages[0]
    admin = browser(make_user(Role.ADMIN, company), company)
    assert "CANARY-2" in admin.get("/accounting/download", query_string=ENTRIES).text


def test_the_accountant_takes_what_is_validated_and_an_approver_nothing(app, browser):
    """US-6: a role without figures is refused, and what nobody validated is not the accountant's to know."""
    ready("READY"), make_document(number="NEW")
    accountant, approver = browser(make_user(Role.ACCOUNTANT)), browser(make_user(Role.APPROVER))

    lines, missing = listed(zip_of(accountant.post("/accounting/download", data=ALL)))

    assert [line["Number"] for line in lines] == ["READY"] and not missing
    for method in (approver.get, approver.post):
        assert method("/accounting/download").status_code == 403


def test_a_connection_of_the_company_is_offered_and_others_to_admins_alone(app, browser):
    """AC-1: the installation's connections are its admins' to see; whoever forges one gets a ZIP as usual."""
    company = make_company()
    own, other, mailed = (
        Connection(name="Own", kind=ConnectionKind.ENTRIES, codes={"expense": "606000"}),
        Connection(name="Other", kind=ConnectionKind.ZIP),
        Connection(name="Mailed", kind=ConnectionKind.MAIL),
    )
    db.session.add_all([own, other, mailed, Sharing(company=company, connection=own)])
    db.session.commit()
    ready("A", company=company)
    member = browser(make_user(company=company))

    text = member.get("/accounting/download").text
    admins = browser(make_user(Role.ADMIN, company)).get("/accounting/download").text

    assert ">Own<" in text and ">Other<" not in text and ">Other<" in admins and ">Mailed<" not in admins
    assert "606000" in member.post("/accounting/download", data=ALL | {"way": own.id}).text
    assert member.post("/accounting/download", data=ALL | {"way": other.id}).mimetype == "application/zip"


@time_machine.travel("2026-11-15T12:00:00+01:00", tick=False)
def test_the_page_says_what_goes_and_lists_what_is_missing(app, browser):
    """AC-1: counted per journal before anything is made, each document a link; last month unless asked otherwise."""
    ready("GOES"), ready("ALSO", direction=Direction.SALE), ready("BEFORE", issue_date=date(2026, 9, 30))
    new, held = make_document(number="NEW"), ready("HELD", awaits_approval=True)
    foreign = ready("FOREIGN", currency="USD")
    member = browser(make_user())

    as_zip, as_entries = member.get("/accounting/download").text, member.get("/accounting/download?way=entries").text
    purchases = member.get("/accounting/download?journal=purchases").text

    assert "Issued from 1 Oct 2026 to 31 Oct 2026" in as_zip and "Download 3 documents" in as_zip
    for each in (new, held):
        assert f'href="/documents/{each.id}"' in as_zip
    assert "Waits for approval · 1" in as_zip and "BEFORE" not in as_zip and "FOREIGN" not in as_zip
    assert f'href="/documents/{foreign.id}"' in as_entries and "Download 2 documents" in as_entries
    assert "Goes, but without an account · 2" in as_entries and "booked on 471000" in as_entries
    assert "Download 2 documents" in purchases and "tab=to_approve" in as_zip
    year = member.get("/accounting/download?period=dates&since=2026-01-01&until=2026-12-31").text
    typed = member.get("/accounting/download?period=last_month&shown=last_month&since=2026-09-01&until=2026-10-31").text
    chosen = member.get(
        "/accounting/download?period=last_month&shown=this_month&since=2026-11-01&until=2026-11-30"
    ).text
    assert "Download 4 documents" in year and "Download 4 documents" in typed and "Download 3 documents" in chosen


@pytest.mark.parametrize("said", [ALL, ENTRIES])
def test_nothing_and_too_much_are_refused_in_words(app, browser, monkeypatch, said):
    """AC-1: S84: before a byte is sent, and nothing is noted."""
    member = browser(make_user())
    nothing = member.post("/accounting/download", data=said)
    monkeypatch.setattr(downloading, "MOST_DOCUMENTS", 1)
    ready("A"), ready("B")

    too_much = member.post("/accounting/download", data=said)

    assert (nothing.status_code, too_much.status_code) == (422, 422)
    assert "nothing to download" in nothing.text and "at most 1 documents" in too_much.text
    assert not db.session.query(AuditEntry).filter_by(act="documents downloaded").count()


def test_who_took_what_stands_in_the_trail(app, browser):
    """US-4: who, of which days, how many."""
    member = make_user()
    ready("A"), ready("B")
    said = {"period": "dates", "since": "2026-10-01", "until": "2026-10-31"}

    zip_of(browser(member).post("/accounting/download", data=said))

    entry = db.session.query(AuditEntry).filter_by(act="documents downloaded").one()
    assert (entry.user_id, entry.object_type, entry.object_id) == (member.id, "company", the_company().id)
    assert {name: now for name, (_was, now) in entry.changes.items()} == {
        "kind": "zip",
        "first_date": "2026-10-01",
        "last_date": "2026-10-31",
        "documents": 2,
    }


def test_the_manifest_says_when_a_document_was_mailed(app, browser):
    """AC-1: AC-4: by the clock of the company, of the newest mail that was taken."""
    document, other = ready("MAILED"), ready("REFUSED")
    connection = Connection(name="Mail", kind=ConnectionKind.MAIL)
    run = Run(company=the_company(), connection=connection, cause=Cause.HAND, day=date(2026, 11, 1))
    for number, (mailed, state) in enumerate(((document, State.SENT), (other, State.REFUSED)), 1):
        envelope = Envelope(run=run, number=number, journal=Journal.PURCHASES, address="a@compta.example")
        envelope.deliveries = [
            Delivery(document=mailed, state=state, settled_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
        ]
        db.session.add(envelope)
    db.session.commit()

    lines, _missing = listed(zip_of(browser(make_user()).post("/accounting/download", data=ALL)))

    assert {each["Number"]: each["Mailed to the accountant"] for each in lines} == {
        "MAILED": "2026-11-02 00:30",
        "REFUSED": "",
    }


def test_all_that_is_missing_is_a_table(app, browser):
    """AC-1: the same reasons as on the page, every document."""
    make_document(number="NEW"), ready("NO-TAX", tax_minor=None), ready("GOES")
    member = browser(make_user())

    lines = lines_of(member.get("/accounting/download/missing.csv", query_string=ENTRIES).get_data())

    assert {line["Number"]: line["Why it is missing"] for line in lines} == {
        "NEW": "Not validated yet",
        "NO-TAX": "Its tax is not known",
    }


def test_a_download_keeps_nobody_from_writing_and_runs_on_both_databases(live_app):
    """S100: AC-1: between two of its files somebody else writes; counts are asked as both databases want it."""
    with live_app.app_context():
        user = make_user(Role.ADMIN)
        for number in ("A", "B"):
            ready(number, company=user.companies[0])
        found = taking.preview(user, user.companies[0], asked.from_address(user, user.companies[0], MultiDict(ENTRIES)))
        made = archive.pieces(*taken_by(user))
        db.session.commit()
        sent = next(made)
        with live_app.app_context():
            assert db.session.execute(update(Document).values(label="changed")).rowcount == 2
            db.session.commit()

        folder = zipfile.ZipFile(io.BytesIO(sent + b"".join(made)))

    assert found.going == 2 and len(folder.namelist()) == 4 and folder.testzip() is None


def test_entries_are_a_table_that_spreadsheets_and_programs_read(app, browser):
    """AC-1: S83: journal, date, account, label, debit, credit, number; texts are never formulas; French is French."""
    company = make_company()
    wood = make_category("Wood", company, account_code="601000")
    lumen = make_counterparty('=HYPERLINK("x")', company, account_code="401LUM")
    facts = {"number": "+33", "category": wood, "counterparty": lumen, "issue_date": date(2026, 10, 5)}
    document = make_document(company, validated_at=clock.now(), **facts)
    document.taxes = [DocumentTax(rate_bp=550, base_minor=10000, tax_minor=2000)]
    db.session.commit()

    lines = lines_of(browser(make_user(company=company)).post("/accounting/download", data=ENTRIES).get_data())
    french = browser(make_user(company=company, language="fr")).post("/accounting/download", data=ENTRIES)

    assert [(each["Account"], each["Debit"], each["Credit"]) for each in lines] == [
        ("401LUM", "", "120.00"),
        ("601000", "100.00", ""),
        ("445660", "20.00", ""),
    ]
    assert {each["Journal"] for each in lines} == {"ACH"} and {each["Date"] for each in lines} == {"2026-10-05"}
    assert {each["Document number"] for each in lines} == {"'+33"}
    assert lines[0]["Label"] == '\'=HYPERLINK("x") – Paper and ink' and lines[2]["Label"].endswith("– Tax 5.5%")
    text = french.get_data().decode("utf-8-sig")
    assert ";100,00;;" in text and french.headers["Content-Disposition"].endswith(".csv")
