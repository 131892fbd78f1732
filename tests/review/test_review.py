"""A document checked beside its page: shown, saved, validated, put aside, and two people at once."""

from __future__ import annotations

import re
import threading
from datetime import date
from decimal import Decimal

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents import decisions, status
from app.documents.models import Direction, Document, Kind, ReadState, Status, TrashKind
from app.extensions import db
from app.extraction import password
from app.extraction.reading import Found
from app.tasks.models import Task
from app.users import sessions
from app.users.models import SignIn, User
from app.web.access import Role
from tests.conftest import Browser, aimed_at
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
    the_company,
)
from tests.review.readings import made_reading


def checked(document: Document, **typed) -> dict[str, str]:
    """The form as a browser sends it, with what somebody typed."""
    facts = {
        "version": document.version, "kind": document.kind.value, "direction": document.direction.value,
        "number": document.number, "label": document.label, "counterparty_name": document.party_name,
        "counterparty_id": document.counterparty_id or "", "issue_date": document.issue_date or "",
        "due_date": document.due_date or "", "currency": document.currency, "gross": "120.00", "net": "100.00",
        "tax": "20.00", "category_id": document.category_id or "", "iban": document.iban,
        "order_reference": "", "payment_reference": "",
    }  # fmt: skip
    return {name: str(value) for name, value in (facts | typed).items()}


def ready(**facts) -> Document:
    """A document with all that a validation asks for."""
    return make_document(**({"category_id": make_category().id} | facts))


def marked(page: str, name: str) -> str:
    """The part of the page around one field of the form."""
    start = page.rindex(f'data-field="{name}"')
    return re.split(r'<div class="field[ "]', page[start:])[0]


# --- What is shown --------------------------------------------------------------------------------


def test_the_page_shows_where_each_field_was_read(browser):
    """EX-3: the page's picture with a box for each field, and its words to click."""
    document = make_document()
    made_reading(document)

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert f"/documents/{document.id}/pages/1" in page
    box = re.search(
        r'<g class="box" data-field="number"><title>Number</title><rect x="600.0" y="100.0".*?</g></g>', page
    )
    assert box and 'data-text="F-204"' in box[0]
    assert '<g class="word" data-text="Lyon">' in page
    assert "style=" not in page


def test_an_amount_in_two_words_is_one_click(browser):
    """RV-2: clicking “1” or “234,50” fills in 1 234,50."""
    document = make_document()
    made_reading(document)

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert page.count('data-value="1 234,50"') == 2


def test_what_is_not_sure_stands_out_in_words(browser):
    """RV-2: low confidence and failed checks are told by more than colour."""
    document = make_document(net_minor=9800)
    fields = {
        "number": Found("F-204", 0.4, 1, (0.6, 0.1, 0.7, 0.12)),
        "net": Found(Decimal("98.00"), 0.9),
        "tax": Found(Decimal("20.00"), 0.9),
        "gross": Found(Decimal("120.00"), 0.5, failed_check="sum"),
    }
    made_reading(document, fields)

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert "field-unsure" in page and "Check: not read for sure." in marked(page, "number")
    assert "Net + tax is €118.00, gross says €120.00." in marked(page, "gross")
    assert 'class="box is-unsure"' in page


def test_what_a_person_typed_is_no_longer_doubted(browser):
    """RV-2: a field somebody corrected is plain."""
    document, person = make_document(), make_user()
    made_reading(document, {"number": Found("F-204", 0.4, 1, (0.6, 0.1, 0.7, 0.12))})
    status.settle(document, by=person, act="edited", changes={"number": ["F-204", "F-205"]})
    db.session.commit()

    assert "Check:" not in marked(browser(person).get(f"/review/{document.id}").text, "number")


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        ({"code": "not_invoice"}, "does not look like an invoice"),
        ({"code": "several_invoices", "pages": [1, 3]}, "several invoices in this file (they begin on pages 1, 3)"),
        ({"code": "xml_page_differ", "field": "gross", "xml": "540.00", "page": "480.00"},
         "Gross amount: the e-invoice says 540.00, the page says 480.00."),
        ({"code": "xml_page_differ", "field": "issue_date", "xml": "2026-11-02", "page": "2026-11-03"},
         "the e-invoice says 2 Nov 2026, the page says 3 Nov 2026"),
        ({"code": "xml_unreadable", "reason": "xml_broken"},
         "The e-invoice that came with it was not read: The XML is damaged"),
        ({"code": "direction_differs", "was": "purchase", "now": "sale"}, "came in as a purchase"),
        ({"code": "has_script"}, "contains a script"),
        ({"code": "of_tomorrow"}, "Something is unusual here (of_tomorrow)"),
    ],
    ids=lambda value: value["code"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_flags_are_told_in_words(browser, flag, sentence):
    """EX-2: what the reading found strange is said above the form."""  # S29
    document = make_document(flags=[flag])

    assert sentence in browser(make_user()).get(f"/review/{document.id}").text


def test_words_on_the_page_are_never_code(browser):
    """RV-2: what was read is text, whatever it says."""  # S78
    document = make_document(number='"><script>alert(1)</script>', flags=[{"code": "<script>"}])
    fields = {"number": Found("<script>alert(2)</script>", 0.4, 1, (0.6, 0.1, 0.7, 0.12))}
    made_reading(document, fields)

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert "<script>alert" not in page and "<script>)" not in page


def test_an_xml_without_a_page_is_shown_as_a_table(browser):
    """EX-2: an e-invoice that holds no page can be read all the same."""
    document = make_document()
    line = {
        "description": "Pose",
        "quantity": "2",
        "unit": "C62",
        "unit_price": "50.00",
        "net": "100.00",
        "tax_rate": "20",
    }
    made_reading(document, pages=0, lines=[line], type="xml")

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert "This file holds data and no page" in page and "<td>Pose</td>" in page and "F-204" in page


def test_the_marks_of_later_pages_follow_when_they_are_seen(browser):
    """RV-2: a long document opens at once."""
    document = make_document()
    made_reading(document, pages=5)
    client = browser(make_user())

    page = client.get(f"/review/{document.id}").text
    later = client.get(f"/review/{document.id}/pages/5").text

    assert page.count('data-text="Lyon"') == 3 and f'hx-get="/review/{document.id}/pages/5"' in page
    assert later.strip().startswith("<svg") and 'data-text="Lyon"' in later
    assert client.get(f"/review/{document.id}/pages/6").status_code == 404


def test_the_bar_says_what_happens_next(browser):
    """LC-8: what the button leads to, or what is missing for it."""
    client = browser(make_user())

    shown = lambda document: client.get(f"/review/{document.id}").text  # noqa: E731

    assert "to match with its bank line" in shown(ready())
    assert "available credit notes" in shown(ready(kind=Kind.CREDIT_NOTE, due_date=None))
    assert "Still to fill in: Issue date, Due date, Category" in shown(make_document(issue_date=None, due_date=None))


def test_reading_is_followed_without_reloading(browser):
    """EX-8: queued, page n of m, then the form."""
    document = make_document(read_state=ReadState.READING)
    client = browser(make_user())
    assert "queued" in client.get(f"/review/{document.id}").text

    document.page_count, document.read_pages = 5, 2
    db.session.commit()
    progress = client.get(f"/review/{document.id}", headers=aimed_at("progress"))
    assert "reading page 2 of 5" in progress.text and "<h1>" not in progress.text

    document.read_state = ReadState.READ
    status.settle(document, by=None, act="read")
    db.session.commit()
    done = client.get(f"/review/{document.id}", headers=aimed_at("progress"))
    assert (done.status_code, done.headers["HX-Refresh"]) == (204, "true")


def test_the_page_asks_the_database_as_often_for_many_as_for_few(browser, count_queries):
    """RV-1: a long queue and many pages make the review no slower."""
    document, client = make_document(), browser(make_user())
    made_reading(document)
    few = count_queries(lambda: client.get(f"/review/{document.id}"))
    made_reading(document, pages=6)
    for _each in range(6):
        make_document()

    # One more: now another document follows, to be loaded ahead.
    assert count_queries(lambda: client.get(f"/review/{document.id}")) <= few + 1


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/validation", "/trash", "/restoration", "/reading"])
def test_a_stranger_finds_nothing(browser, path):
    """US-3: another company's document is not there."""
    document = ready()
    stranger = make_user(Role.ADMIN, make_company("Other"))

    assert browser(stranger).post(f"/review/{document.id}{path}", data=checked(document)).status_code == 404
    assert reload(document).status is Status.TO_PROCESS


def test_a_validated_document_has_its_own_page(browser):
    """RV-1: the review is for what waits."""
    document = make_document(validated_at=clock.now())

    assert browser(make_user()).get(f"/review/{document.id}").location == f"/documents/{document.id}"


# --- Saving and validating ------------------------------------------------------------------------


def test_saving_keeps_what_was_typed_and_stays(browser):
    """RV-3: the fields are corrected."""
    document, person = make_document(), make_user()
    typed = {"number": "F-900", "gross": "1,234.50", "issue_date": "2026-11-05", "kind": "credit_note"}

    answer = browser(person).post(f"/review/{document.id}", data=checked(document, **typed))

    document = reload(document)
    assert (answer.status_code, answer.location) == (303, f"/review/{document.id}")
    facts = (document.number, document.gross_minor, document.issue_date, document.kind)
    assert facts == ("F-900", 123450, date(2026, 11, 5), Kind.CREDIT_NOTE)
    assert document.status is Status.TO_PROCESS


def test_validating_saves_decides_and_opens_the_next(browser):
    """RV-1: the next document opens by itself after each decision."""
    document, following = ready(), make_document()
    person = make_user()

    answer = browser(person).post(f"/review/{document.id}/validation", data=checked(document, label="Lamps"))

    document = reload(document)
    assert (answer.status_code, answer.location) == (303, f"/review/{following.id}")
    assert (document.status, document.label, document.validated_by) == (Status.TO_MATCH, "Lamps", person)


def test_the_last_decision_leads_to_the_empty_queue(browser):
    """RV-1: and says so."""
    document = ready()

    answer = browser(make_user()).post(
        f"/review/{document.id}/validation", data=checked(document), follow_redirects=True
    )

    assert "All done" in answer.text and f"{document.number} validated." in answer.text


def test_a_mistake_keeps_what_was_typed_and_says_where(browser):
    """RV-3: a form that can't be validated comes back as typed, and nothing is changed."""
    document = ready()
    typed = {"number": "", "label": "Half done", "gross": "about 100", "due_date": ""}

    answer = browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document, **typed))

    assert answer.status_code == 422
    assert 'value="Half done"' in answer.text and 'value="about 100"' in answer.text
    assert "is not an amount" in marked(answer.text, "gross")
    unchanged = reload(document)
    assert (unchanged.validated_at, unchanged.label, unchanged.version) == (None, "Paper and ink", document.version)


def test_what_is_missing_is_told_beside_its_field(browser):
    """RV-3: type, label, counterparty, amount, dates, number; a category for purchases."""
    document = make_document()
    typed = {"number": "", "due_date": "", "counterparty_name": "", "counterparty_id": ""}

    answer = browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document, **typed))

    assert answer.status_code == 422
    for name in ("number", "due_date", "category_id", "counterparty_name"):
        assert "field-error" in marked(answer.text, name), name
    assert reload(document).number  # nothing was saved


def test_a_credit_note_needs_no_due_date(browser):
    """RV-3: only the issue date among the dates."""
    document = ready(kind=Kind.CREDIT_NOTE, due_date=None)

    browser(make_user()).post(f"/review/{document.id}/validation", data=checked(document))

    assert reload(document).status is Status.TO_MATCH


def test_an_unreadable_document_is_completed_by_hand(browser):
    """IN-8: the reason in words, every field to be typed, then it counts like any other."""
    facts = {"number": "", "label": "", "gross_minor": None, "net_minor": None, "tax_minor": None, "counterparty": None}
    document = ready(read_state=ReadState.UNREADABLE, unreadable_reason="broken", **facts)
    client = browser(make_user())
    assert "The file is damaged and could not be opened." in client.get(f"/review/{document.id}").text

    typed = {"number": "F-1", "label": "By hand", "counterparty_name": "New Supplier"}
    client.post(f"/review/{document.id}/validation", data=checked(document, **typed))

    document = reload(document)
    assert (document.status, document.gross_minor, document.counterparty.name) == (
        Status.TO_MATCH,
        12000,
        "New Supplier",
    )


# --- Counterparty ---------------------------------------------------------------------------------


def test_a_proposed_counterparty_is_made_on_validation(browser):
    """EX-7: with what was read of it, and its account unconfirmed."""
    facts = {
        "vat_number": "FR40303265045",
        "email": "facturation@lumen.example",
        "ibans": ["FR7630006000011234567890189"],
    }
    document = ready(counterparty=None, counterparty_name="Atelier Lumen", counterparty_facts=facts)
    client = browser(make_user())
    assert "New: made when you validate, with FR40303265045" in client.get(f"/review/{document.id}").text

    client.post(f"/review/{document.id}/validation", data=checked(document))

    made = reload(document).counterparty
    assert (made.name, made.vat_number, made.is_supplier) == ("Atelier Lumen", "FR40303265045", True)
    assert [account.confirmed_at for account in made.ibans] == [None]


def test_a_known_counterparty_is_taken_by_its_name(browser):
    """EX-7: choosing fills in the one that is meant, no second one is made."""
    known = make_counterparty("Électricité Générale", vat_number="FR83404833048")
    document, count = ready(), Counterparty.query.count()

    browser(make_user()).post(
        f"/review/{document.id}/validation",
        data=checked(document, counterparty_id="", counterparty_name="electricite generale · FR83404833048"),
    )

    assert reload(document).counterparty == known and Counterparty.query.count() == count


def test_the_search_gives_names_and_identifiers_only(browser):
    """US-2: while a document is reviewed all names of its company can be chosen, and nothing else is told."""  # S72
    company = the_company()
    company.restrict_non_admins = True
    db.session.commit()
    make_counterparty("Lumen", vat_number="FR40303265045", email="secret@lumen.example", address="SECRET STREET")
    make_counterparty("Lumen of another company", make_company("Other"))
    document = make_document()

    answer = browser(make_user()).get(f"/review/{document.id}/counterparties?q=lum").text

    assert answer.strip() == '<option value="Lumen · FR40303265045"></option>'


@pytest.mark.parametrize("path", ["", "/validation"])
def test_another_direction_brings_the_other_party(browser, path):
    """EX-7: a sale that came in as a purchase is for the customer on the page; a person looks before it counts."""
    document = ready(flags=[{"code": "direction_differs", "was": "purchase", "now": "sale"}])
    made_reading(document, {"seller_name": Found("Us Ltd", 0.9), "buyer_name": Found("Their Customer", 0.9)})

    answer = browser(make_user()).post(
        f"/review/{document.id}{path}", data=checked(document, direction="sale"), follow_redirects=True
    )

    document = reload(document)
    assert (document.direction, document.counterparty_id, document.flags) == (Direction.SALE, None, [])
    assert document.party_name == "Their Customer" and document.validated_at is None
    assert "It is a sale now: check the customer." in answer.text


# --- Trash, twins ---------------------------------------------------------------------------------


def test_nothing_is_put_into_a_trash_there_is_not(browser):
    """TR-2: deleting is final then, after a typed word, on the page of the document."""
    document = make_document()
    document.company.trash_enabled = False
    db.session.commit()

    answer = browser(make_user()).post(f"/review/{document.id}/trash")

    assert answer.status_code == 422 and "deleting is final" in answer.text and reload(document).trashed_at is None


def test_trash_puts_aside_and_can_be_undone(browser):
    """TR-1: the next document opens, with a way back."""
    document, following = make_document(), make_document()
    client = browser(make_user())

    answer = client.post(f"/review/{document.id}/trash", follow_redirects=True)

    assert reload(document).trash_kind is TrashKind.DELETED
    assert answer.request.path == f"/review/{following.id}"
    assert "Put into the trash." in answer.text and "Undo" in answer.text
    undone = client.post(re.search(r'action="([^"]*/restoration)"', answer.text)[1])
    assert (undone.location, reload(document).status) == (f"/review/{document.id}", Status.TO_PROCESS)


def test_without_a_trash_nothing_is_put_aside_in_passing(browser):
    """RV-7: TR-2: deleting is final there: it is done on the document's own page, where a word is typed."""
    document = make_document()
    document.company.trash_enabled = False
    db.session.commit()

    answer = browser(make_user()).post(f"/review/{document.id}/trash")

    assert answer.status_code == 422 and "The trash is switched off" in answer.text
    assert reload(document).status is Status.TO_PROCESS


def test_a_twin_is_announced_and_stands_in_the_way(browser):
    """DU-1: the exact sentence, the other one beside it, and no validation before a decision."""
    first = ready(number="F-7", validated_at=clock.now())
    again = ready(number="f 7", counterparty=first.counterparty)
    client = browser(make_user())

    page = client.get(f"/review/{again.id}").text
    answer = client.post(f"/review/{again.id}/validation", data=checked(again))

    assert "It looks like this invoice has already been imported." in page and f"/documents/{again.id}#twins" in page
    assert answer.status_code == 409 and "Nothing was validated." in answer.text
    assert reload(again).validated_at is None


def test_a_twin_by_what_was_typed_just_now_is_shown_and_what_was_typed_is_kept(browser):
    """DU-1: a page that said nothing would be pressed again and again."""
    first = ready(number="F-7", validated_at=clock.now())
    again = ready(number="", counterparty=first.counterparty)
    client = browser(make_user())
    answer = client.post(f"/review/{again.id}/validation", data=checked(again, number="F-7"))
    assert answer.status_code == 409 and "Nothing was validated." in answer.text
    assert f"/documents/{again.id}#twins" in answer.text
    assert (reload(again).number, reload(again).validated_at) == ("F-7", None)
    same = client.post(f"/review/{again.id}/validation", data=checked(reload(again)))
    assert same.status_code == 409 and "Nothing was validated." in same.text


def test_a_twin_out_of_sight_is_announced_without_contents(browser):
    """DU-1: a restricted member learns that it is there, not what it says."""  # S72
    the_company().restrict_non_admins = True
    db.session.commit()
    hidden = ready(number="F-7", validated_at=clock.now(), label="SECRET LABEL", gross_minor=98765400)
    again = ready(number="F-7", counterparty=hidden.counterparty)

    page = browser(make_user()).get(f"/review/{again.id}").text

    assert "It is among documents you may not see" in page
    assert "SECRET LABEL" not in page and "987,654" not in page


def test_a_similar_invoice_is_a_warning(browser):
    """DU-3: same supplier, same gross, near dates, other number; nothing is in the way."""
    first = ready(number="F-7", validated_at=clock.now())
    document = ready(number="F-8", counterparty=first.counterparty)
    client = browser(make_user())
    assert "same amount" in client.get(f"/review/{document.id}").text

    client.post(f"/review/{document.id}/validation", data=checked(document))

    assert reload(document).status is Status.TO_MATCH


# --- Two people, and sight ------------------------------------------------------------------------


def test_the_second_to_save_is_told_who_changed_what_and_loses_nothing(browser):
    """RV-8: who changed what, both values, and what was typed; saving again then is a decision."""
    document = make_document(number="F-1")
    anna, ben = make_user(name="Anna"), make_user(name="Ben")
    old = checked(document)
    browser(anna).post(f"/review/{document.id}", data=old | {"number": "F-1A", "label": "Hers"})

    second = browser(ben)
    answer = second.post(f"/review/{document.id}", data=old | {"number": "F-1B", "order_reference": "PO-9"})

    assert answer.status_code == 409
    assert "Anna" in answer.text and "<del>F-1</del> → <ins>F-1A</ins>" in answer.text
    assert 'value="F-1B"' in answer.text and 'value="PO-9"' in answer.text and 'value="Hers"' in answer.text
    assert reload(document).number == "F-1A"
    again = old | {
        "number": "F-1B",
        "label": "Hers",
        "version": re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1],
    }
    assert second.post(f"/review/{document.id}", data=again).status_code == 303
    assert reload(document).number == "F-1B"


def test_a_document_that_leaves_the_persons_sight_is_said_not_404(browser):
    """US-2: the restricted member validates it and is told where it went."""
    the_company().restrict_non_admins = True
    db.session.commit()
    document = ready()

    answer = browser(make_user()).post(
        f"/review/{document.id}/validation", data=checked(document), follow_redirects=True
    )

    assert answer.status_code == 200
    assert f"Validated. It is now with those who look after {document.counterparty.name}." in answer.text
    assert reload(document).status is Status.TO_MATCH


@pytest.mark.alone
def test_two_who_validate_at_once_decide_once(live_app):
    """RV-6: one validation; the other is told."""  # S59
    live_app.test_client_class = Browser
    with live_app.app_context():
        document = ready()
        form, path = checked(document), f"/review/{document.id}/validation"
        clients = [_signed_in(live_app, make_user(name=name)) for name in ("Anna", "Ben")]
        document_id = document.id
    answers = []
    threads = [threading.Thread(target=lambda c=c: answers.append(c.post(path, data=form))) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        acts = [each.act for each in db.session.query(AuditEntry) if each.object_id == document_id]
        assert acts.count("validated") == 1
        assert db.session.get_one(Document, document_id).status is Status.TO_MATCH
    assert sorted(answer.status_code for answer in answers) in ([303, 409], [303, 422])


def _signed_in(app, user: User) -> Browser:
    client, token = app.test_client(), f"token-{user.id}"
    db.session.add(SignIn(token_hash=sessions.digest(token), user=user))
    db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


# --- Read again -----------------------------------------------------------------------------------


def test_a_document_can_be_read_again_in_other_languages(app, browser):
    """EX-8: reading can be run again with other languages."""
    document = make_document()
    app.config["BELLS"].clear()

    browser(make_user()).post(f"/review/{document.id}/reading", data={"languages": ["deu", "nld"], "as_picture": "y"})

    assert reload(document).status is Status.READING
    assert db.session.query(Task).one().ids == [document.id, "deu+nld", True]
    assert [queue for queue, _task in app.config["BELLS"]] == ["ocr"]


def test_a_password_can_be_typed_beside_the_form(browser):
    """IN-8: a locked PDF asks for its password, which is written nowhere but for the reading."""  # S88
    document = make_document(read_state=ReadState.UNREADABLE, unreadable_reason="encrypted")
    client = browser(make_user())
    assert "This PDF asks for a password" in client.get(f"/review/{document.id}").text

    client.post(f"/review/{document.id}/reading", data={"password": "sésame"})

    assert reload(document).status is Status.READING
    assert password.of(document.id) == "sésame"
    assert "sésame" not in str(db.session.query(Task).one().ids)
    password.forget(document.id)


def test_an_unknown_language_is_refused(browser):
    """EX-8: nothing but a language reaches the recognition."""
    document = make_document()

    browser(make_user()).post(f"/review/{document.id}/reading", data={"languages": ["--help"]})

    assert reload(document).status is Status.TO_PROCESS


def test_a_sale_asks_for_the_customer(browser):
    """RV-3: the form speaks of what it is about."""
    document = make_document(direction=Direction.SALE)

    page = browser(make_user()).get(f"/review/{document.id}").text

    assert ">Customer<" in page and ">Supplier<" not in page


@pytest.mark.parametrize(
    ("place", "typed"), [("", {"number": "F-9"}), ("/validation", {"number": "F-9"}), ("/validation", {})]
)
def test_what_was_typed_survives_a_document_trashed_meanwhile(browser, place, typed):
    """RV-8: the page says why it was not saved, with all that was typed."""
    document = make_document()
    client = browser(make_user())
    decisions.trash(document, by=make_user())
    db.session.commit()

    said = {"label": "Typed for ten minutes", "version": document.version} | typed
    answer = client.post(f"/review/{document.id}{place}", data=said)

    assert answer.status_code == 422
    assert "Typed for ten minutes" in answer.text and "It is in the trash" in answer.text
