"""The form of a document's facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask_babel import force_locale

from app.documents import decisions
from app.documents.forms import DocumentForm
from app.documents.models import Direction, Kind
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user


@pytest.fixture
def submitted(app):
    """`submitted(document, gross="1 234,56")`: the form as a browser sends it, in French."""

    def make(document, **values):
        with app.test_request_context(method="POST", data=values), force_locale("fr"):
            form = DocumentForm(document)
            form.validate()
            return form

    return make


AMOUNTS = [
    ("1 234,56", "1234.56"),
    ("1 234,56", "1234.56"),
    ("1234.56", "1234.56"),
    ("1.234,56", "1234.56"),
    ("1,234.56", "1234.56"),
    ("1.234", "1234"),
    ("-12,50 €", "-12.50"),
    ("", None),
]


@pytest.mark.parametrize(("typed", "amount"), AMOUNTS)
def test_amounts_are_read_as_the_person_writes_them(submitted, typed, amount):
    """EX-5: RV-3: in French the comma marks cents, and what is clear is understood too."""
    form = submitted(make_document(), gross=typed)

    assert not form.errors
    assert form.changes()["gross"] == (amount and Decimal(amount))


@pytest.mark.parametrize(("typed", "said"), [("12 euros", "12 euros"), ("12,345", "EUR")])
def test_a_wrong_amount_comes_back_as_typed_with_its_reason(submitted, typed, said):
    """RV-3: the value as typed, the reason beside the field."""
    form = submitted(make_document(), gross=typed)

    assert said in form.gross.errors[0]
    assert form.gross._value() == typed


def test_a_field_that_is_not_sent_leaves_its_fact_alone(submitted):
    """RV-4: a label alone can be changed."""
    document = make_document(kind=Kind.CREDIT_NOTE)

    changes = submitted(document, label=" New   label ").changes()

    assert changes["label"] == "New label"
    assert (changes["kind"], changes["gross"], changes["number"]) == (Kind.CREDIT_NOTE, Decimal(120), document.number)


def test_what_else_is_sent_is_ignored(submitted):
    """S73: a form has its fields and no more."""
    form = submitted(make_document(), company_id="2", status="validated", validated_at="2026-01-01", settled_minor="1")

    assert set(form.changes()) <= {
        *("kind", "direction", "number", "label", "counterparty_id", "counterparty_name", "category_id", "issue_date"),
        *("due_date", "currency", "net", "tax", "gross", "order_reference", "payment_reference", "iban"),
        *("account_code", "treasury_category"),
    }


def test_a_counterparty_is_known_by_its_name(submitted):
    """EX-7: accents and case do not matter; a name nobody has is a new one."""
    document, zoe = make_document(), make_counterparty("Café Zoé")

    assert submitted(document, counterparty_name="cafe  zoe").changes()["counterparty_id"] == zoe.id
    changes = submitted(document, counterparty_name="Imprimerie Nouvelle").changes()
    assert (changes["counterparty_id"], changes["counterparty_name"]) == (None, "Imprimerie Nouvelle")


def test_of_two_with_one_name_the_one_from_the_list_is_meant(submitted):
    """EX-7: never one of the two by chance."""
    document = make_document()
    first = make_counterparty("Durand", vat_number="FR40303265045")
    second = make_counterparty("Durand", vat_number="BE0428759497")

    assert submitted(document, counterparty_name="Durand").counterparty_name.errors
    by_label = submitted(document, counterparty_name="Durand · BE0428759497")
    assert not by_label.counterparty_name.errors
    assert by_label.changes()["counterparty_id"] == second.id
    by_id = submitted(document, counterparty_name="Durand", counterparty_id=str(first.id))
    assert by_id.changes()["counterparty_id"] == first.id


def test_an_id_of_another_company_counts_for_nothing(submitted):
    """US-3: S73: the name decides, within the company."""
    document = make_document()
    elsewhere = make_counterparty("Elsewhere", make_company("Other"))

    changes = submitted(document, counterparty_id=str(elsewhere.id), counterparty_name="Elsewhere").changes()

    assert changes["counterparty_id"] is None


@pytest.mark.parametrize("name", ["version", "counterparty_id"])
def test_numbers_beyond_all_bounds_are_mistakes_not_faults(submitted, name):
    """S73: S84: what the hidden fields send is checked too."""
    assert submitted(make_document(), **{name: "99999999999999999999", "counterparty_name": "x"}).errors


def test_categories_are_those_of_the_company_and_direction(submitted):
    """RV-3: a category of sales or of another company cannot be chosen for a purchase."""
    document, mine = make_document(), make_category("Paper", account_code="6064")
    for_sales = make_category("Services", direction=Direction.SALE)
    elsewhere = make_category("Elsewhere", make_company("Other"))

    assert submitted(document, category_id=str(mine.id)).changes()["category_id"] == mine.id
    for other in (for_sales, elsewhere):
        assert submitted(document, category_id=str(other.id)).category_id.errors


@pytest.mark.parametrize(
    ("typed", "is_right"), [("FR76 3000 6000 0112 3456 7890 189", True), ("FR7630006000011234567890188", False)]
)
def test_a_mistyped_iban_is_found(submitted, typed, is_right):
    """EX-4: check digits."""
    assert bool(submitted(make_document(), iban=typed).iban.errors) is not is_right


def test_what_the_other_person_changed_is_taken_where_this_one_did_not_touch_it(app):
    """RV-8: the second to save loses nothing typed, and undoes nothing of the first."""
    document, lea = make_document(), make_user(name="Léa")
    opened = document.version
    sent = {"version": str(opened), "label": "Tom's", "number": document.number, "gross": "120.00"}
    sent |= {"issue_date": "2026-10-01"}
    changes = {"label": "Léa's", "gross": Decimal("130"), "issue_date": date(2026, 10, 9)}
    decisions.edit(document, changes, by=lea, version=opened)

    with app.test_request_context(method="POST", data=sent), force_locale("en"):
        form = DocumentForm(document)
        with pytest.raises(decisions.Changed) as told:
            decisions.edit(document, form.changes(), by=make_user(name="Tom"), version=form.version.data)
        form.meet(told.value)

        assert form.label.data == "Tom's"
        assert "Léa changed it meanwhile. It says now: Léa's" in form.label.errors
        assert (form.gross._value(), form.issue_date.data) == ("130.00", date(2026, 10, 9))
        assert form.version.data == document.version == opened + 1
