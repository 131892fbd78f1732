"""Whatever people allocate, net, write off and take back, in whatever order: the sums agree, and undoing restores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, func, select

from app.bank import allocating, ignoring, planning, undoing
from app.bank.allocating import Share
from app.bank.models import BankTransaction, Difference, Match
from app.core import clock
from app.core.errors import Refused
from app.documents import paying, reasons, status, trash
from app.documents.models import Document, PaidMeans
from app.extensions import db
from app.users.models import User
from tests.bank.lines import make_line, make_open, make_statement
from tests.factories import make_company, make_counterparty, make_user

LINES, DOCUMENTS = 4, 5
minors = st.sampled_from([1, 3000, 5000, 12000, 12001])
lines, documents = st.integers(0, LINES - 1), st.integers(0, DOCUMENTS - 1)
differences = st.none() | st.sampled_from(Difference)


@dataclass
class Ground:
    """Lines both ways, invoices both ways, a credit note; by ids."""

    connection: Connection
    user: int
    lines: list[int]
    documents: list[int]


def ground(connection: Connection) -> Ground:
    """Laid once for all histories."""
    company = make_company()
    party = make_counterparty(company=company, is_customer=True)
    facts, statement = {"company": company, "counterparty": party}, make_statement(company)
    made = [make_open(12000, sale=True, **facts), make_open(5000, sale=True, **facts)]
    made += [make_open(3000, sale=True, credit=True, **facts), make_open(12000, **facts)]
    made.append(make_open(11000, sale=True, currency="USD", **facts))
    minors_of = (12000, 5000, 20000, -12000)
    ids = [make_line(minor, company, statement=statement).id for minor in minors_of]
    user = make_user(company=company).id
    db.session.commit()
    return Ground(connection, user, ids, [each.id for each in made])


class Allocations(RuleBasedStateMachine):
    """One history; undone as a whole at its end."""

    looked = 0

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        db.session.remove()
        self.ground, self.savepoint = ground, ground.connection.begin_nested()
        self.first = self.facts()
        self.has_changed = False

    def teardown(self) -> None:
        """Everything is taken back: the first state, exactly."""
        try:
            self.take_everything_back()
            assert self.facts() == self.first, "undoing everything leaves a trace"
            type(self).looked += 1
        finally:
            db.session.rollback()
            db.session.remove()
            self.savepoint.rollback()

    def take_everything_back(self) -> None:
        user = db.session.get_one(User, self.ground.user)
        for document in self.documents():
            if document.trashed_at:
                trash.restore(document, by=user)
            if document.paid_minor:
                paying.take_back(document, by=user)
        for act in db.session.scalars(select(Match.act_id).distinct().order_by(Match.act_id)).all():
            undoing.undo(act, by=user)
        for line in self.lines():
            if line.ignored_at:
                ignoring.count_again(line, by=user)
        db.session.commit()

    # --- What people do ---------------------------------------------------------------------------

    @rule(line=lines, document=documents, minor=minors, from_line=st.none() | minors, rest=differences)
    def allocate(self, line: int, document: int, minor: int, from_line: int | None, rest: Difference | None) -> None:
        share = lambda: Share(self.document(document), minor, from_line, rest)  # noqa: E731
        self.act(lambda user: allocating.allocate(self.line(line), [share()], by=user))

    @rule(line=lines, chosen=st.lists(documents, min_size=1, max_size=3), difference=differences)
    def take_a_proposal(self, line: int, chosen: list[int], difference: Difference | None) -> None:
        def settle(user: User) -> None:
            shares, rest = planning.plan(self.line(line), [self.document(each) for each in chosen], difference)
            allocating.allocate(self.line(line), shares, by=user, rest=rest)

        self.act(settle)

    @rule(document=documents, credit=documents, minor=minors)
    def net(self, document: int, credit: int, minor: int) -> None:
        share = lambda: Share(self.document(document), minor)  # noqa: E731
        self.act(lambda user: allocating.net(self.document(credit), [share()], by=user))

    @rule(document=documents, difference=st.sampled_from(Difference))
    def write_off(self, document: int, difference: Difference) -> None:
        self.act(lambda user: allocating.write_off(self.document(document), difference, by=user))

    @rule(nth=st.integers(0, 5), whole=st.booleans())
    def undo(self, nth: int, whole: bool) -> None:
        matches = db.session.scalars(select(Match).order_by(Match.id)).all()
        if not matches:
            return
        match = matches[nth % len(matches)]
        self.act(lambda user: undoing.undo(match.act_id, by=user) if whole else undoing.undo_match(match, by=user))

    @rule(line=lines, back=st.booleans())
    def ignore(self, line: int, back: bool) -> None:
        if back:
            self.act(lambda user: ignoring.count_again(self.line(line), by=user))
        else:
            self.act(lambda user: ignoring.ignore(self.line(line), "a fee", by=user))

    @rule(document=documents, minor=minors, back=st.booleans())
    def pay_by_hand(self, document: int, minor: int, back: bool) -> None:
        said: dict[str, Any] = {"on": clock.today(), "means": PaidMeans.CASH, "part": Decimal(minor) / 100}
        if back:
            self.act(lambda user: paying.take_back(self.document(document), by=user))
        else:
            self.act(lambda user: paying.pay(self.document(document), by=user, **said))

    @rule(document=documents, back=st.booleans())
    def throw_away(self, document: int, back: bool) -> None:
        verb = trash.restore if back else trash.trash
        self.act(lambda user: verb(self.document(document), by=user))

    # --- How it is done ---------------------------------------------------------------------------

    def act(self, verb: Callable[[User], Any]) -> None:
        """One request: all of it, or nothing and a sentence."""
        try:
            verb(db.session.get_one(User, self.ground.user))
            db.session.commit()
            self.has_changed = True
        except Refused:
            db.session.rollback()

    def line(self, nth: int) -> BankTransaction:
        return db.session.get_one(BankTransaction, self.ground.lines[nth])

    def document(self, nth: int) -> Document:
        return db.session.get_one(Document, self.ground.documents[nth])

    def lines(self) -> list[BankTransaction]:
        return self.anew(BankTransaction, self.ground.lines)

    def documents(self) -> list[Document]:
        return self.anew(Document, self.ground.documents)

    def anew(self, model: Any, ids: list[int]) -> list[Any]:
        """All of these as the database has them, by one query."""
        query = select(model).where(model.id.in_(ids)).order_by(model.id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def facts(self) -> list[Any]:
        """What must be the same again once everything is taken back."""
        names = ("status", "settled_minor", "settled_date", "paid_minor", "paid_date", "trashed_at", "reason")
        rows = [[getattr(each, name) for name in names] for each in self.documents()]
        rows += [[line.matched_minor, line.ignored_at, line.ignored_reason] for line in self.lines()]
        return [*rows, db.session.scalar(select(func.count(Match.id)))]

    # --- What always holds ------------------------------------------------------------------------

    @invariant()
    def sums_agree_and_the_status_follows(self) -> None:
        """SAFETY S94; SPEC BK-4, LC-4: after each step."""
        if not self.has_changed:
            return
        self.has_changed = False
        matches = db.session.scalars(select(Match)).all()
        for line in self.lines():
            taken = sum(each.line_minor for each in matches if each.transaction_id == line.id)
            assert line.matched_minor == taken <= abs(line.amount_minor), "a line gave more than it has"
            assert not (line.ignored_at and taken), "ignored and matched"
        for document in self.documents():
            mine = [each for each in matches if document.id in {each.document_id, each.credit_note_id}]
            settled = document.paid_minor + sum(each.amount_minor for each in mine)
            assert document.settled_minor == settled <= (document.gross_minor or 0), "a document was settled twice"
            assert document.status is status.status_of(document) and document.reason == reasons.first(document)
            assert bool(document.settled_date) == (document.open_minor == 0)
            assert not settled or document.held_at
