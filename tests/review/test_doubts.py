"""What a person should look at twice: amounts and dates that can hardly be right, and fields nobody is sure of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from app.audit.models import AuditEntry
from app.documents import doubts, editing
from app.documents.models import Direction, Document, DocumentTax, Kind
from app.extensions import db
from app.extraction import unsure
from app.extraction.reading import Found, Reading
from tests.conftest import aimed_at
from tests.factories import make_category, make_counterparty, make_document, make_user, reload
from tests.review.readings import made_reading
from tests.review.test_review import checked, marked, ready

ODD = {"gross": "100.00", "net": "10.00", "tax": "1.00"}
RATES = [{"rate_bp": 2000, "base_minor": 10000, "tax_minor": 2000}]


def with_rates(**facts) -> Document:
    """A document to validate, with its tax per rate."""
    return ready(taxes=[DocumentTax(**rate) for rate in RATES], **facts)


# --- Amounts and dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, ""),
        ({"gross_minor": 12001}, ""),
        ({"gross_minor": 12002}, "gross"),
        ({"net_minor": None, "gross_minor": 5}, ""),
        ({"gross_minor": -12000, "net_minor": -10000, "tax_minor": -2000}, "gross"),
        ({"due_date": date(2026, 9, 30)}, "due_date"),
        ({"due_date": date(2199, 1, 1)}, "due_date"),
        ({"issue_date": date(1989, 12, 31)}, "issue_date"),
        ({"issue_date": date(2062, 1, 1), "due_date": date(2062, 1, 1)}, "issue_date"),
        ({"kind": Kind.CREDIT_NOTE, "due_date": None}, ""),
    ],
)
def test_what_can_hardly_be_right_is_found(app, facts, field):
    """EX-4: net + tax = gross, plausible dates, no invoice below zero."""
    document = make_document(**facts)
    with app.test_request_context():
        assert "".join(doubts.of(document)) == field


def test_typed_amounts_that_do_not_add_up_are_told_beside_their_field(browser):
    """EX-4: a field that fails its check is never shown as sure, whoever filled it in."""
    document, client = ready(), browser(make_user())

    page = client.post(f"/review/{document.id}", data=checked(document, **ODD), follow_redirects=True).text

    assert reload(document).gross_minor == 10000
    assert "Net + tax is €11.00, gross says €100.00." in marked(page, "gross")


def test_a_validation_that_looks_wrong_is_stopped_once(browser):
    """EX-4: RV-6: the second press, with the same figures, is meant so; other figures are asked about again."""
    document, client = ready(), browser(make_user())
    path, typed = f"/review/{document.id}/validation", checked(document, **ODD)

    stopped = client.post(path, data=typed)
    despite = re.search(r'name="despite" value="(\w+)"', stopped.text)[1]
    other = client.post(path, data=typed | {"gross": "101.00", "despite": despite})

    assert (stopped.status_code, other.status_code) == (422, 422)
    assert "Validate all the same" in stopped.text and 'value="10.00"' in stopped.text
    assert reload(document).validated_at is None and document.gross_minor == 12000
    assert client.post(path, data=typed | {"despite": despite}).status_code == 303
    assert (reload(document).gross_minor, document.validated_at is not None) == (10000, True)


def test_what_is_missing_comes_before_what_looks_wrong(browser):
    """RV-3: one thing at a time."""
    document = make_document()

    answer = browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document, **ODD))

    assert "Choose a category." in answer.text and "all the same" not in answer.text


def test_a_later_change_that_does_not_add_up_is_said(browser):
    """RV-5: EX-4: after validation everything may be edited; it is said what looks wrong."""
    document = ready()

    answer = browser(make_user()).post(
        f"/documents/{document.id}/facts", data=checked(document, **ODD), follow_redirects=True
    )

    assert "Saved." in answer.text and "Net + tax is €11.00, gross says €100.00." in answer.text


@pytest.mark.parametrize(("typed", "count"), [(ODD, 0), ({"label": "Lamps"}, 1)])
def test_the_tax_per_rate_goes_with_the_amounts_it_fitted(browser, typed, count):
    """EX-1: US-4: nobody sees rates of other amounts; the trail keeps them."""
    document = with_rates()

    browser(make_user()).post(f"/review/{document.id}", data=checked(document, **typed))

    assert len(reload(document).taxes) == count
    told = [entry.changes.get("taxes") for entry in db.session.scalars(AuditEntry.about(document))]
    assert any(told) is (count == 0)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_year_that_is_mistyped_is_refused_beside_its_field(browser, day):
    """RV-3: it comes back as typed, and the day that was there stays."""
    document = ready()

    answer = browser(make_user()).post(f"/review/{document.id}", data=checked(document, issue_date=day))

    assert answer.status_code == 422
    assert "Write a year from 1900 to 2199." in marked(answer.text, "issue_date")
    assert f'value="{day}"' in marked(answer.text, "issue_date")
    assert reload(document).issue_date == date(2026, 10, 1)


def test_what_is_too_long_is_said_and_never_cut(browser):
    """RV-3: a browser cuts what is pasted where a form says how long it may be: ours does not."""
    document, client = ready(), browser(make_user())

    answer = client.post(f"/review/{document.id}", data=checked(document, counterparty_name="A" * 300))

    assert answer.status_code == 422 and "field-error" in marked(answer.text, "counterparty_name")
    form = answer.text.partition('id="document-form"')[2].partition("</form>")[0]
    assert "maxlength" not in form


# --- What nobody is sure of -----------------------------------------------------------------------


def test_fields_that_are_asked_for_and_not_sure_are_kept(app):
    """RV-2: EX-3: also those that were not read at all."""
    document = make_document(counterparty=None)
    fields = {
        "number": Found("F-1", 0.4),
        "gross": Found(Decimal(1), 0.99),
        "due_date": Found(date(2026, 1, 1), 0.99, failed_check="date"),
        "seller_name": Found("Durand", 0.5),
    }

    assert unsure.fields_of(document, Reading(fields)) == ["counterparty_name", "number", "issue_date", "due_date"]


def test_the_queue_says_what_is_not_sure_and_finds_it(browser):
    """RV-1: RV-2: only with something to look at: flags, fields that are not sure, possible duplicates."""
    party = make_counterparty()
    doubtful = make_document(number="U-1", unsure=["number", "counterparty_name"])
    twins = [make_document(number="T-1", counterparty=party) for _each in range(2)]
    plain, client = make_document(number="P-1"), browser(make_user())

    page = client.get("/review?flagged=yes").text

    assert "Not sure: Number, Supplier" in page and page.count("Possible duplicate: compare.") == len(twins)
    assert doubtful.number in page and plain.number not in page


def test_a_corrected_field_is_sure(app):
    """RV-2: what a person typed is theirs."""
    document = make_document(unsure=["number", "gross", "counterparty_name"])

    editing.edit(document, {"number": "F-2", "counterparty_name": "New"}, by=make_user(), version=document.version)

    assert document.unsure == ["gross"]


def test_a_field_corrected_a_moment_ago_is_not_doubted(browser):
    """RV-2: also while the form comes back for another reason."""
    document = make_document()
    made_reading(document, {"number": Found("F-204", 0.4, 1, (0.6, 0.1, 0.7, 0.12))})
    client = browser(make_user())
    assert "Check:" in marked(client.get(f"/review/{document.id}").text, "number")

    answer = client.post(f"/review/{document.id}/validation", data=checked(document, number="F-205"))

    assert answer.status_code == 422 and "Check:" not in marked(answer.text, "number")


# --- What comes next, while one types -------------------------------------------------------------


def drafted(client, document: Document, region: str = "next-step", **typed) -> str:
    """What the page says with what is typed so far."""
    data = checked(document, **typed)
    return client.post(f"/review/{document.id}/draft", data=data, headers=aimed_at(region)).text


def test_what_is_left_to_fill_in_follows_the_form(browser):
    """LC-8: it is said in the words of the form, for what stands in it now, and nothing is kept."""
    document = make_document(counterparty=None, issue_date=None, due_date=None)
    category, client = make_category(), browser(make_user())
    some = {"category_id": category.id, "issue_date": "2026-10-01"}

    assert "Still to fill in: Supplier, Issue date, Due date, Category" in drafted(client, document)
    assert "Still to fill in: Due date" in drafted(client, document, counterparty_name="Durand", **some)
    done = drafted(client, document, counterparty_name="Durand", due_date="2026-10-31", **some)
    assert "to match with its bank line" in done
    assert reload(document).category_id is None


def test_a_refused_validation_lists_only_what_is_left(browser):
    """LC-8: the footer speaks of the form, not of what was saved before."""
    document = make_document(label="", due_date=None)
    typed = {"label": "Lamps", "category_id": make_category().id}

    answer = browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document, **typed))

    assert answer.status_code == 422 and "Still to fill in: Due date<" in answer.text


def test_the_issue_date_is_proposed_where_no_due_date_was_read(browser):
    """RV-3: a receipt paid by card says none: the proposal is marked, and counts once somebody saves it."""
    document, client = ready(due_date=None), browser(make_user())
    amounts = {"gross": Found(Decimal("120.00"), 0.99), "paid": Found(Decimal("120.00"), 0.85)}
    made_reading(document, amounts)

    page = client.get(f"/review/{document.id}").text

    assert 'value="2026-10-01"' in marked(page, "due_date") and "is proposed" in marked(page, "due_date")
    assert reload(document).due_date is None
    unpaid, credit = ready(due_date=None), ready(due_date=None, kind=Kind.CREDIT_NOTE)
    made_reading(credit, amounts)
    for other in (unpaid, credit):
        assert "is proposed" not in client.get(f"/review/{other.id}").text


def test_the_form_follows_another_direction(browser):
    """RV-3: the other party, its name and the right categories, before anything is saved."""
    document, client = ready(counterparty=None, counterparty_name="Us Ltd"), browser(make_user())
    made_reading(document, {"seller_name": Found("Us Ltd", 0.9), "buyer_name": Found("Their Customer", 0.9)})
    sales = make_category("Services", direction=Direction.SALE, account_code="706")
    make_category("Rent", direction=Direction.PURCHASE, account_code="613")

    turned = drafted(client, document, "typed", direction="sale")
    typed = drafted(client, document, "typed", direction="sale", counterparty_name="Somebody else")
    back = drafted(client, document, "typed", direction="purchase", counterparty_name="Their Customer")

    assert ">Customer<" in turned and 'value="Their Customer"' in turned
    assert "706 Services" in turned and "613 Rent" not in turned
    assert 'value="Somebody else"' in typed and 'value="Us Ltd"' in back
    assert reload(document).direction is Direction.PURCHASE and sales.id


def test_a_typed_party_stays_when_the_direction_is_saved(browser):
    """RV-3: the program's proposal replaces nothing that was typed; who saw it may validate at once."""
    document = ready()
    made_reading(document, {"seller_name": Found("Us Ltd", 0.9), "buyer_name": Found("Their Customer", 0.9)})
    typed = {"direction": "sale", "counterparty_name": "Somebody else", "counterparty_id": "", "category_id": ""}

    browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document, **typed))

    document = reload(document)
    assert (document.direction, document.party_name) == (Direction.SALE, "Somebody else")
    assert document.validated_at and document.counterparty.is_customer


# --- The label ------------------------------------------------------------------------------------


def test_a_label_nobody_wrote_follows_number_and_supplier(app):
    """RV-3: until somebody writes one."""
    person, document = make_user(), make_document(counterparty=make_counterparty("Durand"), number="F-1")
    document.label = "Durand – F-1"
    db.session.commit()
    edit = lambda **changes: editing.edit(document, changes, by=person, version=document.version)  # noqa: E731

    edit(number="F-2")
    assert document.label == "Durand – F-2"
    edit(counterparty_id=make_counterparty("Martin").id, label="Durand – F-2")
    assert document.label == "Martin – F-2"
    edit(label="Lamps")
    edit(number="F-3")
    assert document.label == "Lamps"


# --- Order and figures ----------------------------------------------------------------------------


def test_categories_stand_by_account(browser):
    """RV-3: the account comes first in the list, and is what it is sorted by."""
    for code, name in [("607", "Aardvarks"), ("601", "Zebras"), ("601", "Bees")]:
        make_category(name, account_code=code)

    page = browser(make_user()).get(f"/review/{make_document().id}").text

    assert page.index("601 Bees") < page.index("601 Zebras") < page.index("607 Aardvarks")


def test_figures_are_grouped_as_they_are_printed(browser):
    """OP-6: amounts by thousands, an IBAN by fours, taken with or without blanks."""
    document, client = ready(gross_minor=88410300, iban="FR7630006000011234567890189"), browser(make_user())

    page = client.get(f"/review/{document.id}").text
    typed = {"iban": "de89 3704 0044 0532 0130 00"}
    client.post(f"/review/{document.id}", data=checked(document, **typed))

    assert 'value="884,103.00"' in page and 'value="FR76 3000 6000 0112 3456 7890 189"' in page
    assert reload(document).iban == "DE89370400440532013000"


def test_nobody_is_their_own_customer(browser):
    """EX-7: a purchase turned into a sale names no customer where the page names only us."""
    document = ready(counterparty=None, counterparty_name="Durand")
    fields = {"seller_name": Found("Durand", 0.9), "buyer_name": Found(document.company.name.upper(), 0.9)}
    made_reading(document, fields)

    page = drafted(browser(make_user()), document, "typed", direction="sale")

    assert 'value=""' in marked(page, "counterparty_name")
