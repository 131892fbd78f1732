"""To whom money may go: only to accounts somebody confirmed."""

from __future__ import annotations

import pytest

from app.core import clock
from app.counterparties import confirming, keeping
from app.documents import disputing, reasons, status
from app.documents.models import Kind
from app.extensions import db
from app.payments import addresses, batches, choosing, letters, listed, payee, releasing, waiting
from app.payments.payee import Held, Payee
from app.web.access import Role
from tests.factories import make_counterparty, make_user, the_company
from tests.payments.making import OTHER, OURS, THEIRS, make_batch, make_payable, make_payee


@pytest.mark.parametrize(
    ("confirmed", "printed", "chosen", "expected"),
    [
        ([THEIRS], "", "", THEIRS),
        ([THEIRS], THEIRS, "", THEIRS),
        ([THEIRS], "de89 3704 0044 0532 0130 00", "", THEIRS),
        ([THEIRS], OTHER, "", "differs"),
        ([THEIRS], OTHER, OTHER, "differs"),
        ([THEIRS, OTHER], OTHER, THEIRS, OTHER),
        ([THEIRS, OTHER], "", "", "several"),
        ([THEIRS, OTHER], "", OTHER, OTHER),
        ([THEIRS, OTHER], "", OURS, "several"),
        ([THEIRS, OTHER], OURS, THEIRS, "differs"),
    ],
)
def test_the_confirmed_account_is_paid_and_no_other(app, confirmed, printed, chosen, expected):
    """PY-2: S93: R16: the printed one only where it is confirmed; several ask; what nobody confirmed is held."""
    document = make_payable(make_payee("Durand", None, *confirmed), iban=printed)
    found = payee.payee_of(document, chosen)
    assert (found.iban if isinstance(found, Payee) else found.key) == expected


def test_an_account_nobody_confirmed_is_never_paid(app):
    """R16: S93: known from a page, or not at all: the document is held and says why (LC-8)."""
    for printed, key in (("", "no_iban"), (THEIRS, "unconfirmed")):
        party = make_counterparty("Durand")
        document = make_payable(party, iban=printed)
        assert [each.iban for each in party.ibans] == [printed] * bool(printed)
        assert payee.payee_of(document) == Held(key, {"name": "Durand"})
        choosing.choose(document, by=make_user())
        assert reasons.in_words(document.reason).startswith("Held: ")
    party.ibans[0].confirmed_at = clock.now()
    waiting.follow_account(party.ibans[0], make_user())
    assert reasons.in_words(document.reason).startswith("To be paid on")


def test_an_archived_supplier_is_not_paid_and_says_so(app):
    """LC-8: R16: its line waits at once, and no more when the supplier is taken back."""
    person, document = make_user(), make_payable()
    choosing.choose(document, by=person)
    keeping.archive(document.counterparty, by=person)
    assert reasons.in_words(document.reason) == "Held: Papeterie Durand is archived."
    keeping.archive(document.counterparty, by=person, back=True)
    assert reasons.in_words(document.reason).startswith("To be paid on")


def test_an_account_taken_back_hides_no_payment_under_way(app):
    """PY-3: LC-8: S92: in payment, or in doubt, before all else; also where a part of it is matched."""
    admin = make_user(Role.ADMIN)
    document = make_payable(iban=THEIRS)
    batch = make_batch(admin, document)
    releasing.release(batch, by=admin)
    releasing.note_download(batch, by=admin)
    confirming.take_back(document.counterparty.ibans[0], by=admin)
    assert document.reason["key"] == "in_payment"
    batches.cancel(batch, by=admin, why="wrong account")
    document.settled_minor = 2000
    status.settle(document, by=None, act="matched", changes={"settled_minor": [0, 2000]})
    assert document.reason["key"] == "payment_doubtful"


def test_home_counts_what_the_tab_lists_as_held(app):
    """PY-2: LC-8: one figure, whatever holds them."""
    admin = make_user(Role.ADMIN)
    batch = make_batch(admin, make_payable(iban=THEIRS))
    releasing.release(batch, by=admin)
    releasing.note_download(batch, by=admin)
    batches.cancel(batch, by=admin, why="wrong account")
    others = [make_payable(), make_payable(iban=OTHER), make_payable(currency="USD"), make_payable()]
    drafted = make_payable(iban=THEIRS)
    make_batch(admin, drafted, account=batch.account)
    for each in others:
        choosing.choose(each, by=admin)
    disputing.dispute(others[3], "why", by=admin)
    confirming.take_back(drafted.counterparty.ibans[0], by=admin)
    db.session.commit()
    rows = listed.to_pay(admin, the_company())
    assert (sum(row.is_held for row in rows), listed.held_count(admin, the_company())) == (4, 4)


def test_letters_that_look_alike_are_another_account(app):
    """S93: a Cyrillic or a doubled letter never counts as the confirmed account; a wrong check digit neither."""
    party = make_payee("Durand", None, "DE89370400440532013001")
    assert payee.payee_of(make_payable(party)).key == "unconfirmed"
    lookalike = make_payable(make_payee("Encre"), iban=THEIRS.replace("E", "Е"))
    assert payee.payee_of(lookalike).key == "differs"


def test_what_else_holds_a_payment(app):
    """PY-2: a dispute, an archived supplier, an approval, the trash, another currency."""
    archived = make_payee("Gone", None)
    archived.archived_at = clock.now()
    held = {
        "disputed": make_payable(disputed_at=clock.now()),
        "archived": make_payable(archived),
        "approval": make_payable(awaits_approval=True),
        "trash": make_payable(trashed_at=clock.now()),
        "unvalidated": make_payable(validated_at=None),
        "currency": make_payable(currency="USD"),
        "nobody": make_payable(counterparty_id=None),
    }
    held["nobody"].counterparty = None
    db.session.flush()
    assert {key: payee.payee_of(each).key for key, each in held.items()} == {key: key for key in held}
    assert isinstance(payee.payee_of(make_payable(kind=Kind.CREDIT_NOTE, iban=OTHER)), Payee)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Société Générale & Cie", "Societe Generale + Cie"),
        ("Straße «Œuvre» Łódź n°5", "Strasse 'OEuvre' Lodz no5"),
        ("Παπαδόπουλος ΑΕ", "Papadopoylos AE"),
        ("Щука ООД", "Shtuka OOD"),
        ("//RF18//x_1; 5 €", "RF18/x-1, 5 EUR"),
        ("日本", ""),
        ("x" * 200, "x" * 70),
    ],
)
def test_a_bank_is_written_to_in_its_letters(text, expected):
    """PY-2: accents, other alphabets and marks are written as every bank takes them."""
    assert letters.plain(text, 70) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("12 bis, rue de la Paix\n75002 Paris\nFrance", ("rue de la Paix", "12 bis", "75002", "Paris", "FR")),
        ("Service achats\n3 quai Nord\n59000 Lille", ("quai Nord", "3", "59000", "Lille", "FR")),
        ("Hauptstraße 5\nD-10115 Berlin", ("Hauptstrasse 5", None, "10115", "Berlin", "DE")),
        ("Meir 1\n2000 Antwerpen\nBelgique", ("Meir 1", None, "2000", "Antwerpen", "BE")),
    ],
)
def test_an_address_is_given_by_its_parts(address, expected):
    """PY-2: structured, as banks ask since November 2026."""
    found = addresses.parts(address, "FR")
    names = ("street_name", "building_number", "postcode", "town", "country")
    assert tuple(found.get(name) for name in names) == expected


@pytest.mark.parametrize("address", ["", "Paris", "somewhere\nelse", "12345", "1 rue X\n75002 Paris Cedex 02"])
def test_an_address_that_is_not_clear_is_left_out(address):
    """PY-2: half an address would be refused by the bank; none is allowed."""
    assert addresses.parts(address, "") == {} and "\n" not in str(addresses.parts(address, "FR"))
