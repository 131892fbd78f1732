"""Companies, their rules, their categories and their addresses, as an admin sets them up."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.audit.models import AuditEntry
from app.documents.models import Category, Direction, Document
from app.extensions import db
from app.intake import addresses
from app.intake.models import IntakeAddress
from app.users.companies import days_kept
from app.users.models import Company, SignIn
from app.web.access import Role
from tests.factories import make_category, make_company, make_document, make_user, reload, the_company

FACTS = {
    "name": "Atelier Zoé",
    "other_names": "Zoé Déco\n\n  Zoé Déco \nZoé Bois",
    "vat_number": "fr 40 303 265 045",
    "siren": "303 265 045",
    "ibans": "FR76 3000 6000 0112 3456 7890 189\nDE89370400440532013000",
    "address": "1 rue des Arts\n75001 Paris",
    "country": "FR",
    "currency": "CHF",
    "time_zone": "Europe/Zurich",
    "ocr_languages": ["fra", "deu"],
}


@pytest.fixture
def admin(app):
    """An admin who can sign in."""
    return make_user(Role.ADMIN, password=True, name="Ada")


@pytest.fixture
def client(admin, browser):
    """The admin's browser."""
    return browser(admin)


# --- What a company is ----------------------------------------------------------------------------


def test_a_company_is_added_with_its_addresses_and_its_admin(admin, client):
    """US-3: whoever adds it is its admin, looks at it at once, and finds its two intake addresses."""
    answer = client.post("/settings/companies", data=FACTS | {"name": "Menuiserie Brossard"})

    company = db.session.query(Company).filter_by(name="Menuiserie Brossard").one()
    assert answer.status_code == 303
    assert [(m.user_id, m.role) for m in company.memberships] == [(admin.id, Role.ADMIN)]
    assert db.session.query(SignIn).one().company_id == company.id
    assert all(addresses.living(company, direction) for direction in Direction)


def test_what_is_typed_is_kept_in_its_plain_form(client):
    """US-3: numbers without blanks, each name and IBAN once."""
    company = the_company()

    client.post(f"/settings/companies/{company.id}", data=FACTS)

    after = reload(company)
    assert (after.vat_number, after.siren) == ("FR40303265045", "303265045")
    assert after.ibans == ["FR7630006000011234567890189", "DE89370400440532013000"]
    assert after.other_names == ["Zoé Déco", "Zoé Bois"]
    assert (after.currency, after.time_zone, after.ocr_languages) == ("CHF", "Europe/Zurich", "fra+deu")


def test_the_form_shows_what_is_stored(client):
    """US-3: saving the page as it opens changes nothing."""
    company = the_company()
    client.post(f"/settings/companies/{company.id}", data=FACTS)

    page = client.get(f"/settings/companies/{company.id}").text

    assert "FR76 3000 6000 0112 3456 7890 189\nDE89 3704 0044 0532 0130 00</textarea>" in page
    assert set(re.findall(r'<input checked [^>]*name="ocr_languages"[^>]*value="(\w+)"', page)) == {"fra", "deu"}
    assert '<option selected value="CHF">' in page and '<option selected value="Europe/Zurich">' in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  ", "Enter the company's name."),
        ("name", "x" * 201, "longer than 200"),
        ("vat_number", "FR00303265045", "not a valid VAT number"),
        ("siren", "303265046", "not a valid SIREN"),
        ("siren", "12", "not a valid SIREN"),
        ("ibans", "FR7630006000011234567890180", "is not a valid IBAN"),
        ("ibans", "<script>", "is not a valid IBAN"),
        ("currency", "XXQ", "Not a valid choice"),
        ("time_zone", "Mars/Olympus", "Not a valid choice"),
        ("ocr_languages", ["fra", "../../etc"], "not a valid choice"),
        ("ocr_languages", [], "Choose between one and 6 languages."),
        ("ocr_languages", ["fra", "deu", "eng", "spa", "ita", "nld", "por"], "Choose between one and 6 languages."),
        ("other_names", "\n".join(map(str, range(51))), "At most 50 names"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, field, typed, said):
    """US-3: nothing is saved, what was typed is kept."""
    company = the_company()

    answer = client.post(f"/settings/companies/{company.id}", data=FACTS | {"address": "kept as typed", field: typed})

    assert (answer.status_code, said in unescape(answer.text), "kept as typed" in answer.text) == (422, True, True)
    assert reload(company).address == ""


def test_a_change_is_in_the_trail(client):
    """US-4: who, and what it was."""
    company = the_company()

    client.post(f"/settings/companies/{company.id}", data=FACTS)

    entry = db.session.query(AuditEntry).filter_by(act="changed", object_type="company").one()
    assert (entry.user_name, entry.changes["currency"]) == ("Ada", ["EUR", "CHF"])


def test_a_form_cannot_change_what_it_does_not_show(client):
    """SAFETY: its slug, its rules and its id stay."""  # S73
    company, other = the_company(), make_company("Other")
    before = (company.slug, company.restrict_non_admins, company.id)

    client.post(
        f"/settings/companies/{company.id}", data=FACTS | {"slug": "x", "restrict_non_admins": "y", "id": other.id}
    )

    after = reload(company)
    assert (after.slug, after.restrict_non_admins, after.id) == before


# --- How it works ---------------------------------------------------------------------------------


def rules(**facts):
    """The form of the rules, everything ticked."""
    ticked = dict.fromkeys(("restrict_non_admins", "category_required", "trash_enabled", "trash_emptied"), "y")
    return ticked | {"trash_days": "30"} | facts


def test_rules_are_set_and_unset(client):
    """TR-2: also US-2: a box that is not ticked is off."""
    company = the_company()
    client.post(f"/settings/companies/{company.id}/rules", data=rules(trash_days="45"))
    on = reload(company)
    first = (on.restrict_non_admins, on.category_required, on.trash_enabled, on.trash_emptied, on.trash_days)
    client.post(f"/settings/companies/{company.id}/rules", data={"trash_days": "45"})
    off = reload(company)

    assert first == (True, True, True, True, 45)
    assert not any((off.restrict_non_admins, off.category_required, off.trash_enabled, off.trash_emptied))


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", " ", "1.5", "1e3", "٣٠", "999999999999", "30 days", "+30"])
def test_what_is_no_number_of_days_keeps_the_trash_for_ever(client, typed):
    """TR-2: blank, zero, negative or unreadable means keep, and the page says so."""  # S104
    company = the_company()

    page = client.post(f"/settings/companies/{company.id}/rules", data=rules(trash_days=typed), follow_redirects=True)

    assert reload(company).trash_days is None
    assert "the trash is kept for ever" in page.text


def test_what_is_no_number_of_days_is_said_while_nothing_is_emptied(client):
    """TR-2: the number that was typed does not stand there as if it were kept."""
    company = the_company()
    off = {"trash_days": "-5"}

    page = client.post(f"/settings/companies/{company.id}/rules", data=off, follow_redirects=True)

    assert "“-5” is not a number of days" in page.text


@pytest.mark.parametrize(("typed", "days"), [("1", 1), (" 30 ", 30), ("036", 36), ("36500", 36500), ("36501", None)])
def test_a_plain_number_of_days_is_taken(typed, days):
    """TR-2: up to a hundred years."""  # S104
    assert days_kept(typed) == days


def test_restricting_works_at_once(client, browser):
    """US-2: the member's next page shows less."""
    member, document = make_user(), make_document(validated_at=the_company().created_at)
    sees = lambda: db.session.scalars(Document.visible_to(reload(member))).all() == [document]  # noqa: E731
    before = sees()

    client.post(f"/settings/companies/{the_company().id}/rules", data=rules())

    assert (before, sees()) == (True, False)


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", Direction)
def test_an_address_is_rotated(client, direction):
    """IN-1: the old one stops at once, the other direction's stays."""  # S9
    company = the_company()
    old = {each: addresses.full(addresses.living(company, each)) for each in Direction}

    client.post(f"/settings/companies/{company.id}/addresses/{direction.value}/rotation")

    page = client.get(f"/settings/companies/{company.id}/addresses").text
    new = addresses.full(addresses.living(company, direction))
    assert new != old[direction] and new in page and old[direction] not in page
    assert addresses.find(old[direction]) is None
    assert all(addresses.find(old[each]) for each in Direction if each is not direction)
    assert f'data-copy="{new}"' in page


def test_an_unknown_direction_rotates_nothing(client):
    """IN-1: 404, and both addresses stay."""
    before = db.session.query(IntakeAddress).count()

    assert client.post(f"/settings/companies/{the_company().id}/addresses/both/rotation").status_code == 404
    assert db.session.query(IntakeAddress).count() == before


# --- Categories -----------------------------------------------------------------------------------


def named(company, name):
    return db.session.query(Category).filter_by(company_id=company.id, name=name).one()


def test_a_category_is_added_changed_archived_and_brought_back(client):
    """RV-3: documents that have it keep it all the while."""
    company = the_company()
    url = f"/settings/companies/{company.id}/categories"
    client.post(url, data={"name": "Fuel", "account_code": "606140", "direction": "purchase"})
    category = named(company, "Fuel")
    document = make_document(category_id=category.id)

    client.post(f"{url}/{category.id}", data={"name": "Fuel and tolls", "account_code": "6061", "direction": ""})
    client.post(f"{url}/{category.id}/archive")
    archived = reload(category).archived_at
    client.post(f"{url}/{category.id}/return")

    after = reload(category)
    assert (after.name, after.account_code, after.direction) == ("Fuel and tolls", "6061", None)
    assert archived and after.archived_at is None
    assert reload(document).category_id == category.id


def test_two_categories_cannot_have_one_name(client):
    """RV-3: in one company; the sentence stands beside the field."""
    company = the_company()
    make_category("Fuel")
    make_category("Tolls")
    url = f"/settings/companies/{company.id}/categories"

    added = client.post(url, data={"name": "FUEL", "direction": ""})
    renamed = client.post(f"{url}/{named(company, 'Tolls').id}", data={"name": "fuel", "direction": ""})

    for answer in (added, renamed):
        assert (answer.status_code, "There is a category" in answer.text) == (422, True)
    assert named(company, "Tolls")


def test_a_category_of_another_company_is_not_there(client):
    """US-3: neither under its own company nor under mine."""  # S71
    other = make_category("Secret", make_company("Other"))

    mine = client.post(f"/settings/companies/{the_company().id}/categories/{other.id}", data={"name": "Mine"})
    theirs = client.post(f"/settings/companies/{other.company_id}/categories/{other.id}", data={"name": "Mine"})

    assert (mine.status_code, theirs.status_code, reload(other).name) == (404, 404, "Secret")


def test_a_category_has_one_name_whatever_its_capitals(app):
    """RV-4: also where the capital has an accent, which SQLite does not know."""
    from app.core.errors import Refused
    from app.documents import categories
    from tests.factories import make_category, the_company

    make_category("énergie")

    with pytest.raises(Refused):
        categories.add(
            the_company(), {"name": "ÉNERGIE", "account_code": "", "direction": None}, by=make_user(Role.ADMIN)
        )


@pytest.mark.parametrize(
    ("number", "is_right"),
    [("GB980780684", True), ("CHE107787577IVA", True), ("FR40303265045", True), ("GB980780685", False), ("ZZ1", False)],
)
def test_vat_numbers_of_countries_that_can_be_chosen_are_taken(app, number, is_right):
    """US-3: the list of countries has Switzerland and Great Britain too."""
    from app.settings.forms import CompanyForm

    with app.test_request_context(method="POST", data={"vat_number": number}):
        form = CompanyForm(meta={"csrf": False})
        form.validate()

    assert ("vat_number" not in form.errors) is is_right
