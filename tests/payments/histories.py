"""Whatever people do with payments, in whatever order: nothing is paid twice, or to an account nobody confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, func, select

from app.bank.models import BankAccount
from app.core import clock
from app.core.errors import Refused
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents import decisions, disputing, editing, paying, reasons, status
from app.documents.models import Document, Kind, PaidMeans
from app.extensions import db
from app.files import store
from app.payments import batches, choosing, executing, releasing, waiting
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.users.models import User
from app.web.access import Role
from tests.factories import make_user
from tests.payments.making import OTHER, make_account, make_batch, make_payable, make_payee, to_pay
from tests.payments.reading import read

nths, whos = st.integers(0, 3), st.integers(0, 1)
ends = st.integers(0, 3)
UNDER_WAY = Payment.state.in_((PaymentState.LIVE, PaymentState.DOUBTFUL))
TWICE = select(Payment.document_id).where(UNDER_WAY).group_by(Payment.document_id).having(func.count(Payment.id) > 1)


@dataclass
class Ground:
    """What every history begins with, by ids: people, two suppliers, an account, three documents to be paid."""

    connection: Connection
    people: list[int]
    parties: list[int]
    account_id: int
    documents: list[int]
    made: dict[int, bytes]
    totals: dict[int, int]


def ground(connection: Connection) -> Ground:
    """Laid once for all histories: two invoices and a credit note of one supplier, an invoice of another.

    One was given to the bank, another is in a draft: a short history comes far from there.
    """
    people = [make_user(Role.ADMIN), make_user(Role.ADMIN)]
    parties = [make_payee("Durand"), make_payee("Encre", None, OTHER)]
    documents = [make_payable(each) for each in (parties[0], *parties)]
    documents.append(make_payable(parties[0], kind=Kind.CREDIT_NOTE, gross_minor=1000))
    for each in documents:
        to_pay(each, people[0])
    account = make_account()
    out = make_batch(people[0], documents[0], account=account)
    releasing.release(out, by=people[0])
    releasing.note_download(out, by=people[0])
    make_batch(people[0], documents[2], account=account)
    ids = [[each.id for each in these] for these in (people, parties, documents)]
    made = {out.id: store.read(out.file)}
    return Ground(connection, ids[0], ids[1], account.id, ids[2], made, {out.id: out.total_minor})


class PaymentHistories(RuleBasedStateMachine):
    """One history of a few documents and batches."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        db.session.remove()
        self.ground, self.savepoint = ground, ground.connection.begin_nested()
        self.made, self.totals = dict(ground.made), dict(ground.totals)
        """What the file of each batch was when it was made, and what it took from the account."""
        self.has_changed = False

    def teardown(self) -> None:
        """As if nothing had happened."""
        db.session.rollback()
        db.session.remove()
        self.savepoint.rollback()

    # --- What people do ---------------------------------------------------------------------------

    @rule(nth=nths, is_back=st.booleans())
    def choose(self, nth: int, is_back: bool) -> None:
        verb = choosing.cancel if is_back else choosing.choose
        self.act(nth, lambda document, by: verb(document, by=by))

    @rule(nth=nths, minor=st.sampled_from([-12000, -1, 1, 1000, 12000]))
    def match(self, nth: int, minor: int) -> None:
        """As a bank line does, or its undoing."""
        self.act(nth, lambda document, _by: _match(document, minor))

    @rule(nth=nths, is_back=st.booleans())
    def pay_by_hand(self, nth: int, is_back: bool) -> None:
        said = {"on": clock.today(), "means": PaidMeans.CASH}
        self.act(nth, lambda one, by: paying.take_back(one, by=by) if is_back else paying.pay(one, by=by, **said))

    @rule(nth=nths, is_back=st.booleans())
    def trash(self, nth: int, is_back: bool) -> None:
        verb = decisions.restore if is_back else decisions.trash
        self.act(nth, lambda document, by: verb(document, by=by))

    @rule(nth=nths, is_over=st.booleans())
    def dispute(self, nth: int, is_over: bool) -> None:
        self.act(nth, lambda one, by: disputing.end(one, by=by) if is_over else disputing.dispute(one, "why", by=by))

    @rule(nth=nths, gross=st.sampled_from([Decimal(120), Decimal("120.01"), Decimal(10)]))
    def change_amount(self, nth: int, gross: Decimal) -> None:
        self.act(
            nth,
            lambda one, by: editing.edit(
                one, {"gross": gross, "net": gross, "tax": Decimal(0)}, by=by, version=one.version
            ),
        )

    @rule(these=st.sets(nths, min_size=1), who=whos)
    def make(self, these: set[int], who: int) -> None:
        ids = {self.ground.documents[nth] for nth in these}
        documents = list(db.session.scalars(select(Document).where(Document.id.in_(ids)).order_by(Document.id)))
        account = db.session.get_one(BankAccount, self.ground.account_id)
        self.do(lambda by: batches.make(documents, account, by=by), who)

    @rule(nth=ends)
    def release(self, nth: int) -> None:
        self.with_batch(nth, self.released)

    @rule(nth=ends)
    def download(self, nth: int) -> None:
        self.with_batch(nth, lambda batch, by: releasing.note_download(batch, by=by))

    @rule(nth=ends, why=st.sampled_from(["wrong account", ""]))
    def cancel(self, nth: int, why: str) -> None:
        self.with_batch(nth, lambda batch, by: batches.cancel(batch, by=by, why=why))

    @rule(nth=ends)
    def renew(self, nth: int) -> None:
        self.with_batch(nth, lambda batch, by: batches.renew(batch, by=by))

    @rule(nth=ends)
    def execute(self, nth: int) -> None:
        self.with_batch(nth, lambda batch, by: executing.execute(batch, by=by, on=clock.today()))

    @rule(nth=ends, line=ends)
    def take_out(self, nth: int, line: int) -> None:
        self.with_payment(nth, line, lambda payment, by: batches.take_out(payment, by=by))

    @rule(nth=ends, line=ends)
    def deny(self, nth: int, line: int) -> None:
        self.with_payment(nth, line, lambda payment, by: batches.deny(payment, by=by))

    @rule(party=whos, is_confirmed=st.booleans())
    def confirm(self, party: int, is_confirmed: bool) -> None:
        known = db.session.get_one(Counterparty, self.ground.parties[party])
        known.ibans[0].confirmed_at = clock.now() if is_confirmed else None
        db.session.flush()
        waiting.look_again(known)
        db.session.commit()

    # --- How it is done ---------------------------------------------------------------------------

    def act(self, nth: int, verb: Callable[[Document, User], Any]) -> None:
        document = db.session.get_one(Document, self.ground.documents[nth])
        self.do(lambda by: verb(document, by))

    def released(self, batch: PaymentBatch, by: User) -> None:
        confirmed = set(
            db.session.scalars(select(CounterpartyIban.iban).where(CounterpartyIban.confirmed_at.is_not(None)))
        )
        releasing.release(batch, by=by)
        data = store.read(batch.file)
        told = read(data)
        assert {each.iban for each in told.transfers} <= confirmed, "paid to an account nobody confirmed"
        assert told.total == sum(each.amount for each in told.transfers) == Decimal(batch.total_minor).scaleb(-2)
        assert all(each.amount > 0 for each in told.transfers) and told.message_id == batch.message_id
        self.made[batch.id], self.totals[batch.id] = data, batch.total_minor

    def with_batch(self, nth: int, verb: Callable[[PaymentBatch, User], Any]) -> None:
        known = list(db.session.scalars(select(PaymentBatch).order_by(PaymentBatch.id)))
        if known:
            self.do(lambda by: verb(known[nth % len(known)], by))

    def with_payment(self, nth: int, line: int, verb: Callable[[Payment, User], Any]) -> None:
        def on_line(batch: PaymentBatch, by: User) -> None:
            if batch.payments:
                verb(batch.payments[line % len(batch.payments)], by)

        self.with_batch(nth, on_line)

    def do(self, verb: Callable[[User], Any], who: int = 0) -> None:
        """One request: all of it, or nothing and a sentence."""
        try:
            verb(db.session.get_one(User, self.ground.people[who]))
            db.session.commit()
            self.has_changed = True
        except Refused:
            db.session.rollback()

    # --- What always holds ------------------------------------------------------------------------

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        """SAFETY S91, S92, S93; and SPEC LC-1, LC-8 of the documents."""
        if not self.has_changed:
            return
        self.has_changed = False
        for document in db.session.scalars(select(Document)):
            assert document.status is status.status_of(document), "a status that the facts do not amount to"
            assert document.reason == reasons.first(document), "a line that says something else"
        assert not db.session.scalars(TWICE).all(), "one document in two live batches, or in doubt and in one"
        for batch in db.session.scalars(select(PaymentBatch)):
            states = {each.state for each in batch.payments}
            if batch.state is BatchState.CANCELLED:
                assert PaymentState.LIVE not in states, "cancelled, and not freed"
            if batch.state is BatchState.EXECUTED:
                assert states == {PaymentState.EXECUTED}, "executed, and something waits"
            if batch.id in self.made:
                assert store.read(batch.file) == self.made[batch.id], "another file"
                assert batch.total_minor == self.totals[batch.id], "another total than its file says"
            assert (batch.file_id is not None) == (batch.id in self.made), "a file nobody released"


def _match(document: Document, minor: int) -> None:
    """Never more than is open, nor less than was paid by hand."""
    if document.trashed_at or not document.paid_minor <= document.settled_minor + minor <= (document.gross_minor or 0):
        raise Refused("no")
    document.settled_minor += minor
    status.settle(document, by=None, act="matched", changes={"settled_minor": [0, minor]})
