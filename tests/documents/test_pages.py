"""The pages of one document and of the trash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.documents import decisions
from app.documents.models import Direction, Document, DocumentTax, FileRole, Status, TrashKind, TwinVerdict
from app.documents.trash import trash
from app.extensions import db
from app.users import people
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

COMPLETE = {"kind": "invoice", "gross": "120.00", "currency": "EUR", "issue_date": "2026-10-01"}


def sent(document: Document, **values) -> dict[str, str]:
    """The form of the document's facts as a browser sends it."""
    facts = COMPLETE | {"version": str(document.version), "number": document.number, "label": document.label}
    facts |= {"counterparty_name": document.party_name, "due_date": "2026-10-31"}
    facts |= {"category_id": str(document.category_id or "")}
    return facts | values


def make_twins(**facts):
    """Two purchases of one supplier with one number: the existing one, and the new one."""
    facts = {"number": "F-77", "counterparty": make_counterparty()} | facts
    return make_document(**facts), make_document(**facts)


# --- Looking --------------------------------------------------------------------------------------


def test_a_document_shows_its_facts_files_and_history(app, browser):
    """TR-1: US-4: LC-8: what is known, why it is here, and who did what."""
    lea = make_user(name="Léa")
    document = make_document(number="F-77", category=make_category("Paper"), order_reference="PO-9")
    decisions.validate(document, by=lea)
    db.session.commit()

    text = browser(lea).get(f"/documents/{document.id}").text

    for expected in ("F-77", "€120.00", "PO-9", "Paper", document.original.name, document.counterparty.name):
        assert expected in text
    assert "Validated: nothing to do until its bank line arrives." in text
    assert "validated it" in text and "Léa" in text


def test_a_purchase_past_its_day_is_late_in_words(app, browser):
    """LC-8: overdue is said in words."""
    day = clock.today(the_company()) - timedelta(days=12)
    document = make_document(due_date=day)

    assert "12 days late" in browser(make_user()).get(f"/documents/{document.id}").text
    assert "12 days late" in browser(make_user()).get("/documents").text


@pytest.mark.parametrize("address", ["", "/facts", "/pages/1.png", "/files/1"])
def test_a_document_of_another_company_is_not_there(app, browser, address):
    """US-3: S71: 404, as if it did not exist."""
    document = make_document()
    stranger = make_user(company=make_company("Other"))

    assert browser(stranger).get(f"/documents/{document.id}{address}").status_code == 404


ACTS = ["facts", "trash", "restoration", "duplicates/1/link", "duplicates/1/replacement", "duplicates/1/verdict"]


@pytest.mark.parametrize("act", [*ACTS, "duplicates/1/discard"])
def test_a_stranger_changes_nothing(app, browser, act):
    """US-3: S71: 404 for each act."""
    document = make_document()
    stranger = make_user(company=make_company("Other"))

    assert browser(stranger).post(f"/documents/{document.id}/{act}").status_code == 404
    assert reload(document).status is Status.TO_PROCESS


@pytest.mark.parametrize("act", [*ACTS, "duplicates/1/discard"])
def test_an_accountant_sees_and_changes_nothing(app, browser, act):
    """US-6: the accountant reads what is validated: 403 for each act."""
    document = make_document(validated_at=clock.now())
    accountant = browser(make_user(Role.ACCOUNTANT))

    assert accountant.get(f"/documents/{document.id}").status_code == 200
    assert accountant.post(f"/documents/{document.id}/{act}").status_code == 403
    assert reload(document).status is Status.TO_MATCH


def test_being_a_member_elsewhere_gives_no_right_here(app, browser):
    """US-6: S71: a role belongs to one company: reader here and member there stays a reader here."""
    here = the_company()
    user = make_user(Role.ACCOUNTANT, here)
    people.join(user, make_company("Other"), Role.MEMBER, by=None)
    db.session.commit()
    document = make_document(here, validated_at=clock.now())

    assert browser(user).post(f"/documents/{document.id}/trash").status_code == 403


# --- Editing --------------------------------------------------------------------------------------


def test_facts_are_edited_after_validation(app, browser):
    """RV-5: and the page says that it was saved."""
    document = make_document(validated_at=clock.now(), category=make_category())

    answer = browser(make_user()).post(
        f"/documents/{document.id}/facts", data=sent(document, label="Ink"), follow_redirects=True
    )

    assert "Saved." in answer.text
    assert reload(document).label == "Ink"


def test_the_form_asks_for_names_while_somebody_types(app, browser):
    """EX-7: htmx's attributes reach the page with their dashes."""
    document = make_document()

    text = browser(make_user()).get(f"/documents/{document.id}/facts").text

    assert f'hx-get="/review/{document.id}/counterparties"' in text and "hx_" not in text


def test_mistakes_come_back_with_the_values_as_typed(app, browser):
    """RV-3: 422, the reason beside the field, nothing changed."""
    document = make_document(category=make_category())

    answer = browser(make_user()).post(f"/documents/{document.id}/facts", data=sent(document, gross="a lot"))

    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text and "is not an amount" in answer.text
    assert reload(document).gross_minor == 12000


def test_the_form_says_why_the_number_of_a_validated_sale_stays(app, browser):
    """RV-5: delete and import again."""
    document = make_document(direction=Direction.SALE, validated_at=clock.now())
    member = browser(make_user())

    assert "delete the invoice and import it again" in member.get(f"/documents/{document.id}/facts").text
    answer = member.post(f"/documents/{document.id}/facts", data=sent(document, number="other"))

    assert answer.status_code == 422
    assert reload(document).number != "other"


def test_two_people_on_one_document_lose_nothing(app, browser):
    """RV-8: the second is told who changed what, keeps what was typed, and may then save."""
    document, lea, tom = make_document(category=make_category()), make_user(name="Léa"), make_user(name="Tom")
    by_lea, by_tom = sent(document, label="By Léa"), sent(document, label="By Tom", iban="FR7630006000011234567890189")
    browser(lea).post(f"/documents/{document.id}/facts", data=by_lea)

    answer = browser(tom).post(f"/documents/{document.id}/facts", data=by_tom)

    assert answer.status_code == 409
    assert "Léa changed this document meanwhile (Label)" in answer.text
    assert 'class="alert-box alert-box-amber" tabindex="-1" autofocus' in answer.text
    assert 'value="By Tom"' in answer.text and 'value="FR76 3000 6000 0112 3456 7890 189"' in answer.text
    assert reload(document).label == "By Léa"
    again = by_tom | {"version": str(reload(document).version)}
    assert browser(tom).post(f"/documents/{document.id}/facts", data=again).status_code == 303
    assert reload(document).label == "By Tom"


# --- The trash ------------------------------------------------------------------------------------


def test_deleting_can_be_undone_at_once(app, browser):
    """TR-1: the answer offers the way back, and the way back works."""
    document, member = make_document(), browser(make_user(name="Léa"))

    answer = member.post(f"/documents/{document.id}/trash", data={"why": "ordered twice"}, follow_redirects=True)

    assert f"/documents/{document.id}/restoration" in answer.text
    assert (reload(document).trash_kind, document.trash_reason) == (TrashKind.DELETED, "ordered twice")
    listed = member.get("/trash").text
    assert "ordered twice" in listed and "Léa" in listed
    member.post(f"/documents/{document.id}/restoration")
    assert reload(document).status is Status.TO_PROCESS


def test_the_trash_obeys_the_scope_of_lists(app, browser):
    """TR-1: US-2: what a restricted member may not see is not in their trash either."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    hidden = make_document(company, validated_at=clock.now(), number="CANARY-1")
    mine = make_document(company, validated_at=clock.now(), number="MINE-1")
    mine.counterparty.assigned_users = [member]
    for document in (hidden, mine):
        decisions.trash(document, by=None)
    db.session.commit()

    text = browser(member).get("/trash").text

    assert "MINE-1" in text and "CANARY-1" not in text
    assert browser(member).post(f"/documents/{hidden.id}/restoration").status_code == 404


def test_without_a_trash_deleting_asks_for_a_typed_word(app, browser):
    """TR-2: final after a typed confirmation."""
    company = make_company(trash_enabled=False)
    document, member = make_document(company), browser(make_user(company=company))
    address, document_id = f"/documents/{document.id}/trash", document.id

    answer = member.post(address, data={"typed": "yes"})
    assert answer.status_code == 422 and 'id="delete" aria-labelledby="delete-title" data-open' in answer.text
    assert 'name="typed" value="yes"' in answer.text and 'id="delete-typed-error"' in answer.text
    assert reload(document).status is Status.TO_PROCESS
    member.post(address, data={"typed": "Delete"})

    db.session.expire_all()
    assert db.session.get(Document, document_id) is None


def test_a_wrong_word_for_what_a_colleague_has_put_away_meanwhile_says_so(app, browser):
    """TR-2: there is no question any more in which it could stand."""
    document = make_document(make_company(trash_enabled=False))
    member = browser(make_user(company=document.company))
    document.trashed_at = clock.now()
    db.session.commit()

    answer = member.post(f"/documents/{document.id}/trash", data={"typed": "yes"}, follow_redirects=True)

    assert answer.status_code == 200 and "It is in the trash already." in answer.text


def test_an_admin_empties_the_trash_after_typing_the_word(app, browser):
    """TR-2: Empty now for admins; what is held stays."""
    admin = browser(make_user(Role.ADMIN))
    gone, held = make_document(), make_document(validated_at=clock.now(), settled_minor=100)
    gone_id = gone.id
    for document in (gone, held):
        decisions.trash(document, by=None)
    db.session.commit()

    wrong = admin.post("/trash/emptying", data={"typed": "vider"})
    assert wrong.status_code == 422 and "Nothing was deleted." in wrong.text
    assert 'name="typed" value="vider"' in wrong.text and "data-open" in wrong.text
    assert "Empty now" in (shown := admin.get("/trash").text) and "data-open" not in shown
    assert "Empty now" not in admin.get("/trash?q=paper").text  # it would seem to mean what was found
    answer = admin.post("/trash/emptying", data={"typed": "empty"}, follow_redirects=True)

    assert "1 document deleted for good." in answer.text
    db.session.expire_all()
    assert db.session.get(Document, gone_id) is None
    assert reload(held).status is Status.TRASH


def test_members_do_not_empty_the_trash(app, browser):
    """TR-2: US-6: admins only."""
    document = make_document(trashed_at=clock.now())
    member = browser(make_user())

    assert member.post("/trash/emptying", data={"typed": "empty"}).status_code == 403
    assert "Empty now" not in member.get("/trash").text
    assert reload(document)


# --- Duplicates -----------------------------------------------------------------------------------


def test_twins_are_shown_side_by_side_with_the_choices(app, browser):
    """DU-1: the agreed sentence, both, and what can be done; Replace only under the same file name."""
    existing, new = make_twins()
    member = browser(make_user())

    text = member.get(f"/documents/{new.id}").text

    assert "It looks like this invoice has already been imported." in text
    for choice in ("Link the new document", "Not a duplicate", "Discard the new document"):
        assert choice in text
    assert "Replace the existing document" not in text
    named, again = make_twins(file_name="Invoice.pdf")
    assert "Replace the existing document" in member.get(f"/documents/{again.id}").text
    assert existing.original.name in text and named.id


def test_linking_from_the_page(app, browser):
    """DU-1: the new file is attached to the existing invoice."""
    existing, new = make_twins()

    answer = browser(make_user()).post(f"/documents/{new.id}/duplicates/{existing.id}/link", follow_redirects=True)

    assert "The file is attached" in answer.text
    assert reload(existing).files[-1].role is FileRole.ATTACHMENT
    assert reload(new).duplicate_of == existing


def test_replacing_from_the_page(app, browser):
    """DU-1: the old file stays in the history."""
    existing, new = make_twins(file_name="Invoice.pdf")
    file = new.original.file

    browser(make_user()).post(f"/documents/{new.id}/duplicates/{existing.id}/replacement")

    assert reload(existing).original.file == file
    assert existing.files[0].role is FileRole.REPLACED


def test_not_a_duplicate_from_the_page_needs_a_reason(app, browser):
    """DU-1: reason required."""
    existing, new = make_twins()
    member, address = browser(make_user()), f"/documents/{new.id}/duplicates/{existing.id}/verdict"

    assert member.post(address, data={"why": " "}).status_code == 422
    member.post(address, data={"why": "Two deliveries"})

    assert db.session.scalars(select(TwinVerdict)).one().why == "Two deliveries"
    assert "already been imported" not in member.get(f"/documents/{new.id}").text


def test_discarding_from_the_page_can_be_undone(app, browser):
    """DU-1: Discard; TR-1: restore."""
    existing, new = make_twins()
    member = browser(make_user())

    answer = member.post(f"/documents/{new.id}/duplicates/{existing.id}/discard", follow_redirects=True)

    assert f"/documents/{new.id}/restoration" in answer.text
    assert reload(new).trash_kind is TrashKind.DUPLICATE


def test_a_twin_in_the_trash_is_offered_with_restore(app, browser):
    """DU-1: DU-2: the trash is looked through too, for the number and for the same bytes."""
    existing, new = make_twins()
    decisions.trash(existing, by=None)
    same_file = make_document(file=new.original.file, number="other")
    decisions.trash(same_file, by=None)
    db.session.commit()

    text = browser(make_user()).get(f"/documents/{new.id}").text

    assert f"/documents/{existing.id}/restoration" in text
    assert "The same file is in the trash." in text and f"/documents/{same_file.id}/restoration" in text


def test_a_twin_out_of_sight_is_announced_without_contents(app, browser):
    """DU-1: US-2: S72: that there is one is said, nothing of it; and no act reaches it."""
    company = make_company(restrict_non_admins=True)
    supplier = make_counterparty("CANARY supplier", company)
    existing = make_document(company, number="F-77", counterparty=supplier, validated_at=clock.now(), label="CANARY")
    new = make_document(company, number="F-77", counterparty=supplier)
    member = browser(make_user(company=company))

    text = member.get(f"/documents/{new.id}").text

    assert "already been imported" in text and "documents you may not see" in text
    assert "CANARY</dd>" not in text and f"/documents/{existing.id}" not in text
    assert member.post(f"/documents/{new.id}/duplicates/{existing.id}/link").status_code == 404
    assert not reload(new).trashed_at


def test_the_state_alone_can_be_asked_for(app, browser):
    """RV-6: one template for the page and its regions."""
    document = make_document()

    text = browser(make_user()).get(f"/documents/{document.id}", headers=aimed_at("state")).text

    assert "To process" in text and "<h1>" not in text


# --- Figures and long words -----------------------------------------------------------------------


def test_each_rate_says_what_it_is_taken_of(app, browser):
    """EX-1: one line a rate, with the base; an account number by fours."""
    rates = [
        DocumentTax(rate_bp=2000, base_minor=10000, tax_minor=2000),
        DocumentTax(rate_bp=550, base_minor=1, tax_minor=0),
    ]
    document = make_document(taxes=rates, iban="FR7630006000011234567890189")

    text = browser(make_user()).get(f"/documents/{document.id}").text

    assert '<li class="hint">20% of €100.00: €20.00</li>' in text and text.count('<li class="hint">') == 2
    assert "FR76 3000 6000 0112 3456 7890 189" in text


def test_a_long_delay_is_counted_in_thousands(app, browser):
    """LC-8: 3,519 days late."""
    document = make_document(due_date=clock.today(the_company()) - timedelta(days=3519))

    assert "3,519 days late" in browser(make_user()).get(f"/documents/{document.id}").text


def test_a_decided_duplicate_is_not_compared_again(app, browser):
    """DU-1: a copy that went to the trash as a duplicate does not stand beside the next one."""
    new, _existing = make_twins()
    copy = make_document(
        number=new.number, counterparty=new.counterparty, trashed_at=clock.now(), trash_kind=TrashKind.DUPLICATE
    )
    client = browser(make_user())

    assert f'id="verdict-{copy.id}"' not in client.get(f"/documents/{new.id}").text
    assert client.get(f"/documents/{new.id}").text.count('scope="col">New document') == 1
    assert client.get(f"/review/{new.id}").text.count(f"<p>{new.number}, ") == 1


def test_a_company_without_a_trash_says_why_there_is_one(app, browser):
    """TR-2: what the law wants kept, or what was there before."""
    company = make_company(trash_enabled=False)

    assert "keeps no trash any more" in browser(make_user(company=company)).get("/trash").text


def test_who_may_not_add_is_not_asked_to(app, browser):
    """US-6: an approver sees what they are asked about, and no address to mail to."""
    text = browser(make_user(Role.APPROVER)).get("/documents").text

    assert "What you are asked about" in text and "Mail an invoice" not in text


def test_the_history_says_that_an_approver_rejected_it(app, browser):
    """DO-8: AP-1: and how a decision was taken back, not the word of the program for it."""
    document, reader = make_document(validated_at=clock.now()), make_user()
    trash(document, by=reader, kind=TrashKind.REJECTED, why="Too dear")
    trail.record(document, by=reader, act="decision taken back", why="mail")
    db.session.commit()

    page = browser(reader).get(f"/documents/{document.id}").text

    assert "rejected it" in page and "put it into the trash" not in page
    assert "<div>by a link in a mail</div>" in page
