"""Batches: what they hold, what becomes of it, and what may not happen to it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from app.bank.models import BankAccount
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, editing, moving, paying, reasons, retention, status
from app.documents.models import Direction, Document, Kind, PaidMeans, Status
from app.extensions import db
from app.payments import batches, choosing, executing, found, releasing
from app.payments.models import BatchState, PaymentState
from app.users.models import Company, User
from app.web.access import Role
from tests.factories import make_company, make_user, reload, the_company
from tests.payments.making import OTHER, make_account, make_batch, make_payable, make_payee, soon, to_pay


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


def settle(document: Document, minor: int) -> None:
    """As a bank line does."""
    document.settled_minor += minor
    status.settle(document, by=None, act="matched", changes={"settled_minor": [0, minor]})
    db.session.commit()


def made(admin, *documents):
    """A batch whose file was made."""
    batch = make_batch(admin, *documents)
    releasing.release(batch, by=admin)
    db.session.commit()
    return batch


def test_a_document_is_in_one_live_batch_at_most(admin):
    """PY-2: S91: the second batch is refused, and nothing of it stays."""
    document, other = make_payable(), make_payable(make_payee("Encre"))
    batch = make_batch(admin, document)
    to_pay(other, admin)
    with pytest.raises(Refused, match="is in the batch"):
        batches.make([other, document], batch.account, by=admin)
    assert [each.document_id for each in batch.payments] == [document.id]


@pytest.mark.parametrize(
    ("invoices", "credit", "total"),
    [
        ([12000], 2000, 10000),
        ([5000, 5000], 9999, 1),
        ([5000, 5000], 10000, None),
        ([5000], 12000, None),
        ([], 1, None),
    ],
)
def test_a_credit_note_is_deducted_from_the_supplier_s_transfer(admin, invoices, credit, total):
    """PY-2: R15: one transfer of what is left, if it is more than nothing; another supplier's stays apart."""
    party = make_payee()
    documents = [to_pay(make_payable(party, gross_minor=gross), admin) for gross in invoices]
    documents.append(to_pay(make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=credit), admin))
    other = to_pay(make_payable(make_payee("Encre", None, OTHER)), admin)
    if total is None:
        with pytest.raises(Refused):
            batches.make([*documents, other], make_account(), by=admin)
        return
    batch = batches.make([*documents, other], make_account(), by=admin)
    sums = [sum(each.amount_minor for each in group) for group in batch.transfers]
    assert sums == [total, 12000] and batch.total_minor == total + 12000


def test_a_refund_to_a_customer_is_a_payment(admin):
    """LC-1: PY-2: a credit note of ours is paid, not deducted."""
    facts = {"kind": Kind.CREDIT_NOTE, "direction": Direction.SALE}
    batch = make_batch(admin, make_payable(make_payee(is_customer=True), **facts))
    assert batch.total_minor == 12000


def test_what_cannot_be_paid_is_named(admin):
    """PY-2: LC-8: each with its reason, all at once; wrong accounts are refused too."""
    dollars, unconfirmed = make_payable(currency="USD"), make_payable(make_payee("Encre"), iban=OTHER)
    for each in (dollars, unconfirmed):
        to_pay(each, admin)
    account = make_account()
    with pytest.raises(Refused) as refused:
        batches.make([dollars, unconfirmed, make_payable()], account, by=admin)
    assert all(why in str(refused.value) for why in ("USD", "no confirmed one of Encre", "not put down to be paid"))
    ours = {"company": the_company(), "iban": OTHER, "currency": "EUR"}
    for wrong in ({"currency": "CHF"}, {"iban": None}, {"archived_at": clock.now()}):
        with pytest.raises(Refused, match="account in euros"):
            batches.make([make_payable()], BankAccount(**(ours | wrong)), by=admin)
    with pytest.raises(Refused):
        batches.make([], account, by=admin)


def test_several_confirmed_accounts_ask_for_one(admin):
    """PY-2: whoever makes the batch chooses; the file goes there."""
    document = to_pay(make_payable(make_payee("Durand", None, OTHER, "NL91ABNA0417164300")), admin)
    account = make_account()
    with pytest.raises(Refused, match="choose one"):
        batches.make([document], account, by=admin)
    batch = batches.make([document], account, by=admin, chosen={document.id: OTHER})
    assert batch.payments[0].iban == OTHER
    assert releasing.wrong_lines(batch) == {}


def test_a_line_is_taken_out_of_a_draft(admin):
    """PY-2: with what is deducted from it; what stays is told without it. A file that was made stays whole."""
    party = make_payee()
    first, second = make_payable(party), make_payable(party)
    credit = make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=100)
    batch = make_batch(admin, first, second, credit)
    batches.take_out(next(each for each in batch.payments if each.document is first), by=admin)
    assert [each.document for each in batch.payments] == [second] and batch.payments[0].remittance == second.number
    assert first.pay_date and reload(first).status is Status.TO_PAY
    releasing.release(batch, by=admin)
    with pytest.raises(Refused, match="file was made"):
        batches.take_out(batch.payments[0], by=admin)


def _sent_back_and_moved(document: Document, company: Company) -> None:
    document.validated_at = None
    moving.move(document, company, by=None)


def _sent_back_and_edited(document: Document, by: User) -> None:
    document.validated_at = None
    editing.edit(document, {"direction": Direction.SALE}, by=by, version=document.version)


@pytest.mark.parametrize("is_made", [False, True])
def test_what_is_in_a_live_batch_stays_as_it_is(admin, is_made):
    """PY-3: S105: amount, account, payee, trash, move, payment by hand and the day are refused; a label is not."""
    document = make_payable()
    batch = made(admin, document) if is_made else make_batch(admin, document)
    version, other = document.version, make_company("Elsewhere")
    encre_id = make_payee("Encre").id
    edit = lambda **changes: editing.edit(document, changes, by=admin, version=version)  # noqa: E731
    tries = [
        lambda: edit(gross=Decimal(1)),
        lambda: edit(iban=OTHER),
        lambda: edit(counterparty_id=encre_id),
        lambda: edit(kind=Kind.CREDIT_NOTE),
        lambda: decisions.trash(document, by=admin),
        lambda: choosing.cancel(document, by=admin),
        lambda: choosing.choose(document, by=admin, on=soon() + timedelta(days=9)),
        lambda: paying.pay(document, by=admin, on=clock.today(), means=PaidMeans.CASH),
        lambda: _sent_back_and_moved(document, other),
        lambda: _sent_back_and_edited(document, admin),
    ]
    for each in tries:
        with pytest.raises(Refused, match="the batch"):
            each()
        db.session.rollback()
    assert edit(label="Paper") == set()
    assert db.session.scalar(db.select(Document.id).where(Document.id == document.id, retention.held()))
    batches.cancel(batch, by=admin)
    decisions.trash(document, by=admin)
    assert document.status is Status.TRASH


def test_a_cancelled_batch_frees_its_documents(admin):
    """PY-2: before the bank could have it no reason is needed, and nothing is in doubt."""
    document = make_payable()
    batch = made(admin, document)
    batches.cancel(batch, by=admin)
    assert (batch.state, batch.payments[0].state) == (BatchState.CANCELLED, PaymentState.FREED)
    assert reload(document).status is Status.TO_PAY
    again = batches.make([document], batch.account, by=admin)
    with pytest.raises(Refused):
        batches.cancel(batch, by=admin)
    assert again.payments[0].state is PaymentState.LIVE


def test_after_the_download_a_reason_is_asked_and_a_doubt_stays(admin):
    """PY-2: S92: until its bank line comes, or a person says that it was not executed."""
    documents = [make_payable(), make_payable(make_payee("Encre", None, OTHER))]
    batch = made(admin, *documents)
    releasing.note_download(batch, by=admin)
    with pytest.raises(Refused, match="say why"):
        batches.cancel(batch, by=admin, why=" ")
    batches.cancel(batch, by=admin, why="wrong account, the bank was called")
    for each in documents:
        assert "May have been executed" in reasons.in_words(each.reason) and each.status is Status.TO_PAY
    with pytest.raises(Refused, match="may have been executed already"):
        batches.make([documents[0]], batch.account, by=admin)

    denied, paid = batch.payments
    batches.deny(denied, by=admin)
    settle(documents[1], 12000)
    assert (denied.state, reload(paid).state) == (PaymentState.FREED, PaymentState.EXECUTED)
    assert batches.make([documents[0]], batch.account, by=admin)
    with pytest.raises(Refused):
        batches.deny(denied, by=admin)
    settle(documents[1], -12000)
    assert reload(paid).state is PaymentState.DOUBTFUL and batch.state is BatchState.CANCELLED


def test_in_payment_until_the_bank_line_comes(admin):
    """PY-3: LC-4: LC-8: each is done as it is matched, the batch with the last; undone, it is awaited again."""
    documents = [make_payable(), make_payable(make_payee("Encre", None, OTHER))]
    batch = made(admin, *documents)
    for each in documents:
        assert reasons.in_words(each.reason).endswith("the bank line is awaited.") and each.status is Status.TO_PAY
    assert found.documents_of_total(batch.account, -24000, soon()) == documents
    assert found.documents_of_total(batch.account, -24001, soon()) == []
    assert found.documents_of_total(batch.account, -24000, soon() + timedelta(days=30)) == []

    settle(documents[0], 12000)
    assert (documents[0].status, batch.state) == (Status.VALIDATED, BatchState.MADE)
    settle(documents[1], 12000)
    assert (batch.state, {each.state for each in batch.payments}) == (BatchState.EXECUTED, {PaymentState.EXECUTED})
    settle(documents[1], -12000)
    assert (documents[1].status, batch.state) == (Status.TO_PAY, BatchState.MADE)
    assert reasons.in_words(documents[1].reason).startswith("In payment since")


def test_a_corrected_amount_undoes_no_payment(admin):
    """PY-3: what the bank paid is paid; the rest is to be paid, and may be."""
    document = make_payable()
    batch = made(admin, document)
    settle(document, 12000)
    editing.edit(document, {"gross": Decimal(140), "tax": Decimal(40)}, by=admin, version=document.version)
    editing.edit(document, {"label": "Paper"}, by=admin, version=document.version)
    assert (batch.payments[0].state, batch.state) == (PaymentState.EXECUTED, BatchState.EXECUTED)
    assert make_batch(admin, document, account=batch.account).total_minor == 2000


def test_one_transfer_of_several_documents_is_found_too(admin):
    """PY-3: where each transfer is booked: what is netted settles together; of two equal ones none is guessed."""
    party = make_payee()
    netted = [make_payable(party), make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=2000)]
    batch = made(admin, *netted, make_payable(make_payee("Encre", None, OTHER)))
    assert found.documents_of_total(batch.account, 10000, soon()) == netted
    account = batch.account
    for _time in range(2):
        twin = make_batch(admin, make_payable(gross_minor=777), account=account)
        releasing.release(twin, by=admin)
    assert found.documents_of_total(account, 777, soon()) == []


def test_a_person_says_that_the_bank_executed_it(admin):
    """PY-3: LC-4: where no statements come; all that waits is paid, netted or not, and the batch is done."""
    party = make_payee()
    documents = [make_payable(party), make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=2000)]
    batch = make_batch(admin, *documents)
    with pytest.raises(Refused):
        executing.execute(batch, by=admin, on=clock.today())
    releasing.release(batch, by=admin)
    executing.execute(batch, by=admin, on=clock.today())
    assert {each.status for each in documents} == {Status.VALIDATED} and batch.state is BatchState.EXECUTED
    paying.take_back(documents[0], by=admin)
    assert (documents[0].status, batch.state) == (Status.TO_PAY, BatchState.MADE)


def test_a_day_that_is_over_moves_on(admin):
    """PY-2: S107: a draft that lay for a week, or beneath a clock that jumped, is executed on a day to come."""
    batch = make_batch(admin)
    with time_machine.travel(clock.now() + timedelta(days=365), tick=False):
        releasing.release(batch, by=admin)
        assert batch.execution_date >= clock.today()
