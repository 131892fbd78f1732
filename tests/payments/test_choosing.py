"""What is to be paid, on which day, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from app.bulk import doing
from app.bulk.models import Act
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, disputing, reasons
from app.documents.models import Direction, Kind, Status
from app.payments import banking, choosing, month
from tests.factories import make_document, make_user, reload, the_company
from tests.payments.making import make_payable, make_payee, soon, to_pay


@pytest.fixture
def person(app):
    return make_user()


@pytest.mark.parametrize(
    ("today", "paid"),
    [
        (date(2026, 12, 2), date(2026, 12, 3)),  # a Wednesday
        (date(2026, 12, 4), date(2026, 12, 7)),  # over a weekend
        (date(2026, 12, 24), date(2026, 12, 28)),  # Christmas, 26 December, a Sunday
        (date(2026, 12, 31), date(2027, 1, 4)),
        (date(2027, 3, 25), date(2027, 3, 30)),  # Good Friday and Easter Monday
        (date(2027, 4, 30), date(2027, 5, 3)),  # 1 May on a Saturday
        (date(2028, 2, 28), date(2028, 2, 29)),
    ],
)
def test_now_means_the_next_banking_day(today, paid):
    """PY-1: S107: weekends and the holidays of TARGET are passed over."""
    assert banking.after(today) == paid
    assert banking.is_open(paid) and banking.on_or_after(paid) == paid


def test_it_is_to_be_paid_and_back(person):
    """PY-1: LC-8: one click pays it on the next banking day; another takes that back."""
    document = make_payable()

    day = choosing.choose(document, by=person)
    assert (document.status, document.pay_date) == (Status.TO_PAY, banking.after(clock.today(document.company)))
    assert reasons.in_words(document.reason).startswith("To be paid on ") and day == document.pay_date

    choosing.cancel(document, by=person)
    assert (document.status, document.pay_date) == (Status.TO_MATCH, None)


def test_a_day_on_which_no_bank_pays_moves_to_the_next(person):
    """PY-1: a Saturday means Monday; what is over or too far away is refused."""
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        document = make_payable()
        assert choosing.choose(document, by=person, on=date(2026, 12, 5)) == date(2026, 12, 7)
        assert choosing.choose(document, by=person, on=date(2026, 12, 1)) == date(2026, 12, 1)
        for wrong in (date(2026, 11, 30), date(2027, 12, 3)):
            with pytest.raises(Refused):
                choosing.choose(document, by=person, on=wrong)
    assert document.pay_date == date(2026, 12, 1)


def test_what_is_not_ours_to_pay_is_refused(person):
    """LC-1: PY-1: a sale, what waits, is settled or in the trash; a customer's refund is said to be one."""
    sale = {"direction": Direction.SALE, "validated_at": clock.now()}
    refused = [
        make_document(**sale),
        make_document(),
        make_document(validated_at=clock.now(), awaits_approval=True),
        make_document(validated_at=clock.now(), settled_minor=12000),
        make_document(validated_at=clock.now(), trashed_at=clock.now()),
    ]
    for document in refused:
        with pytest.raises(Refused):
            choosing.choose(document, by=person, refund=True)
        assert document.pay_date is None and not choosing.may_choose(document)
    refund = make_document(kind=Kind.CREDIT_NOTE, **sale)
    with pytest.raises(Refused):
        choosing.choose(refund, by=person)
    choosing.choose(refund, by=person, refund=True)
    assert refund.status is Status.TO_PAY
    assert choosing.may_choose(make_document(kind=Kind.CREDIT_NOTE, validated_at=clock.now()))


def test_whoever_comes_second_is_told(person):
    """PY-1: S59: what one page showed is decided once."""
    document = make_payable()
    choosing.choose(document, by=person, version=1)
    with pytest.raises(Refused):
        choosing.cancel(document, by=person, version=1)
    assert document.pay_date


def test_many_at_once(person):
    """PY-1: RV-7: in bulk, each with its own guards; a stranger's stays out."""
    documents = [make_payable(), make_payable(make_payee("Encre")), make_document(direction=Direction.SALE)]
    day = clock.today(the_company()) + timedelta(days=30)
    ids = [each.id for each in documents]

    bulk = doing.begin(the_company(), Act.TO_PAY, ids, {"pay_date": day.isoformat()}, by=person)
    doing.go_on(bulk, 10)
    assert {each.pay_date for each in documents[:2]} == {banking.on_or_after(day)}
    assert list(bulk.stayed) == ids[2:]

    bulk = doing.begin(the_company(), Act.NOT_TO_PAY, ids, {}, by=person)
    doing.go_on(bulk, 10)
    assert {each.status for each in documents[:2]} == {Status.TO_MATCH} and list(bulk.stayed) == ids[2:]


def test_a_dispute_and_the_trash_keep_the_day(person):
    """PY-1: TR-1: LC-8: it comes out of the trash as it went in; a dispute is said first."""
    document = to_pay(make_payable(), person)
    disputing.dispute(document, "wrong price", by=person)
    assert document.status is Status.TO_PAY and reasons.in_words(document.reason) == "Disputed: wrong price"
    decisions.trash(document, by=person)
    decisions.restore(document, by=person)
    assert reload(document).status is Status.TO_PAY


def test_a_day_of_the_calendar_adds_up_what_leaves(person):
    """PY-1: R15: a supplier's credit note is taken off, a customer's is paid back; currencies stay apart."""
    sale = {"kind": Kind.CREDIT_NOTE, "direction": Direction.SALE}
    made = [make_payable(), make_payable(currency="USD"), make_payable(**sale, gross_minor=500)]
    made.append(make_payable(kind=Kind.CREDIT_NOTE, gross_minor=2000))
    for each in made:
        to_pay(each, person, refund=True)
    weeks = month.weeks(person, the_company(), soon().replace(day=1))
    (day,) = [day for week in weeks for day in week if day.documents]
    assert day.sums == {"EUR": 12000 + 500 - 2000, "USD": 12000}
