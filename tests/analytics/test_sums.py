"""Figures are, to the cent, what the raw rows add up to."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert, select

from app.analytics import lateness, position, spending, turnover
from app.analytics.scope import Scope
from app.bank.models import Difference, Match
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind, ReadState, Status, TrashKind
from app.documents.period import Period
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Role
from tests.analytics import plain
from tests.analytics.plain import Books
from tests.factories import make_category, make_company, make_counterparty, make_user
from tests.treasury.making import make_account, make_line

COUNT = 90
MOMENTS = [
    ("2026-11-26T11:00:00Z", True),
    ("2028-02-29T11:00:00Z", False),
    ("2027-01-01T00:30:00Z", False),
]
"""When it is, and whether non-admins are restricted."""


def draw(chance: random.Random, company: Company, hidden: Company) -> list[User]:
    """Documents and payments of all sorts, some of them in another company, and who looks at them."""
    parties = [make_counterparty(f"Party {number}", company).id for number in range(4)]
    categories = [None, *(make_category(f"Category {number}", company).id for number in range(3))]
    elsewhere = make_counterparty("Elsewhere", hidden).id
    line = make_line(make_account(company)).id
    rows = [_row(chance, company, chance.choice(parties), chance.choice(categories)) for _each in range(COUNT)]
    rows += [_row(chance, hidden, elsewhere, None) for _each in range(5)]
    ids = list(db.session.scalars(insert(Document).returning(Document.id, sort_by_parameter_order=True), rows))
    room = {document_id: row["gross_minor"] for document_id, row in zip(ids, rows, strict=True)}
    for document_id, row in zip(ids, rows, strict=True):
        _pay(chance, document_id, row, room, line)
    db.session.flush()
    db.session.expire_all()
    member = make_user(company=company)
    assigned = db.session.scalars(select(Document.counterparty_id).where(Document.id == ids[0])).one()
    restricted = make_user(company=company)
    db.session.get_one(Counterparty, assigned).assigned_users = [restricted]
    db.session.commit()
    return [make_user(Role.ADMIN, company), member, restricted, make_user(Role.ACCOUNTANT, company)]


def _row(chance: random.Random, company: Company, party: int, category: int | None) -> dict[str, Any]:
    gross, today = chance.choice([0, 1, 99, 12000, chance.randrange(10**7)]), clock.today(company)
    issued = today - timedelta(chance.randrange(-20, 500))
    is_credit = chance.random() < 0.15
    tax = chance.choice([None, gross // 6])
    return {
        "company_id": company.id, "direction": chance.choice(list(Direction)),
        "kind": Kind.CREDIT_NOTE if is_credit else Kind.INVOICE, "counterparty_id": party, "category_id": category,
        "issue_date": issued, "due_date": None if is_credit else issued + timedelta(chance.choice([0, 1, 30, 45])),
        "currency": chance.choice(["EUR", "EUR", "EUR", "JPY"]), "gross_minor": gross, "tax_minor": tax,
        "net_minor": chance.choice([None, gross - (tax or 0)]), "read_state": ReadState.READ,
        "validated_at": chance.choice([None, *[clock.now()] * 5]), "status": Status.TO_MATCH, "number": "F",
        "trashed_at": chance.choice([clock.now(), *[None] * 8]), "trash_kind": TrashKind.DELETED,
        "settled_minor": 0, "paid_minor": 0, "paid_date": None,
    }  # fmt: skip


def _pay(chance: random.Random, document_id: int, row: dict[str, Any], room: dict[int, int], line: int) -> None:
    """By bank, by hand, by a credit note, written off; each of them sometimes. `room` is what is open of each."""
    by_hand = 0
    day = lambda: (row["due_date"] or row["issue_date"]) + timedelta(chance.randrange(-30, 120))  # noqa: E731
    for way in chance.sample(["bank", "bank", "netted", "written off", "by hand"], chance.randrange(4)):
        part = chance.randrange(room[document_id] + 1)
        others = [each for each, left in room.items() if each != document_id and left >= part]
        if not part or not row["validated_at"] or (way == "netted" and not others):
            continue
        room[document_id] -= part
        if way == "by hand":
            by_hand = part
            continue
        match = Match(document_id=document_id, amount_minor=part, date=day())
        match.transaction_id = line if way == "bank" else None
        match.difference = Difference.DISCOUNT if way == "written off" else None
        if way == "netted":
            match.credit_note_id = chance.choice(others)
            room[match.credit_note_id] -= part
        db.session.add(match)
        db.session.flush()
    document = db.session.get_one(Document, document_id)
    db.session.refresh(document)
    document.settled_minor, document.paid_minor = document.settled_minor + by_hand, by_hand
    document.paid_date = day() if by_hand else None
    db.session.flush()


@pytest.mark.parametrize(("moment", "is_restricted"), MOMENTS)
def test_figures_are_what_the_raw_rows_add_up_to(app, moment, is_restricted):
    """TS-2: CP-2: R15: S72: S107: open, overdue, ages, delays, DSO and purchases, for whoever looks, in any period."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with time_machine.travel(moment, tick=False), app.test_request_context():
        company, hidden = make_company(restrict_non_admins=is_restricted), make_company("Hidden")
        people = draw(random.Random(seed), company, hidden)
        for user in people[2:] if is_restricted else people[:1]:
            for period in _periods(clock.today(company)):
                for currency in ("EUR", "JPY"):
                    _check(Scope(user, company, currency, period), _seen(user, company, people, is_restricted))


def _periods(today: date) -> list[Period]:
    past = Period("dates", today - timedelta(300), today - timedelta(60), today)
    return [Period("all", None, None, today), past]


def _seen(user: User, company: Company, people: list[User], is_restricted: bool) -> list[Document]:
    """By the rules of access, written out: a restricted member sees those assigned to them."""
    every = db.session.query(Document).filter_by(company_id=company.id).all()
    if not is_restricted or user in (people[0], people[3]):
        return every
    return [each for each in every if user in each.counterparty.assigned_users]


def _check(scope: Scope, seen: list[Document]) -> None:
    period = scope.period
    mine = Books([each for each in seen if each.currency == scope.currency], period.today, period.since, period.until)
    values = lambda figure: [line.values for line in figure.lines]  # noqa: E731
    owed = position.outstanding(scope)
    assert values(owed) == plain.outstanding(mine)
    ages = position.ageing(scope)
    assert values(ages) == plain.ageing(mine)
    assert ages.total.values == [line.values[0] for line in owed.lines], "ages that do not add up to what is owed"
    whole, turned = lateness.average_delay(scope).total, turnover.days_outstanding(scope).lines
    for place, direction in enumerate(plain.DIRECTIONS):
        assert (whole.values[place] if whole else None) == plain.delay(
            mine, lambda each, d=direction: each.direction is d
        )
        if period.since:
            assert tuple(turned[place].values) == plain.days_outstanding(mine, direction)
    assert sorted(map(tuple, values(spending.by_category(scope))), reverse=True) == plain.spent(
        mine, lambda each: each.category_id
    )
    assert sorted(map(tuple, values(spending.by_supplier(scope))), reverse=True) == plain.spent(
        mine, lambda each: each.counterparty_id
    )
    _check_payers(scope, mine)


def _check_payers(scope: Scope, mine: Books) -> None:
    """Each customer's overdue amount and delay."""
    parties = {each.counterparty_id: each.counterparty.name for each in mine.documents}
    for line in lateness.late_payers(scope).lines:
        party = next(key for key, name in parties.items() if name == line.label)
        of_it = lambda each, party=party: each.counterparty_id == party and each.direction is Direction.SALE  # noqa: E731
        alone = Books([each for each in mine.documents if of_it(each)], mine.today, mine.since, mine.until)
        assert line.values[0] == plain.outstanding(alone)[0][1]
        assert line.values[2] in (None, plain.delay(mine, of_it))
