"""Customers and suppliers come from a spreadsheet and go into one."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from app.audit.models import AuditEntry
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.spreadsheets import jobs, party_arriving
from app.spreadsheets.models import PartyList, Stage
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_file, make_user, reload, the_company

VAT, OTHER_VAT, SIREN, SIRET = "FR40303265045", "BE0428759497", "732829320", "73282932000074"
IBAN = "FR7630006000011234567890189"
HEADS = ["Nom", "Type", "N° TVA", "SIREN", "SIRET", "E-mail", "Adresse", "Compte", "IBAN"]


def listed(*rows, heads=HEADS, by=None, company=None) -> PartyList:
    """A list that was read: its rows as they would come from the reader."""
    company, by = company or the_company(), by or make_user()
    made = PartyList(company=company, file=make_file(), name="list.csv", by=by, stage=Stage.READING)
    db.session.add(made)
    db.session.commit()
    from app.reader.contents import Sheet

    party_arriving.keep_cells(made.id, [Sheet("", [heads, *rows])])
    db.session.commit()
    return made


def row(name="", **said):
    return [
        name,
        *(said.get(each, "") for each in ("kind", "vat", "siren", "siret", "email", "address", "account", "iban")),
    ]


def seen(client, made) -> str:
    page = client.get(f"/add/spreadsheets/counterparties/{made.id}").text
    return page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""


def test_lines_add_and_change_and_say_so_first(app, browser):
    """CP-1: by VAT number, SIREN, SIRET and name; nothing happens before the button, and errors stand per line."""
    by_vat = make_counterparty("Durand", vat_number=VAT, address="Lyon")
    by_siren, by_name = make_counterparty("Martin", siren=SIREN), make_counterparty("Épicerie Zoé")
    member = browser(make_user())
    made = listed(
        row("Durand SARL", vat=VAT, email="new@d.example"),
        row("Martin", siret=SIRET, siren=SIREN),
        row("epicerie zoe", kind="client", account="411ZOE"),
        row("Nouveau", vat=OTHER_VAT, iban=IBAN),
        row("Mauvais", vat="FR40303265046"),
        row("", email="a@b.example"),
        row("Nouveau", vat=OTHER_VAT),
    )
    address = f"/add/spreadsheets/counterparties/{made.id}"

    page = member.get(address).text

    for sentence in (
        "This VAT number is not valid",
        "A new one needs a name.",
        "The same one as line 5.",
        "new@d.example",
    ):
        assert sentence in page
    assert "Import 4 lines" in page and db.session.query(Counterparty).count() == 3
    token = seen(member, made)
    assert member.post(f"{address}/lines", data={"seen": token}).status_code == 303

    assert (reload(by_vat).name, by_vat.email, by_vat.address) == ("Durand SARL", "new@d.example", "Lyon")
    assert (reload(by_siren).siret, reload(by_name).is_customer, by_name.account_code) == (SIRET, True, "411ZOE")
    added = db.session.query(Counterparty).filter_by(name="Nouveau").one()
    account = db.session.query(CounterpartyIban).one()
    assert (added.is_supplier, account.counterparty, account.confirmed_at) == (True, added, None)
    assert db.session.query(Counterparty).count() == 4
    assert db.session.scalars(AuditEntry.about(by_vat)).first().changes["name"] == ["Durand", "Durand SARL"]
    assert [each["what"] for each in reload(made).results] == ["change"] * 3 + ["add"] + ["wrong"] * 3
    assert member.post(f"{address}/lines", data={"seen": token}).status_code == 422, "a second press does nothing"


def test_what_changed_since_it_was_shown_is_shown_again(app, browser):
    """CP-1: nobody imports what they have not seen."""
    known, member = make_counterparty("Durand"), browser(make_user())
    made = listed(row("Durand", email="new@d.example"))
    token = seen(member, made)
    known.email = "other@d.example"
    db.session.commit()

    answer = member.post(f"/add/spreadsheets/counterparties/{made.id}/lines", data={"seen": token})

    assert answer.status_code == 409 and "Something changed meanwhile" in answer.text
    assert reload(known).email == "other@d.example"


def test_what_would_be_added_is_what_was_shown(app, browser):
    """CP-1: columns that somebody said otherwise meanwhile are shown first, also of new ones and of accounts."""
    member = browser(make_user())
    made = listed(["Encre", VAT, IBAN], heads=["Nom", "N° TVA", "IBAN"])
    token, address = seen(member, made), f"/add/spreadsheets/counterparties/{made.id}"
    member.post(f"{address}/columns", data={"column-name": "0", "column-vat_number": "1"})

    assert member.post(f"{address}/lines", data={"seen": token}).status_code == 409
    assert db.session.query(Counterparty).count() == 0


def test_columns_can_be_said_otherwise(app, browser):
    """CP-1: a heading nobody guessed."""
    member, made = browser(make_user()), listed(["Durand", "a@b.example"], heads=["Nom", "Bla"])
    address = f"/add/spreadsheets/counterparties/{made.id}"
    assert "a@b.example" not in member.get(address).text

    member.post(f"{address}/columns", data={"column-name": "0", "column-email": "1", "as": "customer"})

    assert "a@b.example" in member.get(address).text
    member.post(f"{address}/lines", data={"seen": seen(member, made)})
    party = db.session.query(Counterparty).one()
    assert (party.email, party.is_customer, party.is_supplier) == ("a@b.example", True, False)


def test_a_file_is_taken_and_read_in_the_cage(app, browser):
    """CP-1: S34: the file itself through the reader."""
    member = browser(make_user())
    data = ";".join(HEADS) + "\n" + ";".join(row("Durand", vat=VAT)) + "\n"
    given = {"as": "supplier", "file": (io.BytesIO(data.encode()), "list.csv")}

    answer = member.post("/add/spreadsheets/counterparties", data=given)
    made = db.session.query(PartyList).one()
    jobs.read_party_list(made.id)
    db.session.commit()

    assert answer.location == f"/add/spreadsheets/counterparties/{made.id}"
    assert reload(made).stage is Stage.TO_MAP and "Import 1 line" in member.get(answer.location).text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_goes_out_as_a_table_and_comes_back(app, browser, kind):
    """CP-1: S83: what looks like a formula stays text; what went out changes nothing when it comes in."""
    make_counterparty('=HYPERLINK("x")', siren=SIREN, address="-1 rue", ibans=[CounterpartyIban(iban=IBAN)])
    make_counterparty("Only buys", is_supplier=False, is_customer=True)
    member = browser(make_user(language="fr"))

    data = member.get(f"/suppliers/table.{kind}?q=hyper").data

    if kind == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
        assert rows[1][0].startswith("'=") and rows[1][6] == "'-1 rue"
    else:
        cells = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows())
        assert cells[1][0].data_type == "s"
        rows = [[str(cell.value or "") for cell in line] for line in cells]
    assert len(rows) == 2 and rows[1][3] == SIREN
    made = listed(*rows[1:], heads=rows[0])
    page = member.get(f"/add/spreadsheets/counterparties/{made.id}").text
    assert 'name="seen"' not in page


def test_scope_of_export_and_import(app, browser):
    """US-2: S72: an export holds what its list shows; an import, which finds any, is for who sees all."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    make_counterparty("Mine", company, assigned_users=[member])
    make_counterparty("CANARY", company)
    made = listed(row("Mine"), by=make_user(Role.ADMIN, company), company=company)
    reader = browser(member)

    text = reader.get("/suppliers/table.csv").text
    assert "Mine" in text and "CANARY" not in text
    assert reader.get("/add/spreadsheets/counterparties").status_code == 403
    assert reader.get(f"/add/spreadsheets/counterparties/{made.id}").status_code == 404
    accountant = browser(make_user(Role.ACCOUNTANT, company))
    assert accountant.get("/add/spreadsheets/counterparties").status_code == 403
    assert "CANARY" in accountant.get("/suppliers/table.csv").text
