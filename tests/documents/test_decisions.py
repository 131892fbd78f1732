"""Validating and editing documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import decisions
from app.documents.models import Direction, Document, Kind, ReadState, Status
from app.extensions import db
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
)


def complete(**facts):
    """A purchase with all that validation asks for."""
    return make_document(**({"category": make_category()} | facts))


def test_validation_does_all_of_it_at_once(app):
    """RV-6: status, who and when, and the counterparty's place among the suppliers, together."""
    member, document = make_user(), complete()

    decisions.validate(document, by=member)
    db.session.commit()

    document = reload(document)
    assert (document.status, document.validated_by) == (Status.TO_MATCH, member)
    assert document.counterparty.is_supplier
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.act, entry.user_id, entry.changes["status"]) == ("validated", member.id, ["to_process", "to_match"])


def test_another_name_than_was_said_is_in_the_history(app):
    """EX-7: RV-6: it is validated as whoever has the VAT number that was read."""
    durand = make_counterparty("Durand", vat_number="FR40303265045")
    document = complete(counterparty=None, counterparty_name="Dupont")
    document.counterparty_facts = {"vat_number": "FR40303265045"}
    decisions.validate(document, by=make_user())
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (document.counterparty, entry.changes["counterparty"]) == (durand, ["Dupont", "Durand"])


def test_a_name_that_was_chosen_with_its_number_is_no_other(app):
    """EX-7: the list to choose from tells namesakes apart by a number, which is no part of the name."""
    make_counterparty("Durand", vat_number="FR40303265045")
    document = complete(counterparty=None, counterparty_name="Durand · FR40303265045")
    decisions.validate(document, by=make_user())
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert document.counterparty.name == "Durand" and "counterparty" not in entry.changes


WANTING = [
    ({"number": ""}, "number"),
    ({"label": ""}, "label"),
    ({"counterparty": None}, "counterparty"),
    ({"gross_minor": None}, "gross"),
    ({"gross_minor": -100}, "gross"),
    ({"issue_date": None}, "issue_date"),
    ({"due_date": None}, "due_date"),
    ({"category": None}, "category"),
    ({"kind": Kind.CREDIT_NOTE, "gross_minor": -100}, "gross"),
    ({"kind": Kind.CREDIT_NOTE, "issue_date": None}, "issue_date"),
]


@pytest.mark.parametrize(("facts", "field"), WANTING)
def test_an_incomplete_document_is_not_validated_and_each_field_says_why(app, facts, field):
    """RV-3: what is required is asked for, field by field."""
    document = complete(**facts)

    with pytest.raises(decisions.Incomplete) as refused:
        decisions.validate(document, by=make_user())

    assert list(refused.value.errors) == [field]
    assert document.validated_at is None
    assert document.status is Status.TO_PROCESS


def test_a_credit_note_needs_no_due_date(app):
    """RV-3: of the dates a credit note requires only the issue date."""
    document = complete(kind=Kind.CREDIT_NOTE, due_date=None)

    decisions.validate(document, by=make_user())

    assert document.reason == {"key": "available"}


def test_a_company_may_do_without_categories(app):
    """RV-3: the category is required for purchases unless settings say otherwise."""
    document = make_document(make_company(category_required=False))

    decisions.validate(document, by=make_user())

    assert document.validated_at


def test_a_sale_needs_no_category(app):
    """RV-3: the category is required for purchases."""
    document = make_document(direction=Direction.SALE)

    decisions.validate(document, by=make_user())

    assert document.counterparty.is_customer


def test_a_zero_amount_is_validated_at_once_and_says_so(app):
    """LC-1: nothing is to be paid, so nothing is awaited."""
    document = complete(gross_minor=0, net_minor=0, tax_minor=0)

    decisions.validate(document, by=make_user())

    assert (document.status, document.reason) == (Status.VALIDATED, {"key": "zero"})


def test_what_was_read_becomes_the_counterparty(app):
    """RV-6: EX-7: a new counterparty is created on validation, with what was read."""
    facts = {"vat_number": "FR40303265045", "siren": "303265045", "ibans": ["FR7630006000011234567890189"]}
    document = complete(counterparty=None, counterparty_name="Imprimerie Nouvelle", counterparty_facts=facts)

    decisions.validate(document, by=make_user())
    db.session.commit()

    made = reload(document).counterparty
    assert (made.name, made.vat_number, made.siren) == ("Imprimerie Nouvelle", "FR40303265045", "303265045")
    assert made.is_supplier
    assert [(each.iban, each.confirmed_at) for each in made.ibans] == [("FR7630006000011234567890189", None)]


def test_a_counterparty_that_exists_is_taken_not_made_again(app):
    """RV-6: two first invoices of one supplier make one supplier."""
    first = complete(counterparty=None, counterparty_name="Café Zoé", counterparty_facts={"siren": "303265045"})
    second = complete(counterparty=None, counterparty_name="CAFE ZOE")
    member = make_user()

    decisions.validate(first, by=member)
    decisions.validate(second, by=member)

    assert first.counterparty is second.counterparty
    assert db.session.scalar(select(func.count(Counterparty.id))) == 1


def test_an_incomplete_document_makes_no_counterparty(app):
    """RV-6: all at once or none of it."""
    document = complete(counterparty=None, counterparty_name="Imprimerie Nouvelle", number="")

    with pytest.raises(decisions.Incomplete):
        decisions.validate(document, by=make_user())

    assert db.session.scalar(select(func.count(Counterparty.id))) == 0


def test_an_unreadable_document_completed_by_hand_can_be_validated(app):
    """IN-8: RV-6: a person completes what could not be read."""
    document = complete(read_state=ReadState.UNREADABLE, unreadable_reason="encrypted")

    decisions.validate(document, by=make_user())

    assert document.status is Status.TO_MATCH


@pytest.mark.parametrize("facts", [{"read_state": ReadState.READING}, {"trashed_at": clock.now()}])
def test_what_is_being_read_or_in_the_trash_is_not_validated(app, facts):
    """LC-1: only what waits to be processed is validated."""
    document = complete(**facts)

    with pytest.raises(Refused):
        decisions.validate(document, by=make_user())

    assert document.validated_at is None


def test_the_second_click_is_told_who_validated(app):
    """RV-6: a document is validated once."""
    document = complete()
    decisions.validate(document, by=make_user(name="Léa"))

    with pytest.raises(Refused, match="Léa validated it already"):
        decisions.validate(document, by=make_user())


def test_an_edit_is_kept_with_what_was_and_what_is_now(app):
    """RV-5: everything may be edited, and the trail says what was."""
    document, member, other = complete(), make_user(), make_counterparty("Encre & Cie")
    was = document.counterparty

    changes = {"label": "Ink", "gross": Decimal("121.50"), "counterparty_id": other.id, "issue_date": date(2026, 10, 2)}
    decisions.edit(document, changes, by=member, version=document.version)
    db.session.commit()

    document = reload(document)
    assert (document.label, document.gross_minor, document.counterparty) == ("Ink", 12150, other)
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert entry.changes["gross_minor"] == [12000, 12150]
    assert entry.changes["counterparty"] == [was.name, "Encre & Cie"]
    assert entry.changes["issue_date"] == ["2026-10-01", "2026-10-02"]


def test_an_edit_that_changes_nothing_leaves_no_trace(app):
    """RV-8: saving what is there already is no new version."""
    document = complete()
    was = document.version

    decisions.edit(document, {"label": document.label, "gross": Decimal("120")}, by=make_user(), version=was)

    assert document.version == was


def test_amounts_follow_their_currency(app):
    """RV-3: amount and currency are one thing: 120 yen are not 120 cents."""
    document = complete()

    decisions.edit(document, {"currency": "JPY"}, by=make_user(), version=document.version)

    assert (document.gross_minor, document.net_minor, document.tax_minor) == (120, 100, 20)


def test_the_number_and_its_key_stay_together(app):
    """DU-1: numbers are compared by their letters and digits."""
    document = complete()

    decisions.edit(document, {"number": "FA 2026/0007-B"}, by=make_user(), version=document.version)

    assert document.number_key == "fa20260007b"


def test_the_number_of_a_validated_sale_stays(app):
    """RV-5: to change it, delete and import again; the sentence says so."""
    document = make_document(direction=Direction.SALE, validated_at=clock.now())

    with pytest.raises(Refused, match="delete the invoice and import it again"):
        decisions.edit(document, {"number": "other"}, by=make_user(), version=document.version)

    assert reload(document).number != "other"


@pytest.mark.parametrize("facts", [{"validated_at": clock.now()}, {"direction": Direction.SALE}])
def test_other_numbers_can_be_corrected(app, facts):
    """RV-5: a purchase's number, and that of a sale not yet validated; audited."""
    document = complete(**facts)

    decisions.edit(document, {"number": "other"}, by=make_user(), version=document.version)

    assert document.number == "other"
    assert db.session.scalars(AuditEntry.about(document)).first().changes["number"][1] == "other"


def test_a_validated_document_stays_complete(app):
    """RV-5: RV-3: what validation required cannot be emptied afterwards."""
    document = complete(validated_at=clock.now())

    with pytest.raises(decisions.Incomplete) as refused:
        decisions.edit(document, {"due_date": None}, by=make_user(), version=document.version)

    assert list(refused.value.errors) == ["due_date"]


def test_what_is_settled_is_never_more_than_the_amount(app):
    """RV-5: S94: the amount cannot fall below what was matched already."""
    document = complete(validated_at=clock.now(), settled_minor=5000)

    with pytest.raises(decisions.Incomplete):
        decisions.edit(document, {"gross": Decimal("49.99")}, by=make_user(), version=document.version)


def test_nothing_is_settled_of_an_amount_below_zero(app):
    """RV-5: what is wrong with it is another thing, and said by the doubts."""
    document = complete(settled_minor=0)
    decisions.edit(document, {"gross": Decimal("-5")}, by=make_user(), version=document.version)
    assert document.gross_minor == -500


def test_the_second_to_save_is_told_who_changed_what(app):
    """RV-8: and the first one's change stands."""
    document, lea, tom = complete(), make_user(name="Léa"), make_user(name="Tom")
    opened = document.version
    decisions.edit(document, {"label": "Léa's label", "gross": Decimal("130")}, by=lea, version=opened)

    with pytest.raises(decisions.Changed) as told:
        decisions.edit(document, {"label": "Tom's label"}, by=tom, version=opened)

    assert "Léa changed this document meanwhile (Label, Gross amount)" in str(told.value)
    assert told.value.changes["label"] == ["Paper and ink", "Léa's label"]
    assert document.label == "Léa's label"


def test_a_validation_meanwhile_is_told_too(app):
    """RV-8: an edit of what somebody has just validated is not silently added."""
    document = complete()
    opened = document.version
    decisions.validate(document, by=make_user(name="Léa"))

    with pytest.raises(decisions.Changed, match="Léa"):
        decisions.edit(document, {"label": "other"}, by=make_user(), version=opened)


def test_nothing_of_another_company_can_be_chosen(app):
    """US-3: S73: an id smuggled into the form is refused."""
    document = complete()
    elsewhere = make_counterparty("Elsewhere", make_company("Other"))

    with pytest.raises(Refused):
        decisions.edit(document, {"counterparty_id": elsewhere.id}, by=make_user(), version=document.version)

    with pytest.raises(ValueError, match="company_id"):
        decisions.edit(document, {"company_id": elsewhere.company_id}, by=make_user(), version=document.version)


def test_a_validated_document_given_a_new_name_has_a_counterparty_of_it(app):
    """RV-5: everything may still be edited; it stays in its supplier's figures."""
    member = make_user()
    document = complete(validated_at=clock.now(), counterparty_facts={"vat_number": "FR40303265045"})

    decisions.edit(document, {"counterparty_id": None, "counterparty_name": "Nouvelle Société"}, by=member, version=1)
    db.session.commit()

    made = reload(document).counterparty
    assert (made.name, made.vat_number, made.is_supplier, document.counterparty_name) == (
        "Nouvelle Société",
        "",
        True,
        "",
    )


def test_a_document_another_edited_is_not_validated_unseen(app):
    """RV-8: S59: what was validated is what was looked at."""
    document, member = complete(), make_user()
    another = update(Document).where(Document.id == document.id).values(version=document.version + 1, label="Other")
    db.session.execute(another.execution_options(synchronize_session=False))

    with pytest.raises(decisions.Changed):
        decisions.validate(document, by=member)


def test_a_purchase_s_number_stays_once_the_accountant_has_it(app, browser):
    """RV-5: it can be corrected until it was exported; the form says so, and who changed it stands in the trail."""
    document, member = complete(validated_at=clock.now()), make_user(name="Léa")
    decisions.edit(document, {"number": "F-8"}, by=member, version=document.version)
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.user_name, entry.changes["number"][1]) == ("Léa", "F-8")

    document.exported_at = clock.now()
    db.session.commit()

    with pytest.raises(Refused, match="accountant has it under this number"):
        decisions.edit(document, {"number": "F-9"}, by=member, version=document.version)
    decisions.edit(document, {"label": "Still open to change"}, by=member, version=document.version)
    assert "accountant has it" in browser(member).get(f"/documents/{document.id}/facts").text


def test_a_trashed_sale_never_blocks_the_new_one(app):
    """RV-5: DU-1: to change a sale's number: delete, import again, validate."""
    sale = {"direction": Direction.SALE, "number": "V-1"}
    old, member = make_document(**sale, validated_at=clock.now()), make_user()
    decisions.trash(old, by=member)
    new = make_document(**sale)

    decisions.validate(new, by=member)

    assert new.status is Status.TO_MATCH
