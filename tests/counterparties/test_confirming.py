"""An account nobody confirmed holds the payment until a second person has (SPEC CP-3, SAFETY R16)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.counterparties import confirming, ibans, keeping
from app.counterparties.models import CounterpartyIban
from app.documents import decisions, paying_to, reasons, status
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.users.models import User
from app.web.access import Role
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
    the_company,
)

IBAN, OTHER, GERMAN = "FR7630006000011234567890189", "FR1420041010050500013M02606", "DE89370400440532013000"
LIKE_PAIRS = [
    ("GB29NWBK60161331926819", "GB29NWBK6016I33I9268I9"),
    ("GB29NWBK60161331926819", "GB29NWBK6O161331926819"),
    ("GB29NWBK60161331926819", "GB29NWBK60161331926891"),
    ("GB29NWBK60161331926819", "G\u041229NWBK60161331926819".replace("\u0412", "\u0412")),
    ("GB29NWBK60161331926819", "GB29NWBK6016133192681\uff19"),
]


def supplier(*known: str, **facts):
    """A supplier with these accounts, each confirmed."""
    rows = [CounterpartyIban(iban=each, confirmed_at=clock.now(), channel="by phone") for each in known]
    return make_counterparty("Durand", ibans=rows, **facts)


def invoice(party, iban=IBAN, by=None, **facts):
    """A purchase of it that names this account, validated."""
    facts = {"validated_at": clock.now(), "validated_by_id": by.id if by else None} | facts
    return make_document(counterparty=party, iban=iban, **facts)


HELD = [
    ("new", (), IBAN, "iban_new"),
    ("confirmed", (IBAN,), IBAN, None),
    ("grouped and in small letters", (IBAN,), "fr76 3000 6000 0112 3456 7890 189", None),
    ("changed", (IBAN,), OTHER, "iban_changed"),
    ("one of several", (IBAN, OTHER), OTHER, None),
    ("another country", (IBAN,), GERMAN, "iban_country"),
    ("no IBAN at all", (IBAN,), "FR7630006000011234567890188"[:-4] + "9999", "iban_wrong"),
    ("nothing printed", (IBAN,), "", None),
    *((f"lookalike {number}", (known,), other, "iban_lookalike") for number, (known, other) in enumerate(LIKE_PAIRS)),
]


@pytest.mark.parametrize(("known", "printed", "because"), [case[1:] for case in HELD], ids=[case[0] for case in HELD])
def test_what_holds_a_payment(app, known, printed, because):
    """S93: CP-3: new, changed, other country, lookalike letters; what a person confirmed holds nothing."""
    document = invoice(supplier(*known), printed)

    assert paying_to.held_because(document) == because
    assert (document.reason["key"] == "held") is (because is not None)


def test_the_line_says_why_it_is_held(app):
    """LC-8: CP-3: on the document and in lists, in words."""
    document = invoice(supplier())

    with app.test_request_context():
        assert reasons.in_words(document.reason).startswith("Held: IBAN never seen before.")


@pytest.mark.parametrize(
    "facts",
    [
        {"direction": Direction.SALE},
        {"kind": Kind.CREDIT_NOTE},
        {"settled_minor": 12000},
        {"validated_at": None},
        {"trashed_at": clock.now()},
    ],
    ids=["a sale", "a refund", "paid", "not validated", "in the trash"],
)
def test_what_nobody_pays_is_not_held(app, facts):
    """CP-3: only what is to be paid waits."""
    assert paying_to.held_because(invoice(supplier(), **facts)) is None


def test_a_direct_debit_names_ones_own_account(app):
    """CP-3: what is taken from us waits for nobody."""
    the_company().ibans = [IBAN]
    assert paying_to.held_because(invoice(supplier(), IBAN)) is None


def test_validation_keeps_the_account_unconfirmed_and_by_whom(app):
    """R16: CP-3: never learned silently; whoever validated brought it."""
    lea, party = make_user(name="Léa"), supplier(IBAN)
    document = make_document(counterparty=party, iban=OTHER, category=make_category())

    decisions.validate(document, by=lea)

    row = next(each for each in reload(party).ibans if each.iban == OTHER)
    assert (row.confirmed_at, row.added_by_id) == (None, lea.id)
    assert [each.iban for each in ibans.confirmed(party)] == [IBAN]


def waiting(by, **facts):
    """An account that this person's validation brought, and its invoice."""
    document = invoice(supplier(), by=by, **facts)
    return db.session.query(CounterpartyIban).one(), document


def test_a_second_person_confirms_and_frees_the_payment(app):
    """CP-3: S93: with the channel, in the trail, and what waited goes on."""
    lea, tom = make_user(name="Léa"), make_user(name="Tom")
    row, document = waiting(lea)

    confirming.confirm(row, by=tom, channel="called the number of 2024")

    assert (row.confirmed_by, row.channel) == (tom, "called the number of 2024")
    assert paying_to.held_because(document) is None and document.reason["key"] == "to_match"
    entry = db.session.scalars(AuditEntry.about(row.counterparty)).first()
    assert (entry.act, entry.user_id, entry.changes) == ("IBAN confirmed", tom.id, {"iban": [None, IBAN]})


def test_whoever_brought_it_does_not_confirm_it(app):
    """S93: R16: whoever validated, typed or added it; the sentence names who can."""
    lea, tom = make_user(name="Léa"), make_user(name="Tom")
    row, _document = waiting(lea)

    with app.test_request_context(), pytest.raises(Refused, match="somebody else confirms it: Tom"):
        confirming.confirm(row, by=lea, channel="called them")
    assert reload(row).confirmed_at is None
    added = ibans.add(row.counterparty, OTHER, by=tom)
    with app.test_request_context(), pytest.raises(Refused, match="Léa"):
        confirming.confirm(added, by=tom, channel="called them")


def test_whoever_typed_it_does_not_confirm_it(app):
    """S93: Léa typed it, Tom validated: both brought it, Ann confirms."""
    lea, tom, ann = make_user(name="Léa"), make_user(name="Tom"), make_user(name="Ann")
    document = make_document(counterparty=supplier(), category=make_category())
    decisions.edit(document, {"iban": IBAN}, by=lea, version=document.version)
    decisions.validate(document, by=tom)
    row = db.session.query(CounterpartyIban).one()

    for person in (lea, tom):
        with app.test_request_context(), pytest.raises(Refused, match="somebody else confirms it: Ann"):
            confirming.confirm(row, by=person, channel="called them")
    confirming.confirm(row, by=ann, channel="called them")


def test_whoever_brought_it_in_a_list_of_invoices_does_not_confirm_it(app):
    """S93: Léa's spreadsheet named it, Tom validated: Ann confirms."""
    lea, tom, ann = make_user(name="Léa"), make_user(name="Tom"), make_user(name="Ann")
    document = make_document(counterparty=supplier(), category=make_category(), iban=IBAN, source="spreadsheet")
    status.settle(document, by=lea, act="imported from a spreadsheet")
    decisions.validate(document, by=tom)
    row = db.session.query(CounterpartyIban).one()

    with app.test_request_context(), pytest.raises(Refused, match="somebody else confirms it: Ann"):
        confirming.confirm(row, by=lea, channel="called them")
    confirming.confirm(row, by=ann, channel="called them")


def test_who_typed_it_is_remembered_when_the_document_names_another(app):
    """S93: R16: Léa typed it, Tom validated; that she takes it off again makes her no second person."""
    lea, tom = make_user(Role.ADMIN, name="Léa"), make_user(name="Tom")
    document = make_document(counterparty=supplier(OTHER), category=make_category())
    decisions.edit(document, {"iban": IBAN}, by=lea, version=document.version)
    decisions.validate(document, by=tom)
    decisions.edit(document, {"iban": OTHER}, by=lea, version=document.version)
    row = db.session.query(CounterpartyIban).filter_by(iban=IBAN).one()

    assert confirming.brought_it(row, lea) and confirming.brought_it(row, tom)


def test_who_added_it_is_remembered_when_another_adds_it_again(app):
    """S93: R16: also where it came with its supplier, or was removed and added by somebody else."""
    lea, tom = make_user(name="Léa"), make_user(name="Tom")
    facts = {"name": "Encre", "is_supplier": True, "ibans": [IBAN]}
    party = keeping.create(the_company(), facts, by=lea)
    ibans.remove(party.ibans[0], by=tom)
    row = ibans.add(party, IBAN, by=tom)

    assert confirming.brought_it(row, lea) and confirming.brought_it(row, tom)


@pytest.mark.parametrize(
    "others",
    [
        (Role.APPROVER, {}),
        (Role.ACCOUNTANT, {}),
        (Role.MEMBER, {"is_disabled": True}),
    ],
    ids=["an approver", "an accountant", "somebody who left"],
)
def test_alone_one_confirms_after_a_day_with_the_last_four(app, others):
    """CP-3: where nobody else could; the trail says that they were alone."""
    lea = make_user(Role.ADMIN, name="Léa")
    role, facts = others
    make_user(role, **facts)
    row, _document = waiting(lea)

    with app.test_request_context(), pytest.raises(Refused, match="a day after it came"):
        confirming.confirm(row, by=lea, channel="called them", last_four="0189")
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1), tick=False), app.test_request_context():
        for typed in ("", "0188"):
            with pytest.raises(Refused, match="last four"):
                confirming.confirm(row, by=lea, channel="called them", last_four=typed)
        confirming.confirm(row, by=lea, channel="called them", last_four="0189")
    assert row.confirmed_by is lea
    assert db.session.scalars(AuditEntry.about(row.counterparty)).first().act == "IBAN confirmed alone"


def test_a_restricted_colleague_without_sight_is_nobody_else(app):
    """CP-3: US-2: who cannot see the supplier could not confirm, and may not."""
    company = make_company(restrict_non_admins=True)
    lea, tom = make_user(Role.ADMIN, company, name="Léa"), make_user(company=company, name="Tom")
    party = make_counterparty("Durand", company)
    make_document(company, counterparty=party, iban=IBAN, validated_at=clock.now(), validated_by_id=lea.id)
    row = db.session.query(CounterpartyIban).one()

    assert confirming.second_people(row) == []
    with app.test_request_context(), pytest.raises(Refused, match="may not confirm"):
        confirming.confirm(row, by=tom, channel="called them")
    party.assigned_users.append(tom)
    assert confirming.second_people(row) == [tom]


def test_how_it_was_checked_must_be_said(app):
    """R16: by a known channel."""
    row, _document = waiting(make_user())
    with app.test_request_context(), pytest.raises(Refused, match="Say how you checked it"):
        confirming.confirm(row, by=make_user(), channel=" . ")


def test_a_confirmation_taken_back_holds_again(app):
    """S93: what is not paid yet waits again."""
    tom = make_user()
    row, document = waiting(make_user())
    confirming.confirm(row, by=tom, channel="called them")

    confirming.take_back(row, by=tom, why="they did not know it")

    assert paying_to.held_because(document) == "iban_new" and document.reason["key"] == "held"


def test_a_changed_account_after_confirmation_holds_again(app):
    """S93: LC-5: edited after validation, the document names another account: held, and that one is noted."""
    lea, tom = make_user(name="Léa"), make_user(name="Tom")
    row, document = waiting(lea, category=make_category())
    confirming.confirm(row, by=tom, channel="called them")

    decisions.edit(document, {"iban": OTHER}, by=tom, version=document.version)

    assert paying_to.held_because(document) == "iban_changed"
    other = next(each for each in reload(row.counterparty).ibans if each.iban == OTHER)
    with app.test_request_context(), pytest.raises(Refused, match="Léa"):
        confirming.confirm(other, by=tom, channel="called them")


def test_only_people_confirm():
    """R16: no way of the program's own: neither the API nor rules know the verb."""
    from tests.test_architecture import imports, modules

    known = {"app.counterparties.confirming", "app.counterparties.confirming.confirm"}
    pages = {"counterparties/iban_pages.py", "documents/waiting_ibans.py", "counterparties/family.py"}
    named = [path for path in modules() if "confirming" in path.read_text(encoding="utf-8")]
    users = {f"{path.parent.name}/{path.name}" for path in named if known & set(imports(path))}
    assert users == pages | {"app/pipeline.py", "demo/settling.py"}


@pytest.mark.alone
def test_of_two_who_confirm_at_once_one_does(live_app):
    """S93: S37: one conditional update; the other is told who was faster."""
    with live_app.app_context():
        company = make_company()
        lea, *others = [make_user(company=company, name=name) for name in ("Léa", "Tom", "Ann")]
        party = make_counterparty("Durand", company)
        make_document(company, counterparty=party, iban=IBAN, validated_at=clock.now(), validated_by_id=lea.id)
        row_id, ids = db.session.query(CounterpartyIban).one().id, [each.id for each in others]
    both_ready, refused = threading.Barrier(2), []

    def confirm(user_id):
        with live_app.app_context(), live_app.test_request_context(method="POST", headers={"Accept-Language": "en"}):
            row, by = db.session.get(CounterpartyIban, row_id), db.session.get(User, user_id)
            db.session.commit()
            both_ready.wait()
            try:
                confirming.confirm(row, by=by, channel="called them")
                db.session.commit()
            except Refused as said:
                db.session.rollback()
                refused.append(str(said))

    threads = [threading.Thread(target=confirm, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with live_app.app_context():
        entries = db.session.query(AuditEntry).filter_by(act="IBAN confirmed", object_type="counterparty").count()
    assert (len(refused), entries) == (1, 1) and "confirmed it on" in refused[0]


# --- Pages ----------------------------------------------------------------------------------------


def test_the_page_confirms_and_explains(app, browser):
    """CP-3: who may not sees why; who may says how; the document page, Home and the list lead there."""
    lea, tom = make_user(name="Léa"), make_user(name="Tom")
    row, document = waiting(lea)
    address = f"/counterparties/{row.counterparty_id}/ibans/{row.id}"

    assert "somebody else confirms it: Tom" in browser(lea).get(address).text
    assert browser(lea).post(f"{address}/confirmation", data={"channel": "called them"}).status_code == 422
    reader = browser(tom)
    assert f'href="{address}"' in reader.get(f"/documents/{document.id}").text
    assert "IBANs to confirm" in reader.get("/").text and "IBANs to confirm" not in browser(lea).get("/").text
    assert document.number in reader.get("/documents/ibans").text
    answer = reader.post(f"{address}/confirmation", data={"channel": "x"})
    assert answer.status_code == 422 and "Say how you checked it" in answer.text
    answer = reader.post(f"{address}/confirmation", data={"channel": "called them"}, follow_redirects=True)
    assert "Confirmed by Tom" in answer.text and "called them" in answer.text
    assert "No IBAN waits" in reader.get("/documents/ibans").text
    assert browser(make_user(Role.ACCOUNTANT)).get(address).status_code == 403
    assert browser(make_user(company=make_company("Other"))).get(address).status_code == 404


def test_the_review_page_flags_it(app, browser):
    """CP-3: loudly, also while the IBAN is typed."""
    document = make_document(counterparty=supplier(IBAN), iban=GERMAN)
    member = browser(make_user())

    assert "IBAN of another country than before" in member.get(f"/review/{document.id}").text
    typed = {"counterparty_name": "Durand", "iban": IBAN, "direction": "purchase", "kind": "invoice"}
    assert "another country" not in member.post(f"/review/{document.id}/draft", data=typed).text
    typed["iban"] = OTHER
    assert "Not the IBAN this supplier is paid on" in member.post(f"/review/{document.id}/draft", data=typed).text


def test_an_account_is_added_by_hand(app, browser):
    """CP-1: checked by its digits, with the error at the field; on the page as not confirmed."""
    party = supplier()
    member, address = browser(make_user()), f"/counterparties/{party.id}/ibans"

    wrong = member.post(address, data={"iban": IBAN[:-1] + "8"})
    assert wrong.status_code == 422 and "check digits of this IBAN are wrong" in wrong.text
    assert "This BIC is not valid" in member.post(address, data={"iban": IBAN, "bic": "NOPE"}).text
    page = member.post(
        address, data={"iban": "fr76 3000 6000 0112 3456 7890 189", "bic": "BNPAFRPP"}, follow_redirects=True
    )
    assert "Not confirmed" in page.text and "FR76 3000" in page.text
    assert "there already" in member.post(address, data={"iban": IBAN}).text
    row = db.session.query(CounterpartyIban).one()
    assert member.post(f"{address}/{row.id}/removal").status_code == 303
    assert db.session.query(CounterpartyIban).count() == 0


def test_settling_again_keeps_one_account(app):
    """S37: the account is noted once, however often the document is settled."""
    row, document = waiting(make_user())
    status.settle(document, by=None, act="edited")
    assert db.session.query(CounterpartyIban).count() == 1
    assert db.session.get(Document, document.id).counterparty.ibans == [row]
