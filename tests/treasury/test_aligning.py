"""A committed operation follows its document."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.core import clock
from app.core.errors import Refused
from app.counterparties import merging
from app.documents import decisions, paying
from app.documents.models import Category, Direction, Document, Kind, PaidMeans, Status
from app.extensions import db
from app.payments import banking, batches
from app.treasury import aligning, delays, moving
from app.treasury.models import CommittedOperation
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user, the_company
from tests.payments.making import make_batch, make_payable, to_pay
from tests.treasury.making import make_account, make_line, paid_by_bank, take_back_match

DUE = date(2026, 10, 31)


def of(document: Document) -> CommittedOperation | None:
    db.session.expire_all()
    return db.session.query(CommittedOperation).filter_by(document_id=document.id).one_or_none()


def decided(**facts) -> Document:
    category = db.session.query(Category).first() or make_category()
    return make_document(validated_at=clock.now(), category=category, **facts)


def test_validation_makes_one_operation_named_after_counterparty_and_number(app):
    """TS-1: "(counterparty) - (number)", on the due date; money that leaves is below zero."""
    document = make_document(counterparty=make_counterparty("Durand"), number="F-12", category=make_category())
    assert of(document) is None

    decisions.validate(document, by=make_user())
    db.session.commit()

    operation = of(document)
    assert (operation.label, operation.amount_minor, operation.currency) == ("Durand - F-12", -12000, "EUR")
    assert operation.contractual_date == operation.expected_date == DUE
    document.counterparty.name = "Durand & fils"
    assert operation.label == "Durand & fils - F-12"


@pytest.mark.parametrize(
    ("facts", "minor"),
    [
        ({"direction": Direction.SALE}, 12000),
        ({"kind": Kind.CREDIT_NOTE}, 12000),
        ({"direction": Direction.SALE, "kind": Kind.CREDIT_NOTE}, -12000),
        ({"settled_minor": 2000}, -10000),
    ],
)
def test_credit_notes_and_parts_paid_reduce_what_is_expected(app, facts, minor):
    """TS-1: LC-7: a credit note moves the account the other way."""
    assert of(decided(**facts)).amount_minor == minor


@pytest.mark.parametrize("facts", [{"settled_minor": 12000}, {"trashed_at": clock.now()}])
def test_what_is_paid_or_trashed_is_not_expected_any_more(app, facts):
    """TS-1: gone when paid, gone when rejected."""
    document = decided()
    for name, value in facts.items():
        setattr(document, name, value)
    decisions.status.settle(document, by=None, act="changed for a test")
    db.session.commit()
    assert of(document) is None


def test_what_waits_for_approval_is_not_expected_yet(app):
    """TS-1: it may still be rejected."""
    document = decided()
    document.awaits_approval, document.status = True, Status.TO_APPROVE
    aligning.align(document)
    db.session.commit()
    assert of(document) is None


def test_aligning_again_changes_nothing(app):
    """TS-1: S37: one operation for each document, however often it is aligned."""
    document = decided()
    was = of(document).id
    for _each in range(2):
        aligning.align(document)
        db.session.commit()
    assert of(document).id == was


def test_what_its_counterparty_pays_late_is_expected_late(app):
    """TS-1: shifted by that counterparty's own past delay, weighted by amount, in whole days; contract dates stay."""
    customer, other = make_counterparty("Client"), make_counterparty("Autre")
    sale = {"direction": Direction.SALE, "counterparty": customer}
    paid, waits = decided(**sale), decided(**sale)
    beside = [decided(direction=Direction.SALE, counterparty=other), decided(counterparty=customer)]
    line = make_line(make_account(), 12000)

    paid_by_bank(paid, line, 8000, DUE + timedelta(12))
    paid_by_bank(paid, line, 4000, DUE + timedelta(3))
    db.session.commit()

    assert of(waits).expected_date == DUE + timedelta(9)
    assert of(waits).contractual_date == DUE
    assert [of(each).expected_date for each in beside] == [DUE, DUE]

    take_back_match(paid)
    db.session.commit()
    assert of(waits).expected_date == DUE


def test_netting_and_write_offs_are_no_payments(app):
    """CP-2: nobody paid late or early by them."""
    from app.bank.models import Difference, Match

    document, note = decided(), decided(kind=Kind.CREDIT_NOTE)
    day = DUE + timedelta(100)
    db.session.add(Match(document=document, credit_note=note, amount_minor=5000, date=day))
    db.session.add(Match(document=document, difference=Difference.ROUNDING, amount_minor=1, date=day))
    db.session.commit()
    assert delays.usual_days(delays.Alike.to(document)) == 0


def test_a_changed_counterparty_takes_its_delay_along(app):
    """TS-1: both counterparties' other operations follow."""
    first, second = make_counterparty("Durand"), make_counterparty("Encre")
    paid, stays, beside = decided(counterparty=first), decided(counterparty=first), decided(counterparty=second)
    paying.pay(paid, by=make_user(), on=DUE + timedelta(5), means=PaidMeans.CASH)
    db.session.commit()
    assert of(stays).delay_days == 5

    decisions.edit(paid, {"counterparty_id": second.id}, by=make_user(Role.ADMIN), version=paid.version)
    db.session.commit()
    assert (of(stays).delay_days, of(beside).delay_days) == (0, 5)


def test_a_day_somebody_said_is_kept_until_it_is_taken_back(app):
    """TS-1: editable: kept through payments that are taken back, and given up only by a person."""
    document, member = decided(), make_user()
    day = clock.today() + timedelta(40)
    moving.expect_on(of(document), day, by=member)
    paying.pay(document, by=member, on=clock.today(), means=PaidMeans.CASH)
    db.session.commit()
    assert db.session.scalars(CommittedOperation.visible_to(member)).all() == []

    paying.take_back(document, by=member)
    db.session.commit()
    assert (of(document).expected_date, of(document).contractual_date) == (day, DUE)
    assert of(document).is_moved_by_hand

    moving.expect_on(of(document), None, by=member)
    db.session.commit()
    assert (of(document).expected_date, of(document).is_moved_by_hand) == (DUE, False)


def test_a_past_day_and_an_account_elsewhere_are_refused(app):
    """TS-1: US-3: what is expected is not past; an account is the company's own, in the same currency."""
    operation, member = of(decided()), make_user()
    with pytest.raises(Refused):
        moving.expect_on(operation, clock.today() - timedelta(1), by=member)
    for account in (make_account(make_company("Other")), make_account(currency="USD")):
        with pytest.raises(Refused):
            moving.go_through(operation, account, by=member)
    moving.go_through(operation, make_account(), by=member)
    assert operation.account.name == "Current account"


def test_half_a_day_counts_as_one(app):
    """R15: rounded half up, never as a float."""
    document = decided()
    line = make_line(make_account())
    paid_by_bank(document, line, 6000, DUE + timedelta(1))
    paid_by_bank(document, line, 6000, DUE + timedelta(2))
    db.session.commit()
    assert delays.usual_days(delays.Alike.to(document)) == 2
    assert delays.average(3, 2) == Decimal("1.5")


def test_merged_counterparties_are_expected_anew(app):
    """CP-1: TS-1: whoever moves documents at once has their operations follow."""
    first, second = make_counterparty("Durand"), make_counterparty("Durand SARL")
    paid, waits = decided(counterparty=first), decided(counterparty=second)
    paying.pay(paid, by=make_user(), on=DUE + timedelta(5), means=PaidMeans.CASH)
    merging.merge(first, second, by=make_user(Role.ADMIN), typed="Durand")
    db.session.commit()
    assert of(waits).delay_days == 5


def test_what_is_in_a_batch_is_expected_on_its_execution_date(app):
    """TS-1: PY-2: the forecast says what the bank was told, and the day it was put down for once the batch is gone."""
    admin = make_user(Role.ADMIN)
    day, later = banking.after(clock.today(the_company())), banking.on_or_after(clock.today() + timedelta(20))
    document = to_pay(make_payable(), admin, on=later)
    assert of(document).expected_date == later

    batch = make_batch(admin, document, on=day)
    assert of(document).expected_date == day

    batches.cancel(batch, by=admin)
    db.session.commit()
    assert of(document).expected_date == document.pay_date == later
