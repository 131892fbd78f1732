"""The pages of customers and suppliers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties import finding, keeping
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents.models import Kind
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company

FACTS = {"name": "Imprimerie Nouvelle", "is_supplier": "y", "vat_number": "FR 40 303 265 045", "email": "a@b.example"}


def test_customers_and_suppliers_are_two_lists(app, browser):
    """CP-1: whoever is both stands in both."""
    make_counterparty("Only sells")
    make_counterparty("Only buys", is_supplier=False, is_customer=True)
    make_counterparty("Does both", is_customer=True)
    member = browser(make_user())

    suppliers, customers = member.get("/suppliers").text, member.get("/customers").text

    assert "Only sells" in suppliers and "Does both" in suppliers and "Only buys" not in suppliers
    assert "Only buys" in customers and "Does both" in customers and "Only sells" not in customers


def test_a_list_tells_what_is_open_and_what_is_late(app, browser):
    """CP-2: credit notes count against invoices; only what is validated counts."""
    supplier = make_counterparty()
    facts = {"counterparty": supplier, "validated_at": clock.now()}
    make_document(**facts, gross_minor=10000, due_date=date(2026, 1, 1))
    make_document(**facts, gross_minor=5000, settled_minor=1000, due_date=date(9999, 1, 1))
    make_document(**facts, gross_minor=2500, kind=Kind.CREDIT_NOTE)
    make_document(counterparty=supplier, gross_minor=77700)
    member = browser(make_user())

    for address in ("/suppliers", f"/counterparties/{supplier.id}"):
        text = member.get(address).text
        assert "€115.00" in text and "€100.00" in text


def test_a_restricted_member_sees_those_assigned(app, browser):
    """US-2: S72: in lists, on pages and in figures."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    mine = make_counterparty("Mine", company, assigned_users=[member])
    other = make_counterparty("CANARY", company)
    reader = browser(member)

    assert "Mine" in reader.get("/suppliers").text and "CANARY" not in reader.get("/suppliers").text
    assert reader.get(f"/counterparties/{mine.id}").status_code == 200
    for address in (f"/counterparties/{other.id}", f"/counterparties/{other.id}/facts"):
        assert reader.get(address).status_code == 404
    assert reader.post(f"/counterparties/{other.id}/facts", data=FACTS).status_code == 404


def test_all_names_may_be_searched_only_while_reviewing(app):
    """US-2: the right one could not be chosen otherwise; elsewhere only those one may see."""
    company = make_company(restrict_non_admins=True)
    member, accountant = make_user(company=company), make_user(Role.ACCOUNTANT, company)
    durand = make_counterparty("Papeterie Durand", company, vat_number="FR40303265045")
    make_counterparty("Durand elsewhere", make_company("Other"))

    assert finding.named(member, company.id, "durand", reviewing=True) == [durand]
    assert finding.named(member, company.id, "FR403", reviewing=True) == [durand]
    assert finding.named(member, company.id, "durand", reviewing=False) == []
    assert finding.named(accountant, company.id, "durand", reviewing=True) == []


def test_a_counterparty_is_added(app, browser):
    """CP-1: with its identifiers as they are compared."""
    answer = browser(make_user()).post("/counterparties", data=FACTS, follow_redirects=True)

    made = db.session.scalars(select(Counterparty)).one()
    assert (made.name, made.vat_number, made.is_supplier) == ("Imprimerie Nouvelle", "FR40303265045", True)
    assert "Imprimerie Nouvelle is added." in answer.text


def test_a_restricted_member_looks_after_those_they_add(app, browser):
    """US-2: else it would leave their sight at once."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)

    answer = browser(member).post("/counterparties", data=FACTS, follow_redirects=True)

    assert answer.status_code == 200
    assert db.session.scalars(select(Counterparty)).one().assigned_users == [member]


MISTAKES = [
    ({"name": ""}, "Enter the name."),
    ({"is_supplier": ""}, "Say whether it is a customer"),
    ({"vat_number": "FR40303265046"}, "This VAT number is not valid"),
    ({"siren": "303265046"}, "This SIREN is not valid"),
    ({"siret": "12345678901234"}, "This SIRET is not valid"),
    ({"email": "nobody"}, "This is not an e-mail address"),
    ({"vat_number": "BE0428759497"}, "has this number already"),
]


@pytest.mark.parametrize(("typed", "sentence"), MISTAKES)
def test_mistakes_come_back_beside_their_fields(app, browser, typed, sentence):
    """CP-1: 422, the values as typed, nothing made."""
    make_counterparty("Known", vat_number="BE0428759497")
    data = {name: value for name, value in (FACTS | typed).items() if value}

    answer = browser(make_user()).post("/counterparties", data=data)

    assert answer.status_code == 422 and sentence in answer.text
    assert 'value="a@b.example"' in answer.text or "email" in typed
    assert len(list(db.session.scalars(select(Counterparty)))) == 1


def test_facts_are_edited_and_noted(app, browser):
    """CP-1: US-4: what was and what is now; fields that are no facts are ignored."""
    supplier = make_counterparty("Durand")
    other = make_company("Other")

    data = FACTS | {"name": "Durand SARL", "company_id": str(other.id), "archived_at": "2026-01-01", "version": "1"}
    browser(make_user()).post(f"/counterparties/{supplier.id}/facts", data=data)

    supplier = reload(supplier)
    assert (supplier.name, supplier.company_id, supplier.archived_at) == ("Durand SARL", the_company().id, None)
    assert db.session.scalars(AuditEntry.about(supplier)).first().changes["name"] == ["Durand", "Durand SARL"]


def test_whoever_saves_second_is_told(app, browser):
    """CP-1: RV-8: what the first changed and the second did not touch is taken; what both changed is told beside it."""
    supplier = make_counterparty("Durand", email="old@b.example")
    lea, tom = browser(make_user(name="Léa")), browser(make_user(name="Tom"))
    address = f"/counterparties/{supplier.id}/facts"
    opened = {"name": "Durand", "is_supplier": "y", "email": "old@b.example", "version": str(supplier.version)}
    assert 'name="version" type="hidden" value="1"' in tom.get(address).text
    lea.post(address, data=opened | {"email": "new@b.example", "siren": "303265045", "address": "Lyon"})

    answer = tom.post(address, data=opened | {"name": "Durand SARL", "address": "Paris"})

    assert answer.status_code == 409 and "Léa changed it meanwhile." in answer.text
    assert "It says now: Lyon" in answer.text and "Paris</textarea>" in answer.text
    assert 'value="Durand SARL"' in answer.text and 'value="303265045"' in answer.text
    assert 'value="new@b.example"' in answer.text and 'name="version" type="hidden" value="2"' in answer.text
    supplier = reload(supplier)
    assert (supplier.name, supplier.email, supplier.address) == ("Durand", "new@b.example", "Lyon")
    again = opened | {"name": "Durand SARL", "email": "new@b.example", "address": "Paris", "version": "2"}
    assert tom.post(address, data=again).status_code == 303
    assert (reload(supplier).name, reload(supplier).version) == ("Durand SARL", 3)


def test_ending_an_assignment_reads_the_same_wherever_it_was_done(app, browser):
    """US-2: US-4: on the page of the supplier as on the page of the person."""
    lea = make_user(name="Léa")
    supplier = make_counterparty(assigned_users=[lea])

    browser(make_user(Role.ADMIN)).post(f"/counterparties/{supplier.id}/assignment", data={})

    entry = db.session.scalars(AuditEntry.about(supplier)).first()
    assert (entry.act, entry.changes) == ("assignment ended", {"assigned": [lea.email, None]})
    assert reload(supplier).assigned_users == []


def test_admins_tick_who_looks_after_it(app, browser):
    """US-2: CP-1: only people of the company, only by admins, and it is noted."""
    supplier, lea, tom = make_counterparty(), make_user(name="Léa"), make_user(name="Tom")
    stranger = make_user(company=make_company("Other"))
    admin, address = make_user(Role.ADMIN), f"/counterparties/{supplier.id}/assignment"

    browser(admin).post(address, data={"users": [lea.id, stranger.id]})
    assert reload(supplier).assigned_users == [lea]
    assert browser(lea).post(address, data={"users": [tom.id]}).status_code == 403
    assert reload(supplier).assigned_users == [lea]
    assert db.session.scalars(AuditEntry.about(supplier)).first().changes == {"assigned": [None, lea.email]}
    assert "checked" in browser(admin).get(f"/counterparties/{supplier.id}").text


def test_an_archived_one_is_out_of_lists_and_choices(app, browser):
    """CP-1: and can be taken back."""
    supplier, user = make_counterparty("Durand"), make_user()
    member, address = browser(user), f"/counterparties/{supplier.id}/archiving"

    member.post(address)

    assert "Durand" not in member.get("/suppliers").text
    assert "Durand" in member.get("/suppliers?archived=yes").text
    assert finding.named(user, supplier.company_id, "durand", reviewing=True) == []
    member.post(address)
    assert "Durand" in member.get("/suppliers").text


def test_what_is_read_finds_who_is_known(app):
    """EX-7: by VAT number, SIRET, SIREN or IBAN, then by name; never one of two by chance."""
    company = the_company()
    durand = make_counterparty("Durand", vat_number="FR40303265045", siren="303265045")
    make_counterparty("Martin")
    make_counterparty("MARTIN")
    make_counterparty("Elsewhere", make_company("Other"), vat_number="BE0428759497")

    assert finding.known(company.id, "Somebody", {"vat_number": "FR40303265045"}) is durand
    assert finding.known(company.id, "Somebody", {"siren": "303265045"}) is durand
    assert finding.known(company.id, " dùrand ") is durand
    assert finding.known(company.id, "Martin") is None
    assert finding.known(company.id, "", {"vat_number": "BE0428759497"}) is None


@pytest.mark.parametrize(("name", "is_found"), [
    ("", True), ("Papeterie Durand", True), ("Papeterle Durand", True), ("SARL Papeterie Durand et Fils", True),
    ("Librairie du Centre", True), ("Menuiserie Roux", False), ("Papeterie Martin", False), ("Papeterie", False),
    ("Cabinet Martin & Associés", False),
])  # fmt: skip
def test_an_account_says_nothing_beside_quite_another_name(app, name, is_found):
    """EX-7: CP-3: a factor is paid for many: whoever the invoice names is not taken for another with that account."""
    durand = make_counterparty("Papeterie Durand", other_names=["Librairie du Centre", "Cabinet Dupont & Associés"])
    durand.ibans.append(CounterpartyIban(iban="FR7630006000011234567890189"))
    db.session.commit()
    found = finding.known(durand.company_id, name, {"ibans": ["FR7630006000011234567890189"]})
    assert found is (durand if is_found else None)


def test_its_page_tells_what_happened(app, browser):
    """CP-2: with it and its documents, what was merged into it included; nothing of documents out of sight (S72)."""
    party, tom = make_counterparty("Durand"), make_user(name="Tom")
    merged = make_counterparty("Before", merged_into_id=party.id)
    keeping.archive(merged, by=tom)
    keeping.edit(party, {"email": "new@d.example"}, by=tom, version=1)
    shown = make_document(counterparty=party, number="D-1", validated_at=clock.now())
    make_document(counterparty=party, number="CANARY")
    db.session.commit()

    page = browser(make_user()).get(f"/counterparties/{party.id}").text.split('id="happened-title"')[1]
    accountant = browser(make_user(Role.ACCOUNTANT)).get(f"/counterparties/{party.id}").text

    assert page.count("Tom") == 2 and f"/documents/{shown.id}" in page and "CANARY" in page
    assert "D-1" in accountant and "CANARY" not in accountant
