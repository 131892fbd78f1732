"""What each condition means, on both databases, and for documents that lack the fact."""

from __future__ import annotations

import pytest
from flask import Flask, current_app

from app.core import clock
from app.counterparties.models import CounterpartyIban
from app.documents.forms import DocumentForm
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.extraction.models import DocumentReading
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.rules import conditions
from app.rules.facts import FACTS
from app.rules.models import Match
from app.tags.models import Tag
from tests.factories import make_category, make_counterparty, make_document, make_file, make_user, the_company
from tests.rules.making import make_rule, meets, when

IBAN, OTHER_IBAN = "FR7630006000011234567890189", "DE89370400440532013000"


@pytest.mark.alone
def test_each_condition_holds_for_what_it_says_and_for_nothing_else(live_app: Flask):
    """LC-3: every fact and test, on both databases: one document that meets it, one that does not."""
    with live_app.app_context():
        cases = list(the_cases())
        wrong = [said for said, yes, no in cases if not meets(yes, make_rule(said)) or meets(no, make_rule(said))]
        tried = {(said["fact"], said["test"]) for said, _yes, _no in cases}
        unlike = [said for said, yes, no in cases if not meets(drafted(yes), make_rule(said))]
        unlike += [said for said, yes, no in cases if meets(drafted(no), make_rule(said))]

    assert wrong == []
    assert unlike == [], "what is typed in a form meets other rules than what is kept"
    assert tried == {(name, test) for name, fact in FACTS.items() for test in fact.tests} == set(conditions.MEANS)


def drafted(document: Document) -> Document:
    """The same as it stands in the form of the review, not kept anywhere."""
    with current_app.test_request_context():
        return DocumentForm(document).drafted()


def the_cases():
    """Condition, a document that meets it, one that does not."""
    plain = make_document(label="Paper", net_minor=None)
    sale = make_document(direction=Direction.SALE)
    yield when("direction", "is", "sale"), sale, plain
    yield when("kind", "is", "credit_note"), make_document(kind=Kind.CREDIT_NOTE), plain
    yield when("source", "is", "upload"), plain, make_document(source="smtp")
    yield from of_parties(plain)
    yield from of_amounts(plain)
    category, person = make_category("Travel"), make_user()
    filed = make_document(category=category, assignee=person)
    yield when("category", "is", category.id), filed, plain
    yield when("category", "none"), plain, filed
    yield when("assignee", "is", person.id), filed, plain
    yield when("assignee", "none"), plain, filed
    tag = Tag(company_id=the_company().id, name="Paris")
    tagged = make_document(tags=[tag])
    yield when("tag", "has", tag.id), tagged, plain
    yield when("tag", "has_not", tag.id), plain, tagged
    yield from of_texts(plain)


def of_parties(plain: Document):
    durand = make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)])
    unknown = make_document(counterparty=None, counterparty_name="Nobody")
    first = make_document(counterparty=durand, iban=IBAN, validated_at=clock.now())
    second = make_document(counterparty=durand, iban=OTHER_IBAN)
    yield when("counterparty", "is", durand.id), first, unknown
    yield when("counterparty", "is_not", durand.id), unknown, first
    yield when("supplier_new"), unknown, second
    yield when("supplier_new"), first, second
    yield when("supplier_new"), unknown, make_document(direction=Direction.SALE, counterparty=make_counterparty("New"))
    yield when("iban_changed"), second, first
    yield when("iban_changed"), second, make_document(iban=OTHER_IBAN)


def of_amounts(plain: Document):
    large, dollars = (
        make_document(gross_minor=100000, net_minor=90000),
        make_document(gross_minor=100000, currency="USD"),
    )
    at = {"currency": "EUR"}
    yield when("gross", "at_least", 100000, **at), large, plain
    yield when("gross", "at_least", 100000, **at), large, dollars
    yield when("gross", "at_most", 12000, **at), plain, large
    yield when("gross", "between", 12000, to=13000, **at), plain, large
    yield when("net", "at_least", 90000, **at), large, plain
    yield when("net", "at_most", 90000, **at), large, plain
    yield when("net", "between", 90000, to=90000, **at), large, plain


def of_texts(plain: Document):
    train = make_document(label="Billet ÉLECTRIQUE 50% Paris")
    yield when("label", "contains", "électrique"), train, plain
    yield when("label", "contains", "50%"), train, make_document(label="500 sheets")
    mailed, other = make_document(), make_document()
    _mail(mailed, "SNCF <billets@sncf.example>"), _mail(other, "billets@sncf.example.evil")
    yield when("sender", "contains", "sncf <"), mailed, other
    yield when("sender", "is", "Billets@sncf.example"), mailed, other
    read = make_document()
    words = [["Été", 0.1, 0.1, 0.2, 0.2], ["chantier,", 0.3, 0.1, 0.4, 0.2]]
    file = read.original.file
    db.session.add(DocumentReading(document=read, file=file, pages=[{"number": 1, "words": words}]))
    db.session.commit()
    yield when("text", "contains", "CHANTIER été"), read, plain
    yield when("text", "contains", "chantier"), read, plain


def _mail(document: Document, sender: str) -> None:
    message = Message(company=document.company, direction=Direction.PURCHASE, source=Source.SMTP, raw=make_file())
    message.state, message.sender = MessageState.OPENED, sender
    message.parts.append(Part(position=0, outcome=Outcome.IMPORTED, document=document))
    db.session.add(message)
    db.session.commit()


def test_text_that_looks_like_a_pattern_is_text(app):
    """R11: LC-3: signs of LIKE, quotes and backslashes mean themselves."""
    for text in ("100%", "a_b", "it's", 'say "yes"', "back\\slash", "a/b"):
        document = make_document(label=f"x {text} y")
        assert meets(document, make_rule(when("label", "contains", text)))
        assert not meets(make_document(label="x aXb 1000 y"), make_rule(when("label", "contains", text)))


def test_all_and_any(app):
    """LC-3: all conditions or one of them."""
    both = [when("direction", "is", "purchase"), when("gross", "at_least", 100000, currency="EUR")]
    small = make_document()

    assert not meets(small, make_rule(*both))
    assert meets(small, make_rule(*both, match=Match.ANY))


def test_a_rule_without_conditions_meets_nothing(app):
    """LC-3: what is empty by mistake does not act on everything."""
    assert not meets(make_document(), make_rule())
    assert not meets(make_document(), make_rule({"fact": "moon", "test": "is"}))


@pytest.mark.parametrize("table", ["counterparty", "category", "tag"])
def test_a_rule_that_names_what_was_removed_meets_nothing(app, table):
    """LC-3: also where another of its conditions would be enough."""
    made = {
        "counterparty": make_counterparty,
        "category": make_category,
        "tag": lambda: Tag(company_id=the_company().id, name="Paris"),
    }[table]()
    db.session.add(made)
    db.session.commit()
    test = "has" if table == "tag" else "is"
    rule = make_rule(when(table, test, made.id), when("direction", "is", "purchase"), match=Match.ANY)
    document = make_document()
    assert meets(document, rule)

    made.archived_at = clock.now()
    db.session.commit()

    assert not meets(document, rule)


def test_an_iban_stays_changed_for_what_was_validated_with_it(app):
    """LC-3: R16: neither the validation that brings it nor a later confirmation ends what was asked because of it."""
    durand = make_counterparty("Durand", ibans=[CounterpartyIban(iban=IBAN)])
    rule = make_rule(when("iban_changed"))
    brought = make_document(counterparty=durand, iban=OTHER_IBAN, validated_at=clock.now())
    again = make_document(counterparty=durand, iban=OTHER_IBAN)
    is_met = lambda document: meets(document, rule)  # noqa: E731
    assert is_met(brought) and is_met(again)

    db.session.expire_all()
    row = next(each for each in durand.ibans if each.iban == OTHER_IBAN)
    row.confirmed_at = clock.now()
    db.session.commit()

    assert is_met(brought) and not is_met(again)
