"""The file a bank is given: read back with lxml alone, made once, and never with what nobody confirmed."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sepaxml.validation import try_valid_xml

from app.bank.models import BankAccount
from app.core import clock
from app.core.errors import Refused
from app.documents import disputing, status
from app.documents.models import Kind
from app.extensions import db
from app.files import store
from app.payments import batches, codes, letters, payee, releasing, sepa
from app.payments.models import BatchState, Payment, PaymentBatch
from app.users.models import Company
from app.web.access import Permission, Role
from tests.factories import make_user, reload
from tests.payments.making import OTHER, OURS, THEIRS, make_account, make_batch, make_payable, make_payee
from tests.payments.reading import read


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


def test_the_file_says_what_the_batch_says(admin):
    """PY-2: R15: valid against its XSD, exact to the cent, in letters a bank takes, an id for each transfer."""
    party = make_payee("Société Générale & Cie", address="12 rue de la Paix\n75002 Paris\nFrance")
    documents = [make_payable(party), make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=2001)]
    odd = make_payable(make_payee("Encre", None, OTHER), gross_minor=5, payment_reference="RF18 5390 0754 7034")
    odd.company.name, odd.company.address = "Atelier Zoé", "1 rue Haute\n69001 Lyon"
    batch = make_batch(admin, *documents, odd)
    releasing.release(batch, by=admin)

    data = store.read(batch.file)
    told = read(data)
    try_valid_xml(data, "pain.001.001.09")
    assert (told.payer, told.payer_iban, told.day) == ("Atelier Zoe", OURS, batch.execution_date.isoformat())
    assert (told.count, told.total, told.message_id) == (2, Decimal("100.04"), batch.message_id)
    netted, small = told.transfers
    assert (netted.amount, netted.iban, netted.name) == (Decimal("99.99"), THEIRS, "Societe Generale + Cie")
    assert netted.told == " ".join(each.number for each in documents)
    assert (small.amount, small.currency, small.told) == (Decimal("0.05"), "EUR", "RF18 5390 0754 7034")
    assert len({each.end_to_end for each in told.transfers}) == 2
    assert b"<TwnNm>Paris</TwnNm><Ctry>FR</Ctry>" in data and b"<Id>NOTPROVIDED</Id>" in data


def test_it_is_made_once_and_stays_the_same(admin):
    """PY-2: S91: the second release is refused; downloaded twice, the same bytes, hash and MsgId."""
    batch = make_batch(admin)
    releasing.release(batch, by=admin)
    first, message_id = store.read(batch.file), batch.message_id
    for _time in range(2):
        with pytest.raises(Refused, match="made already"):
            releasing.release(batch, by=admin)
        releasing.note_download(batch, by=admin)
    db.session.commit()
    batch = reload(batch)
    assert (store.read(batch.file), batch.message_id) == (first, message_id)
    assert batch.file.sha256 == hashlib.sha256(first).hexdigest()


def test_a_bic_that_is_known_is_named(admin):
    """PY-2: the one that was given with the account that is paid."""
    document = make_payable()
    document.counterparty.ibans[0].bic = "COBADEFFXXX"
    batch = make_batch(admin, document)
    releasing.release(batch, by=admin)
    assert b"<BICFI>COBADEFFXXX</BICFI>" in store.read(batch.file)


def _confirm_none(document):
    for each in document.counterparty.ibans:
        each.confirmed_at = None


def _settle_half(document):
    document.settled_minor = 6000
    status.settle(document, by=None, act="matched")


def _another_account(document):
    known = document.counterparty.ibans[0]
    known.iban = OTHER


def _archive(document):
    document.counterparty.archived_at = clock.now()


def _rename(document):
    document.counterparty.name = "Somebody Else"


def _approve_again(document):
    document.awaits_approval = True


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_confirm_none, "no account of Papeterie Durand is confirmed"),
        (_settle_half, "of it are open now"),
        (_another_account, "another account now"),
        (_archive, "is archived"),
        (_rename, "is called Somebody Else now"),
        (_approve_again, "waits for approval"),
        (lambda document: disputing.dispute(document, "why", by=make_user()), "it is disputed"),
    ],
)
def test_what_changed_since_is_refused_by_the_file(admin, change, why):
    """PY-2: S93: R16: no file is made, the line is named with its reason; brought up to date, the others leave."""
    document, other = make_payable(), make_payable(make_payee("Encre", None, OTHER))
    batch = make_batch(admin, document, other)
    change(document)
    db.session.commit()

    with pytest.raises(Refused, match=why):
        releasing.release(batch, by=admin)
    db.session.rollback()
    batch = reload(batch)
    assert (batch.state, batch.file_id) == (BatchState.DRAFT, None)
    assert list(releasing.wrong_lines(batch)) == [batch.payments[0].id]

    batches.renew(batch, by=admin)
    releasing.release(batch, by=admin)
    told = read(store.read(batch.file))
    assert "Encre" in {each.name for each in told.transfers} and told.total * 100 == batch.total_minor


def test_nothing_left_makes_no_file(admin):
    """PY-2: an empty batch is cancelled, not released."""
    batch = make_batch(admin)
    batches.take_out(batch.payments[0], by=admin)
    with pytest.raises(Refused, match="cancel it"):
        releasing.release(batch, by=admin)


def test_a_name_no_bank_can_write_makes_no_file(admin):
    """PY-2: refused with a sentence; the same for what the schema forbids."""
    batch = make_batch(admin, make_payable(make_payee("日本")))
    with pytest.raises(Refused, match="no letter a bank can write"):
        sepa.file_of(batch)
    batch.payments[0].name, batch.payments[0].iban = "Durand", "not an IBAN"
    with pytest.raises(Refused, match="not be a valid payment file"):
        sepa.file_of(batch)


def test_who_may_release(admin):
    """US-6: PY-2: by right alone; where a second person is asked for, never whoever put it together."""
    member, trusted = make_user(), make_user(rights=[Permission.RELEASE_PAYMENT.value])
    batch = make_batch(trusted)
    assert not releasing.may_release(batch, member) and releasing.may_release(batch, trusted)
    batch.company.payment_second_person = True
    with pytest.raises(Refused, match="somebody else"):
        releasing.release(batch, by=trusted)
    releasing.release(batch, by=admin)
    assert batch.released_by is admin and not releasing.may_release(batch, admin)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=5), name=st.text(min_size=1, max_size=80))
def test_whatever_the_amounts_and_names_the_file_is_exact(app, amounts, name):
    """PY-2: R15: property: sums to the cent and valid, or refused in words."""
    company = Company(name="Atelier", address="", country="FR")
    batch = PaymentBatch(company=company, account=BankAccount(iban=OURS, bic=""), execution_date=date(2026, 12, 1))
    for number, minor in enumerate(amounts, 1):
        facts = {"transfer": number, "amount_minor": minor, "iban": THEIRS, "name": name, "bic": ""}
        batch.payments.append(Payment(**facts, remittance=letters.plain(name, 140) or "-"))
    try:
        data, _message_id = sepa.file_of(batch)
    except Refused:
        assert letters.plain(name, 70) == ""
        return
    told = read(data)
    assert [each.amount for each in told.transfers] == [Decimal(minor).scaleb(-2) for minor in amounts]
    assert told.total == sum(each.amount for each in told.transfers) and told.count == len(amounts)


def test_a_code_to_scan(app):
    """PY-2: euros and a confirmed account only; the SVG runs nothing and has no style."""
    document = make_payable(gross_minor=1234567)
    drawn = codes.drawn(document, payee.payee_of(document))
    assert drawn.startswith("<svg ") and "style" not in drawn and "script" not in drawn
    document.currency = "USD"
    assert codes.drawn(document, payee.Payee("Durand", THEIRS)) == ""


def test_a_day_in_the_file_is_one_on_which_banks_pay(admin):
    """PY-2: the day that was asked for, moved to a banking day."""
    document, account = make_payable(), make_account()
    saturday = clock.today() + timedelta(days=(5 - clock.today().weekday()) % 7 + 7)
    batch = make_batch(admin, document, account=account, on=saturday)
    assert batch.execution_date > saturday and batch.execution_date.weekday() < 5
