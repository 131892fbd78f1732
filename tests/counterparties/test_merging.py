"""Making one of two customers or suppliers."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from app.audit.models import AuditEntry
from app.bank.models import BankAccount, BankTransaction, LabelRule, Statement
from app.core import clock
from app.core.errors import Refused
from app.counterparties import confirming, finding, ibans, merging
from app.counterparties.models import Contact, Counterparty, CounterpartyIban
from app.documents import decisions, paying_to
from app.extensions import db
from app.extraction.models import KeptLesson
from app.lists.models import SavedView
from app.tags.models import Tag
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
from tests.rules.making import ask, make_rule, when

IBAN, OTHER = "FR7630006000011234567890189", "FR1420041010050500013M02606"


def confirmed(*known):
    return [CounterpartyIban(iban=each, confirmed_at=clock.now(), channel="by phone") for each in known]


def merge(gone, into, by=None):
    merging.merge(gone, into, by=by or make_user(Role.ADMIN), typed=gone.name)
    db.session.commit()


def test_everything_of_the_first_is_the_seconds(app):
    """CP-1: documents open, paid and in the trash, contacts, lessons, rules, views, bank lines, people, names."""
    lea, company = make_user(name="Léa"), the_company()
    gone = make_counterparty("Durand Papeterie", vat_number="FR40303265045", assigned_users=[lea])
    gone.contacts = [Contact(name="Mme Petit", email="petit@d.example")]
    gone.default_tags = [Tag(company_id=company.id, name="Paper", name_key="paper")]
    gone.numbering_restarts_yearly = True
    into = make_counterparty("Papeterie Durand", is_supplier=False, is_customer=True)
    made = [
        make_document(counterparty=gone),
        make_document(counterparty=gone, validated_at=clock.now()),
        make_document(counterparty=gone, validated_at=clock.now(), settled_minor=12000),
        make_document(counterparty=gone, trashed_at=clock.now()),
    ]
    rule = make_rule(when("counterparty", "is", gone.id), does=[ask(lea)])
    says = {"layout": {"identifiers": [], "name": "x", "labels": []}, "place": None, "form": "", "instead_of": ""}
    lesson = KeptLesson(company_id=company.id, counterparty_id=gone.id, field="number", says=says)
    view = SavedView(company_id=company.id, user=lea, name="Theirs", query=f"counterparty={gone.id}&tab=to_match")
    account = BankAccount(company=company, name="Bank")
    line = BankTransaction(company_id=company.id, account=account, statement=Statement(account=account), key="1")
    line.date, line.amount_minor, line.currency, line.counterparty_id = date(2026, 1, 1), -100, "EUR", gone.id
    words = LabelRule(company_id=company.id, words="durand", counterparty_id=gone.id)
    db.session.add_all([lesson, view, account, line, words])
    db.session.commit()

    merge(gone, into)

    db.session.expire_all()
    assert [each.counterparty_id for each in made] == [into.id] * 4
    assert (into.is_supplier, into.is_customer, into.vat_number) == (True, True, "FR40303265045")
    assert ([each.name for each in into.contacts], into.assigned_users) == (["Mme Petit"], [lea])
    assert (rule.conditions[0]["value"], lesson.counterparty_id, line.counterparty_id) == (into.id,) * 3
    assert words.counterparty_id == into.id, "its rules label the lines to come with the second"
    assert ([tag.name for tag in into.default_tags], into.numbering_restarts_yearly) == (["Paper"], True)
    assert view.query == f"counterparty={into.id}&tab=to_match"
    assert (gone.merged_into_id, gone.archived_at is not None) == (into.id, True)
    for document in made:
        assert db.session.scalars(AuditEntry.about(document)).first().act == "counterparty merged"
    assert finding.known(company.id, "durand papeterie") is into
    assert finding.known(company.id, "", {"vat_number": "FR40303265045"}) is into


def test_open_documents_are_settled_and_asked_about_again(app):
    """CP-1: LC-5: an approval is of a counterparty; when that changes it is asked again."""
    lea, tom = make_user(name="Léa", password=True), make_user(Role.ADMIN, name="Tom", password=True)
    gone, into = make_counterparty("Gone"), make_counterparty("Into")
    make_rule(when("direction", "is", "purchase"), does=[ask(lea)])
    document = make_document(counterparty=gone, category=make_category())
    decisions.validate(document, by=tom)
    from app.approval.models import Approval

    first = db.session.scalar(Approval.last_of(document))

    merge(gone, into, by=tom)

    last = db.session.scalar(Approval.last_of(reload(document)))
    assert last.id != first.id and last.facts["counterparty"] == "Into"


def test_accounts_of_the_first_are_confirmed_anew(app):
    """S93: R16: merging makes no account payable that nobody confirmed for this supplier."""
    gone = make_counterparty("Gone", ibans=confirmed(IBAN, OTHER))
    into = make_counterparty("Into", ibans=confirmed(IBAN))
    document = make_document(counterparty=gone, iban=OTHER, validated_at=clock.now())
    admin = make_user(Role.ADMIN)
    assert paying_to.held_because(document) is None

    merge(gone, into, by=admin)

    into = reload(into)
    assert [each.iban for each in ibans.confirmed(into)] == [IBAN]
    moved = next(each for each in into.ibans if each.iban == OTHER)
    assert (moved.confirmed_at, moved.added_by_id) == (None, admin.id)
    assert paying_to.held_because(document) == "iban_changed" and reload(document).reason["key"] == "held"


def test_whoever_brought_an_account_to_the_first_brought_it(app):
    """S93: R16: Léa added it, Tom merged: neither of them is the second person."""
    lea, tom = make_user(name="Léa"), make_user(Role.ADMIN, name="Tom")
    gone, into = make_counterparty("Gone"), make_counterparty("Into")
    ibans.add(gone, OTHER, by=lea)

    merge(gone, into, by=tom)

    (moved,) = reload(into).ibans
    assert confirming.brought_it(moved, lea) and confirming.brought_it(moved, tom)


def test_families_stay_without_circles(app):
    """CP-1: what was under the first is under the second, be it under the first itself."""
    top = make_counterparty("Top")
    gone = make_counterparty("Gone", parent=top)
    between = make_counterparty("Between", parent=gone)
    into = make_counterparty("Into", parent=between)
    earlier = make_counterparty("Earlier", merged_into_id=gone.id)

    merge(gone, into)

    assert (reload(into).parent_id, reload(between).parent_id) == (top.id, into.id)
    assert reload(earlier).merged_into_id == into.id


REFUSED = [
    ("itself", lambda gone: gone, "Gone", "another one of the same company"),
    ("another company", lambda gone: make_counterparty("Far", make_company("Other")), "Gone", "same company"),
    ("name not typed", lambda gone: make_counterparty("Into"), "Gon", "Type “Gone” to confirm"),
    ("merged before", lambda gone: make_counterparty("Into", merged_into_id=gone.id), "Gone", "merged meanwhile"),
]


@pytest.mark.parametrize(
    ("other", "typed", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_is_not_merged(app, other, typed, sentence):
    """CP-1: nothing is changed then."""
    gone = make_counterparty("Gone")
    document = make_document(counterparty=gone)
    with app.test_request_context(), pytest.raises(Refused, match=sentence):
        merging.merge(gone, other(gone), by=make_user(Role.ADMIN), typed=typed)
    assert (reload(gone).merged_into_id, reload(document).counterparty_id) == (None, gone.id)


def test_the_pages_of_merging(app, browser):
    """CP-1: look for the other, side by side, the name typed; the old page leads to the new one; admins only."""
    gone, into = make_counterparty("Durand SA"), make_counterparty("Durand SARL", vat_number="FR40303265045")
    make_document(counterparty=gone, number="D-77", validated_at=clock.now())
    admin, address = browser(make_user(Role.ADMIN)), f"/counterparties/{gone.id}/merging"
    assert browser(make_user()).get(address).status_code == 403
    assert browser(make_user(Role.ADMIN, make_company("Other"))).get(address).status_code == 404

    assert f"into={into.id}" in admin.get(f"{address}?q=durand").text
    page = admin.get(f"{address}?into={into.id}").text
    assert "Documents (1)" in page and "FR40303265045" in page and "This cannot be undone" in page
    assert admin.get(f"{address}?into={make_counterparty('Far', make_company('Third')).id}").status_code == 404
    answer = admin.post(address, data={"into": into.id, "typed": "Durand"})
    assert answer.status_code == 422 and "Type “Durand SA” to confirm" in answer.text
    answer = admin.post(address, data={"into": into.id, "typed": "durand sa"}, follow_redirects=True)
    assert "Durand SA is merged into Durand SARL." in answer.text and "D-77" in answer.text
    assert admin.get(f"/counterparties/{gone.id}").location == f"/counterparties/{into.id}"
    assert admin.get(f"/counterparties/{gone.id}/facts").status_code == 404
    assert "Durand SA<" not in admin.get("/suppliers?archived=yes").text


@pytest.mark.alone
def test_two_merged_into_each_other_at_once_are_merged_once(live_app):
    """CP-1: S37: one of the two is refused, and no circle is left."""
    with live_app.app_context():
        company = make_company()
        admin_id = make_user(Role.ADMIN, company).id
        ids = [make_counterparty(name, company).id for name in ("Same", "Same")]
    both_ready, refused = threading.Barrier(2), []

    def run(pair):
        with live_app.app_context(), live_app.test_request_context(method="POST", headers={"Accept-Language": "en"}):
            gone, into = (db.session.get(Counterparty, each) for each in pair)
            by = db.session.get(User, admin_id)
            db.session.commit()
            both_ready.wait()
            try:
                merging.merge(gone, into, by=by, typed="Same")
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused.append(pair)

    threads = [threading.Thread(target=run, args=(pair,)) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with live_app.app_context():
        merged = db.session.query(Counterparty).filter(Counterparty.merged_into_id.is_not(None)).count()
    assert (len(refused), merged) == (1, 1)
