"""Automatic validation: only what is sure, complete, known and unchanged; else it says why a person must look."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import text

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import CounterpartyIban
from app.documents import decisions, reasons, status
from app.documents.models import Direction, Document, DocumentFile, ReadState, Status, TrashKind
from app.extensions import db
from app.rules import validating
from app.rules.acts import Act
from app.rules.models import Match
from app.tasks.jobs import commit
from app.tasks.models import Task
from tests.factories import make_category, make_counterparty, make_document, make_user, the_company
from tests.live import wait_for
from tests.rules.making import ask, do, make_rule, when

IBAN, OTHER_IBAN = "FR7630006000011234567890189", "DE89370400440532013000"
PURCHASE = when("direction", "is", "purchase")


def ready(**facts) -> Document:
    """A document that nothing stands against: complete, sure, of a known supplier with its usual account."""
    party = facts.pop("counterparty", None) or make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)])
    facts = {"counterparty": party, "category": make_category(), "iban": IBAN, "number": "D-1"} | facts
    return make_document(**facts)


def said(document: Document) -> str:
    """Its line, in English."""
    with force_locale("en"):
        return reasons.in_words(document.reason)


def a_rule(**facts):
    return make_rule(PURCHASE, does=[do(Act.VALIDATE)], name="Durand", **facts)


def test_what_is_sure_and_known_is_validated_with_the_rules_name(app):
    """LC-3: LC-6: nobody validated it; the trail says which rule."""
    document = ready()
    a_rule()

    validating.validate(document.id)
    validating.validate(document.id)

    assert document.status is Status.TO_MATCH and document.validated_by is None
    entries = db.session.scalars(AuditEntry.about(document).where(AuditEntry.act == "validated")).all()
    assert [(entry.why, entry.user_id) for entry in entries] == [("“Durand”", None)]


HELD = {
    "flagged": {"flags": [{"code": "xml_page_differ"}]},
    "unsure": {"unsure": ["gross"]},
    "missing": {"category": None},
    "iban": {"iban": OTHER_IBAN},
    "doubt": {"net_minor": 1},
    "date": {"due_date": date(2026, 9, 1)},
}


@pytest.mark.parametrize("name", HELD)
def test_what_is_not_sure_waits_and_says_why(app, name):
    """LC-3: LC-8: S29: no flag, no unsure or missing field, no other IBAN, no doubt."""
    document = ready(**HELD[name])
    a_rule()

    validating.validate(document.id)

    assert document.status is Status.TO_PROCESS and document.reason["key"] == validating.KEY
    assert document.reason["code"] == {"missing": "unsure", "date": "doubt"}.get(name, name)
    assert said(document).startswith("Not validated by itself:")


@pytest.mark.parametrize("code", ["xml_page_differ", "two_xml_differ", "hidden_text", "xml_unreadable"])
def test_xml_that_differs_and_hidden_text_are_never_validated_automatically(app, code):
    """S29: flagged, and left to a person, whoever trusts the supplier."""
    party = make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)], is_validated_automatically=True)
    document = ready(counterparty=party, flags=[{"code": code}])
    a_rule()

    validating.validate(document.id)

    assert document.status is Status.TO_PROCESS


def test_an_unknown_supplier_is_for_a_person(app):
    """LC-3: LC-8: a name that nobody made a supplier of."""
    document = make_document(counterparty=None, counterparty_name="Nobody", category=make_category())
    a_rule()

    validating.validate(document.id)

    assert said(document) == "Not validated by itself: the counterparty is new."


def test_a_supplier_that_was_put_away_is_for_a_person(app):
    """LC-3: whoever archived it does not expect its invoices to go through by themselves."""
    document = ready()
    document.counterparty.archived_at = clock.now()
    a_rule()

    validating.validate(document.id)

    assert document.status is Status.TO_PROCESS and document.reason["code"] == "unknown"


def test_the_first_iban_of_a_supplier_is_for_a_person(app):
    """LC-3: R16: an account nobody knows yet is none that is unchanged."""
    document = ready(counterparty=make_counterparty("Durand"))
    a_rule()

    validating.validate(document.id)

    assert said(document) == "Not validated by itself: the IBAN is new."


@pytest.mark.parametrize("trashed", [False, True])
def test_a_twin_is_for_a_person_also_one_in_the_trash(app, trashed):
    """LC-3: DU-1: the same number again."""
    party = make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)])
    facts = {"trashed_at": clock.now(), "trash_kind": TrashKind.DELETED} if trashed else {}
    make_document(counterparty=party, number="D-1", **facts)
    document = ready(counterparty=party)
    a_rule()

    validating.validate(document.id)

    assert document.reason["code"] == "twin"


def test_the_same_file_in_the_trash_is_for_a_person(app):
    """LC-3: DU-2: somebody put it there for a reason."""
    document = ready()
    trashed = make_document(trashed_at=clock.now(), trash_kind=TrashKind.DELETED)
    trashed.files.append(DocumentFile(file=document.original.file, name="again.pdf"))
    a_rule()

    validating.validate(document.id)

    assert document.reason["code"] == "twin"


def test_a_sender_alone_is_no_reason(app):
    """S16: anybody can write any sender: neither alone nor with what an address decides, nor as one of several."""
    sender = when("sender", "contains", "durand")
    amount = when("gross", "at_least", 1, currency="EUR")
    assert validating.rests_on_sender([sender, PURCHASE, when("source", "is", "smtp")], Match.ALL)
    assert validating.rests_on_sender([sender, amount], Match.ANY)
    assert not validating.rests_on_sender([sender, amount], Match.ALL)
    document = ready()
    make_rule(sender, PURCHASE, match=Match.ANY, does=[do(Act.VALIDATE)])

    validating.validate(document.id)

    assert document.reason["code"] == "sender"


def test_a_trusted_supplier_acts_like_a_rule(app):
    """LC-6: *validate automatically* of the supplier, with the same guards."""
    party = make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)], is_validated_automatically=True)
    document, other = ready(counterparty=party), ready(counterparty=party, number="D-2", iban=OTHER_IBAN)

    for each in (document, other):
        validating.validate(each.id)

    assert (document.status, other.status) == (Status.TO_MATCH, Status.TO_PROCESS)
    assert db.session.scalars(AuditEntry.about(document)).first().why == "Durand"


@pytest.mark.parametrize(
    "facts",
    [
        {"read_state": ReadState.UNREADABLE},
        {"read_state": ReadState.READING},
        {"trashed_at": clock.now(), "trash_kind": TrashKind.DELETED},
    ],
)
def test_what_does_not_wait_is_left_alone(app, facts):
    """LC-3: unreadable, being read, or in the trash."""
    document = ready(**facts)
    a_rule()
    before = dict(document.reason)

    validating.validate(document.id)
    validating.validate(document.id + 1000)

    assert not document.validated_at and document.reason == before


def test_what_was_sent_back_is_not_validated_again(app):
    """AP-4: LC-3: people have it in hand."""
    document = ready()
    a_rule()
    validating.validate(document.id)
    document.validated_at = None
    status.settle(document, by=make_user(), act="sent back")

    validating.validate(document.id)

    assert document.validated_at is None


def test_the_reason_lasts_until_it_is_gone(app):
    """LC-8: an edit of something else keeps it, a mended field lets it go."""
    document = ready(iban=OTHER_IBAN)
    a_rule()
    validating.validate(document.id)

    decisions.edit(document, {"order_reference": "O-1"}, by=make_user(), version=document.version)
    assert document.reason["code"] == "iban"

    decisions.edit(document, {"iban": IBAN}, by=make_user(), version=document.version)
    assert document.reason["key"] == "to_process"


def test_it_never_skips_approval(app):
    """LC-3: validated, and demanded like any other."""
    from app.approval import demands

    document = ready()
    a_rule()
    make_rule(PURCHASE, does=[ask(make_user())])

    validating.validate(document.id)

    assert document.validated_at and demands.of(document)


def test_a_reading_asks_for_it_and_a_person_does_not(app):
    """LC-3: at import; nothing is validated under the hands of somebody who edits."""
    document = ready()
    a_rule()
    status.settle(document, by=make_user(), act="edited", changes={"gross_minor": [1, 12000]})
    asked = db.session.query(Task).filter_by(kind="validate_by_rule")
    assert asked.count() == 0

    status.settle(document, by=None, act="read", changes={})

    assert [task.ids for task in asked] == [[document.id]]


def test_a_sale_is_validated_without_looking_at_the_account(app):
    """LC-3: the IBAN on a sale is one's own."""
    customer = make_counterparty("Mairie", is_customer=True, is_supplier=False)
    document = make_document(direction=Direction.SALE, counterparty=customer, iban=IBAN)
    make_rule(when("direction", "is", "sale"), does=[do(Act.VALIDATE)])

    validating.validate(document.id)

    assert document.status is Status.TO_MATCH


@pytest.mark.alone
def test_a_person_and_the_rule_at_once_validate_it_once(live_app: Flask):
    """S37: LC-3: whoever comes second changes nothing."""
    with live_app.app_context():
        document_id, user_id = ready().id, make_user(company=the_company()).id
        a_rule()
        db.session.remove()

    together = [threading.Thread(target=by_rule, args=(live_app, document_id)) for _each in range(3)]
    together.append(threading.Thread(target=by_hand, args=(live_app, document_id, user_id)))
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()

    with live_app.app_context():
        document = db.session.get_one(Document, document_id)
        validated = AuditEntry.about(document).where(AuditEntry.act == "validated")
        assert document.validated_at and len(db.session.scalars(validated).all()) == 1


@pytest.mark.alone
@pytest.mark.parametrize("live_app", ["postgresql"], indirect=True)
def test_what_somebody_is_changing_is_judged_once_it_is_changed(live_app: Flask):
    """LC-3: S93: an IBAN typed at that moment is the one that is looked at; SQLite lets nobody write meanwhile."""
    with live_app.app_context():
        document = ready()
        a_rule()
        document.iban = OTHER_IBAN
        db.session.flush()
        rule = threading.Thread(target=by_rule, args=(live_app, document.id))
        rule.start()
        wait_for(lambda: db.session.scalar(text("SELECT 1 FROM pg_locks WHERE NOT granted")), seconds=20)
        db.session.commit()
        rule.join()
        db.session.refresh(document)

        assert (document.validated_at, document.reason.get("code")) == (None, "iban")


def by_rule(app: Flask, document_id: int) -> None:
    with app.app_context():
        _seen = db.session.get(Document, document_id)  # as whatever ran before it may have left it
        validating.validate(document_id)
        commit()
        db.session.remove()


def by_hand(app: Flask, document_id: int, user_id: int) -> None:
    from app.core.errors import Refused
    from app.users.models import User

    with app.app_context():
        try:
            decisions.validate(db.session.get_one(Document, document_id), by=db.session.get_one(User, user_id))
            commit()
        except Refused:
            db.session.rollback()
        db.session.remove()


def test_the_review_says_why_it_waits(app, browser):
    """LC-8: beside its page and in the queue."""
    document = ready(iban=OTHER_IBAN)
    a_rule()
    validating.validate(document.id)
    db.session.commit()
    reader = browser(make_user())

    assert "Not validated by itself: the IBAN is new." in reader.get(f"/review/{document.id}").text
    assert "Not validated by itself: the IBAN is new." in reader.get("/review").text
    assert "Not validated by itself: the IBAN is new." in reader.get("/documents?tab=to_process").text
