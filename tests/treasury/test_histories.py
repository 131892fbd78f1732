"""Whatever happens to documents, their committed operations are what the documents amount to."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, select

from app.bank.models import BankTransaction
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, paying, status
from app.documents.models import Document, Kind, PaidMeans
from app.extensions import db
from app.treasury import moving
from app.treasury.models import CommittedOperation
from app.users.models import User
from app.web.access import Role
from tests.documents.histories import run
from tests.factories import make_category, make_counterparty, make_document, make_user, the_company
from tests.treasury import plain
from tests.treasury.making import make_account, make_line, paid_by_bank, take_back_match

SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))
nths, parties, days = st.integers(0, 4), st.integers(0, 1), st.integers(-40, 200)
parts = st.sampled_from([1, 6000, 12000])


@dataclass
class Ground:
    """Three invoices of one supplier, one of another, and a credit note, all validated; by ids."""

    connection: Connection
    admin: int
    parties: list[int]
    documents: list[int]
    line: int


def ground(connection: Connection) -> Ground:
    parties = [make_counterparty(name).id for name in ("Durand", "Encre")]
    category = make_category()
    kinds: list[dict[str, Any]] = [
        {"counterparty_id": parties[number == 3], "validated_at": clock.now()} for number in range(5)
    ]
    kinds[4] |= {"kind": Kind.CREDIT_NOTE, "due_date": None}
    ids = [make_document(**facts, category=category).id for facts in kinds]
    line = make_line(make_account(), -10_000_000)
    db.session.commit()
    return Ground(connection, make_user(Role.ADMIN).id, parties, ids, line.id)


class TreasuryHistories(RuleBasedStateMachine):
    """One history of these documents."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        db.session.remove()
        self.ground, self.savepoint = ground, ground.connection.begin_nested()
        self.moved: dict[int, date] = {}

    def teardown(self) -> None:
        db.session.rollback()
        db.session.remove()
        self.savepoint.rollback()

    @rule(nth=nths, part=parts, late=days)
    def pay_by_bank(self, nth: int, part: int, late: int) -> None:
        def pay(document: Document, _by: User) -> None:
            if document.trashed_at or part > (document.open_minor or 0):
                raise Refused("no")
            line = db.session.get_one(BankTransaction, self.ground.line)
            paid_by_bank(document, line, part, date(2026, 10, 31) + timedelta(late))

        self.act(nth, pay)

    @rule(nth=nths)
    def take_back_match(self, nth: int) -> None:
        self.act(nth, lambda document, _by: take_back_match(document))

    @rule(nth=nths, ago=st.integers(0, 60))
    def pay_by_hand(self, nth: int, ago: int) -> None:
        on = clock.today() - timedelta(ago)
        self.act(nth, lambda document, by: paying.pay(document, by=by, on=on, means=PaidMeans.CASH))

    @rule(nth=nths)
    def take_payment_back(self, nth: int) -> None:
        self.act(nth, lambda document, by: paying.take_back(document, by=by))

    @rule(nth=nths)
    def trash(self, nth: int) -> None:
        self.act(nth, lambda document, by: decisions.trash(document, by=by))

    @rule(nth=nths)
    def restore(self, nth: int) -> None:
        self.act(nth, lambda document, by: decisions.restore(document, by=by))

    @rule(nth=nths, party=parties)
    def change_party(self, nth: int, party: int) -> None:
        self.edit(nth, counterparty_id=self.ground.parties[party])

    @rule(nth=nths, late=days, gross=st.sampled_from([Decimal(120), Decimal("119.99"), Decimal(0)]))
    def change_terms(self, nth: int, late: int, gross: Decimal) -> None:
        self.edit(nth, due_date=date(2026, 10, 31) + timedelta(late), gross=gross, net=None, tax=None)

    @rule(nth=nths, currency=st.sampled_from(["EUR", "USD"]), kind=st.sampled_from(Kind))
    def change_kind(self, nth: int, currency: str, kind: Kind) -> None:
        self.edit(nth, currency=currency, kind=kind)

    @rule(nth=nths, when=st.none() | days)
    def plan_payment(self, nth: int, when: int | None) -> None:
        """As a stage beside does: it is to be paid on a day, or on none any more."""

        def plan(document: Document, _by: User) -> None:
            document.pay_date = clock.today() + timedelta(when) if when is not None else None
            status.settle(document, by=None, act="payment planned")

        self.act(nth, plan)

    @rule(nth=nths, when=st.none() | st.integers(0, 90))
    def move(self, nth: int, when: int | None) -> None:
        day = clock.today() + timedelta(when) if when is not None else None

        def expect(document: Document, by: User) -> None:
            query = CommittedOperation.visible_to(by).where(CommittedOperation.document_id == document.id)
            if (found := db.session.scalar(query)) is None:
                raise Refused("no")
            moving.expect_on(found, day, by=by)
            self.moved |= {document.id: day} if day else {}
            if day is None:
                self.moved.pop(document.id, None)

        self.act(nth, expect)

    def edit(self, nth: int, **changes: Any) -> None:
        self.act(nth, lambda document, by: decisions.edit(document, changes, by=by, version=document.version))

    def act(self, nth: int, verb: Callable[[Document, User], Any]) -> None:
        """One request: all of it, or nothing and a sentence."""
        document = db.session.get_one(Document, self.ground.documents[nth])
        try:
            verb(document, db.session.get_one(User, self.ground.admin))
            db.session.commit()
        except Refused:
            db.session.rollback()

    @invariant()
    def operations_are_what_the_documents_amount_to(self) -> None:
        query = select(Document).where(Document.id.in_(self.ground.documents))
        documents = list(db.session.scalars(query.execution_options(populate_existing=True)))
        assert plain.stored() == plain.operations(documents, self.moved), "a committed operation that is not so"


def test_committed_operations_are_what_the_documents_amount_to(app):
    """TS-1: one for each open document, reduced by payments, gone when paid or trashed, back when that is undone."""
    print(f"seed {SEED}")
    the_company()
    run(TreasuryHistories, ground(db.engines[None]), times=10, steps=10, number=SEED)
