"""What bank lines and credit notes settle, and how it is taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.bank import allocating, undoing
from app.bank.allocating import Share
from app.bank.models import BankTransaction, Difference, Match
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, editing, marks, paying, reasons, retention
from app.documents.models import Document, Kind, PaidMeans, Status
from app.extensions import db
from tests.bank.lines import make_line, make_open
from tests.factories import make_company, make_counterparty, make_document, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


def facts(*things):
    """What must be the same again after everything is taken back."""
    names = ("status", "settled_minor", "settled_date", "matched_minor")
    return [[getattr(reload(thing), name, None) for name in names] for thing in things]


def test_a_line_settles_a_document_and_its_status_follows():
    """BK-4: BK-2: LC-4: one match, and it is validated and paid, with the day, the mark and the reason."""
    document, line, user = make_open(), make_line(), make_user()

    allocating.allocate(line, [Share(document, 12000)], by=user)
    db.session.commit()

    document, line = reload(document), reload(line)
    assert (document.status, document.settled_minor, document.settled_date) == (Status.VALIDATED, 12000, line.date)
    assert (line.matched_minor, line.open_minor, document.held_at is not None) == (12000, 0, True)
    assert reasons.in_words(document.reason) == "Done: matched with the bank."
    assert [mark.label for mark in marks.of(document)] == ["By bank"]
    entries = list(db.session.scalars(AuditEntry.about(document)))
    assert entries[0].act == "matched" and entries[0].changes["settled_minor"] == [0, 12000]
    assert next(iter(db.session.scalars(AuditEntry.about(line)))).changes["matched_minor"] == [0, 12000]


def test_a_part_leaves_the_rest_open_and_says_how_much():
    """BK-2: LC-8: what is matched and what is open of it stands on the document."""
    document = make_open(30000)
    allocating.allocate(make_line(-12000), [Share(document, 12000)], by=None)
    assert (document.status, document.open_minor, document.settled_date) == (Status.TO_MATCH, 18000, None)
    assert reasons.in_words(document.reason) == "€120.00 of €300.00 matched: €180.00 still open."


def test_one_line_settles_several_documents_and_several_lines_one():
    """BK-2: in one act, or one line after the other."""
    first, second = make_open(7000), make_open(5000)
    act = allocating.allocate(make_line(-12000), [Share(first, 7000), Share(second, 5000)], by=None)
    assert {each.status for each in (first, second)} == {Status.VALIDATED} and len(undoing.of_act(act)) == 2

    whole = make_open(30000)
    for day in (3, 2, 1):
        line = make_line(-10000, date=date(2026, 10, day))
        allocating.allocate(line, [Share(whole, 10000)], by=None)
        assert line.open_minor == 0
    assert (whole.status, whole.settled_date) == (Status.VALIDATED, date(2026, 10, 3))


@pytest.mark.parametrize(("minor", "sale", "credit", "is_right"), [
    (12000, True, False, True), (-12000, True, False, False), (12000, False, True, True), (-12000, False, True, False),
    (-12000, False, False, True), (12000, False, False, False), (-12000, True, True, True), (12000, True, True, False),
])  # fmt: skip
def test_money_settles_what_it_can_settle(minor, sale, credit, is_right):
    """BK-2: LC-7: what comes in settles sales and refunds of suppliers; what leaves, purchases and refunds we make."""
    document, line = make_open(sale=sale, credit=credit), make_line(minor)
    if is_right:
        allocating.allocate(line, [Share(document, 12000)], by=None)
        assert document.status is Status.VALIDATED
    else:
        with pytest.raises(Refused, match="Money that"):
            allocating.allocate(line, [Share(document, 12000)], by=None)


def test_never_more_than_is_open_of_either_side():
    """S94: BK-2: of the line, of the document, or of a document that was paid in part by hand."""
    document, line, user = make_open(10000), make_line(-12000), make_user()
    with pytest.raises(Refused, match=r"Only €100\.00 of"):
        allocating.allocate(line, [Share(document, 12000)], by=user)
    db.session.rollback()
    with pytest.raises(Refused, match=r"Only €120\.00 of the bank line"):
        allocating.allocate(line, [Share(make_open(20000), 12001)], by=user)
    db.session.rollback()

    paying.pay(document, by=user, on=clock.today(), means=PaidMeans.CASH)
    with pytest.raises(Refused, match=r"Only €0.00 of"):
        allocating.allocate(line, [Share(document, 1)], by=user)


def test_the_database_itself_refuses_more_than_there_is():
    """S94: whoever writes past the verbs is stopped: both sums are counted by the database, and bounded."""
    document, line = make_open(), make_line()
    other, another = make_open(50000), make_line(-50000)
    for made in (
        Match(document=document, transaction=another, amount_minor=12001, line_minor=12001, date=line.date),
        Match(document=other, transaction=line, amount_minor=12001, line_minor=12001, date=line.date),
        Match(document=document, credit_note=document, amount_minor=1, date=line.date),
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    for model, column in ((Document, "settled_minor"), (BankTransaction, "matched_minor")):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(update(model).values({column: 50001}).execution_options(synchronize_session=False))
    assert facts(document, line)[0][1] == 0


def test_the_database_counts_and_changes_no_match():
    """S94: a match made or removed in SQL counts; one that is there keeps its amounts."""
    document, line = make_open(), make_line()
    made = Match(document=document, transaction=line, amount_minor=7000, line_minor=7000, date=line.date)
    db.session.add(made)
    db.session.commit()
    assert (reload(document).settled_minor, reload(line).matched_minor) == (7000, 7000)
    with pytest.raises(DBAPIError, match="never changed"), db.session.begin_nested():
        db.session.execute(text("UPDATE document_match SET amount_minor = 1"))
    db.session.execute(delete(Match))
    assert (reload(document).settled_minor, reload(line).matched_minor) == (0, 0)


def test_what_is_no_document_to_settle_is_refused():
    """BK-2: LC-1: not validated, in the trash, waiting for approval, of another company, chosen twice, ignored."""
    line = make_line()
    waits = make_open()
    waits.awaits_approval = True
    db.session.commit()
    cases = [(make_document(), "not validated"), (waits, "waits for approval")]
    cases.append((make_open(trashed_at=clock.now()), "in the trash"))
    for document, why in cases:
        with pytest.raises(Refused, match=why):
            allocating.allocate(line, [Share(document, 12000)], by=None)
        db.session.rollback()
    document = make_open()
    for shares, why in (
        ([Share(document, 1), Share(document, 1)], "twice"),
        ([], "Money"),
        ([Share(document, 0)], "above"),
    ):
        with pytest.raises(Refused, match=why):
            allocating.allocate(line, shares, by=None)
    line.ignored_at = clock.now()
    db.session.commit()
    with pytest.raises(Refused, match="ignored"):
        allocating.allocate(line, [Share(document, 12000)], by=None)


def test_two_companies_are_never_mixed():
    """US-3: BK-2: a line of one company settles nothing of another."""
    mine, other = make_company("One"), make_company("Two")
    with pytest.raises(Refused, match="two companies"):
        allocating.allocate(make_line(company=mine), [Share(make_open(company=other), 12000)], by=None)


def test_a_difference_is_written_off_under_a_reason():
    """BK-2: less came than was owed (a fee, a discount), or more was taken than the document says."""
    document, line = make_open(30000, sale=True), make_line(29500)
    allocating.allocate(line, [Share(document, 29500, rest=Difference.FEE)], by=None)
    assert (document.status, document.open_minor, document.settled_date) == (Status.VALIDATED, 0, line.date)

    purchase, more = make_open(12000), make_line(-12005)
    allocating.allocate(more, [Share(purchase, 12000)], by=None, rest=Difference.ROUNDING)
    assert (more.open_minor, purchase.status) == (0, Status.VALIDATED)
    kinds = db.session.scalars(select(Match.difference).where(Match.difference.is_not(None)).order_by(Match.id))
    assert list(kinds) == [Difference.FEE, Difference.ROUNDING]


def test_a_difference_is_less_than_what_is_paid():
    """BK-2: the greater part is money: nothing is given up by mistake."""
    document, line = make_open(30000, sale=True), make_line(10000)
    with pytest.raises(Refused, match="no difference"):
        allocating.allocate(line, [Share(document, 10000, rest=Difference.DISCOUNT)], by=None)
    db.session.rollback()
    with pytest.raises(Refused, match="Nothing of it is settled"):
        allocating.write_off(document, Difference.ROUNDING, by=None)
    allocating.allocate(line, [Share(document, 10000)], by=None)
    with pytest.raises(Refused, match="no difference"):
        allocating.write_off(document, Difference.ROUNDING, by=None)
    allocating.allocate(make_line(19000), [Share(document, 19000)], by=None)
    allocating.write_off(document, Difference.DISCOUNT, by=None)
    assert document.status is Status.VALIDATED
    invoice, large = make_open(10000), make_line(-1000000)
    with pytest.raises(Refused, match="More of the line"):
        allocating.allocate(large, [Share(invoice, 10000)], by=None, rest=Difference.FEE)


def test_another_currency_says_both_amounts():
    """BK-2: 110 dollars are settled by 100 euros of the account."""
    document, line = make_open(11000, currency="USD"), make_line(-10000)
    with pytest.raises(Refused, match="another currency"):
        allocating.allocate(line, [Share(document, 11000)], by=None)
    allocating.allocate(line, [Share(document, 11000, 10000)], by=None)
    assert (document.open_minor, line.open_minor, document.status) == (0, 0, Status.VALIDATED)


def test_a_credit_note_is_netted_with_invoices():
    """BK-3: LC-7: it is available until it is used, and used once."""  # S94
    customer = make_counterparty(is_customer=True)
    invoice, credit = (
        make_open(30000, sale=True, counterparty=customer),
        make_open(5000, sale=True, credit=True, counterparty=customer),
    )
    assert credit.reason == {"key": "available"}
    allocating.net(credit, [Share(invoice, 5000)], by=None)
    assert (credit.status, invoice.open_minor, credit.reason["way"]) == (Status.VALIDATED, 25000, "netted")
    with pytest.raises(Refused, match=r"Only €0\.00"):
        allocating.net(credit, [Share(invoice, 5000)], by=None)
    db.session.rollback()
    stranger = make_open(30000, sale=True)
    for other in (stranger, credit, make_open(30000, counterparty=customer)):
        with pytest.raises(Refused):
            allocating.net(make_open(100, sale=True, credit=True, counterparty=customer), [Share(other, 100)], by=None)
        db.session.rollback()


def test_a_customer_takes_a_credit_note_off_what_they_pay():
    """BK-3: BK-2: 250.00 for an invoice of 300.00 and a credit note of 50.00, in one act."""
    customer = make_counterparty(is_customer=True)
    invoice, credit = (
        make_open(30000, sale=True, counterparty=customer),
        make_open(5000, sale=True, credit=True, counterparty=customer),
    )
    line = make_line(25000)
    before = facts(invoice, credit, line)
    act = allocating.allocate(line, [Share(invoice, 30000), Share(credit, 5000)], by=None)
    assert {invoice.status, credit.status} == {Status.VALIDATED} and line.open_minor == 0
    undoing.undo(act, by=None)
    db.session.commit()
    assert facts(invoice, credit, line) == before


def test_undoing_puts_everything_back():
    """BK-3: LC-4: a whole act, or one match of it with its difference; twice is told."""
    first, second, line = make_open(7000), make_open(5050), make_line(-12000)
    before = facts(first, second, line)
    act = allocating.allocate(line, [Share(first, 7000), Share(second, 5000, rest=Difference.DISCOUNT)], by=None)
    match = next(each for each in undoing.of_act(act) if each.document is second and each.transaction)
    undoing.undo_match(match, by=None)
    db.session.commit()
    assert (reload(second).status, second.open_minor, line.open_minor) == (Status.TO_MATCH, 5050, 5000)
    undoing.undo(act, by=None)
    db.session.commit()
    assert facts(first, second, line) == before and db.session.scalar(select(func.count(Match.id))) == 0
    assert reload(first).reason == {"key": "to_match"}
    with pytest.raises(Refused, match="already"):
        undoing.undo(act, by=None)


def test_a_matched_document_keeps_its_facts_and_its_matches():
    """BK-2: TR-1: currency, type and amount are fixed; the trash and back change nothing; it is never purged."""
    document, line, user = make_open(), make_line(), make_user()
    act = allocating.allocate(line, [Share(document, 12000)], by=user)
    for change in ({"gross": Decimal(100)}, {"currency": "USD"}, {"kind": Kind.CREDIT_NOTE}):
        with pytest.raises(Refused):
            editing.edit(document, change, by=user, version=document.version)
    db.session.commit()
    decisions.trash(document, by=user)
    decisions.restore(document, by=user)
    assert (document.status, document.settled_date, line.matched_minor) == (Status.VALIDATED, line.date, 12000)
    document.held_at = clock.now() - timedelta(days=20 * 366)
    db.session.commit()
    assert retention.is_held(document)
    decisions.trash(document, by=user)
    undoing.undo(act, by=user)
    assert (document.status, document.settled_minor) == (Status.TRASH, 0)


def test_what_is_netted_stays_its_counterpartys():
    """BK-3: S94: netted first and given to another afterwards, one customer's credit would pay what another owes."""
    customer, user = make_counterparty(is_customer=True), make_user()
    other = make_counterparty(is_customer=True)
    invoice = make_open(sale=True, counterparty=customer)
    credit = make_open(5000, sale=True, credit=True, counterparty=customer)
    act = allocating.net(credit, [Share(invoice, 5000)], by=user)
    db.session.commit()
    for document in (invoice, credit):
        with pytest.raises(Refused, match="netted"):
            editing.edit(document, {"counterparty_id": other.id}, by=user, version=document.version)
        db.session.rollback()
    undoing.undo(act, by=user)
    editing.edit(credit, {"counterparty_id": other.id}, by=user, version=credit.version)
    assert credit.counterparty_id == other.id


def test_the_day_it_was_settled_is_that_of_the_last_money():
    """BK-4: LC-4: by bank and by hand; none while something is open."""
    document, user = make_open(), make_user()
    allocating.allocate(make_line(-5000, date=date(2026, 10, 30)), [Share(document, 5000)], by=None)
    paying.pay(document, by=user, on=date(2026, 11, 2), means=PaidMeans.CASH)
    assert document.settled_date == date(2026, 11, 2)
    paying.take_back(document, by=user)
    assert document.settled_date is None
    allocating.allocate(make_line(-7000, date=date(2026, 10, 3)), [Share(document, 7000)], by=None)
    assert document.settled_date == date(2026, 10, 30)
