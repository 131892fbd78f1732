"""Customers who pay, pay in part, promise, dispute, answer and get credit notes: facts kept twice, here and in rows.

What is sent is judged by what stands here, never by the program's own conditions.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind, ReadState, Status
from app.dunning.customer_models import Reply
from app.dunning.models import DunningPlan
from app.extensions import db
from app.intake.models import Message, Source
from app.users.models import Company
from tests.factories import make_file

DAY = timedelta(days=1)
GROSS = 12000


@dataclass
class Debt:
    """An invoice, or a credit note (`is_credit`), as it stands on the day."""

    id: int
    due: date
    is_credit: bool = False
    settled: int = 0
    is_disputed: bool = False
    promised: date | None = None
    paused: date | None = None
    begins: date = date.min
    """Sent to the customer then."""
    is_sent: bool = True
    """Before that it counts nowhere; it stays sent when the clock is set back."""

    @property
    def left(self) -> int:
        return GROSS - self.settled


@dataclass
class Debtor:
    """A customer with its debts; some share an address with the next one."""

    id: int
    address: str
    plan_id: int
    paused: date | None = None
    unread: set[int] = field(default_factory=set)
    debts: dict[int, Debt] = field(default_factory=dict)
    is_plain: bool = False
    """Nothing ever happens to it: its reminders are known beforehand."""

    def due_by(self, day: date) -> int:
        """What is due less credit notes."""
        known = [each for each in self.debts.values() if each.is_sent]
        owed = sum(each.left for each in known if not each.is_credit and each.due <= day)
        return owed - sum(each.left for each in known if each.is_credit)


class Town:
    """All of them, in a company of their own."""

    def __init__(self, company: Company, plans: list[DunningPlan], customers: int, first: date, chance: Any) -> None:
        self.company_id, self.plan_ids, self.chance = company.id, [plan.id for plan in plans], chance
        self.debtors = {n: self._debtor(n) for n in range(1, customers + 1)}
        self.of_debt: dict[int, Debtor] = {}
        self.file_id = make_file().id
        self.happened: Counter[str] = Counter()
        self._owe(first)
        self._keep()

    def _debtor(self, number: int) -> Debtor:
        shared = number - 1 if number % 20 == 0 else number
        plain = number % 10 == 1
        plan_id = self.plan_ids[0] if plain else self.chance.choice(self.plan_ids)
        return Debtor(number, f"client{shared}@example.org", plan_id, is_plain=plain)

    def _owe(self, first: date) -> None:
        """One invoice of those to whom nothing happens, up to four of the others, over the year."""
        number = 0
        for debtor in self.debtors.values():
            for _each in range(1 if debtor.is_plain else self.chance.randint(1, 4)):
                number += 1
                due = first + timedelta(days=self.chance.randint(0, 330))
                begins = date.min if debtor.is_plain or self.chance.random() < 0.7 else due + timedelta(days=5)
                self._add(debtor, Debt(number, due, begins=begins, is_sent=begins == date.min))

    def _add(self, debtor: Debtor, debt: Debt) -> None:
        debtor.debts[debt.id], self.of_debt[debt.id] = debt, debtor

    def _keep(self) -> None:
        known = {"company_id": self.company_id, "is_customer": True}
        rows = [known | {"id": e.id, "name": f"Client {e.id}", "email": e.address, "dunning_plan_id": e.plan_id}
                for e in self.debtors.values()]  # fmt: skip
        db.session.execute(insert(Counterparty.__table__), rows)
        debts = [_row(self.company_id, self.of_debt[number], self.debt(number)) for number in self.of_debt]
        db.session.execute(insert(Document.__table__), debts)
        db.session.commit()

    # --- What happens ---------------------------------------------------------------------------------

    def live(self, day: date, share: float = 0.02) -> None:
        """Something happens to so many of the debts."""
        some = [debt for debt in self._disturbed() if self.chance.random() < share and debt.left]
        for debt in some:
            happen = self.chance.choices(list(WAYS), weights=list(WAYS.values()))[0]
            self.happened[happen] += 1
            getattr(self, f"_{happen}")(self.of_debt[debt.id], debt, day)
        self._write(some)
        now_sent = [debt for debt in self._disturbed() if debt.begins == day]
        for debt in now_sent:
            debt.is_sent = True
        _set(Document, [{"row": debt.id, "sent_at": clock.now()} for debt in now_sent])
        db.session.commit()

    def pay_at_the_last_moment(self) -> None:
        """Between the planning and the leaving."""
        some = [debt for debt in self._disturbed() if self.chance.random() < 0.002 and debt.left]
        for debt in some:
            debt.settled = GROSS
        self.happened["paid in between"] += len(some)
        self._write(some)
        db.session.commit()

    def _disturbed(self) -> list[Debt]:
        """The invoices to which something may happen."""
        debts = ((debtor, debtor.debts[number]) for number, debtor in self.of_debt.items())
        return [debt for debtor, debt in debts if not (debtor.is_plain or debt.is_credit)]

    def debt(self, number: int) -> Debt:
        return self.of_debt[number].debts[number]

    def _pay(self, _debtor: Debtor, debt: Debt, _day: date) -> None:
        debt.settled = GROSS

    def _pay_in_part(self, _debtor: Debtor, debt: Debt, _day: date) -> None:
        debt.settled += (GROSS - debt.settled) // 2

    def _take_back(self, _debtor: Debtor, debt: Debt, _day: date) -> None:
        debt.settled = 0

    def _dispute(self, _debtor: Debtor, debt: Debt, _day: date) -> None:
        debt.is_disputed = not debt.is_disputed

    def _promise(self, _debtor: Debtor, debt: Debt, day: date) -> None:
        debt.promised = day + timedelta(days=self.chance.randint(0, 20))

    def _pause(self, debtor: Debtor, debt: Debt, day: date) -> None:
        until = day + timedelta(days=self.chance.randint(0, 30))
        if self.chance.random() < 0.5:
            debt.paused = until
        else:
            debtor.paused = until

    def _credit(self, debtor: Debtor, debt: Debt, day: date) -> None:
        credit = Debt(max(self.of_debt) + 1, day, is_credit=True, settled=self.chance.choice([0, 0, GROSS // 2]))
        self._add(debtor, credit)
        db.session.execute(insert(Document.__table__), [_row(self.company_id, debtor, credit)])

    def _answer(self, debtor: Debtor, _debt: Debt, _day: date) -> None:
        message = {"company_id": self.company_id, "direction": Direction.SALE, "source": Source.SMTP, "is_mail": False}
        new = insert(Message.__table__).returning(Message.id)
        message_id = db.session.scalar(new, [message | {"raw_id": self.file_id}])
        reply = {"company_id": self.company_id, "counterparty_id": debtor.id, "message_id": message_id}
        debtor.unread.add(db.session.scalar(insert(Reply.__table__).returning(Reply.id), [reply]))

    def _read(self, debtor: Debtor, _debt: Debt, _day: date) -> None:
        _set(Reply, [{"row": each, "read_at": clock.now()} for each in debtor.unread])
        debtor.unread.clear()

    def _change_plan(self, debtor: Debtor, _debt: Debt, _day: date) -> None:
        debtor.plan_id = self.chance.choice(self.plan_ids)

    def _write(self, debts: list[Debt]) -> None:
        """These, and their customers, as they stand here."""
        now, debtors = clock.now(), {self.of_debt[debt.id].id for debt in debts}
        rows = [{"row": debt.id, "settled_minor": debt.settled, "promised_date": debt.promised} for debt in debts]
        for row, debt in zip(rows, debts, strict=True):
            row |= {"disputed_at": now if debt.is_disputed else None, "reminders_paused_until": debt.paused}
        _set(Document, rows)
        some = [self.debtors[each] for each in debtors]
        facts = [{"row": e.id, "reminders_paused_until": e.paused, "dunning_plan_id": e.plan_id} for e in some]
        _set(Counterparty, facts)

    # --- What may be sent -----------------------------------------------------------------------------

    def against(self, debt_id: int, day: date) -> str:
        """Why this one may not be reminded of that day, as everybody here knows."""
        debtor, debt = self.of_debt[debt_id], self.debt(debt_id)
        known = {
            "paid": not debt.left,
            "disputed": debt.is_disputed,
            "promised": debt.promised is not None and debt.promised >= day,
            "paused": any(until is not None and until >= day for until in (debt.paused, debtor.paused)),
            "unread answer": bool(debtor.unread),
            "not sent yet": not debt.is_sent,
            "netted": debt.due <= day and debtor.due_by(day) <= 0,
        }
        return next((name for name, is_so in known.items() if is_so), "")


WAYS = {"pay": 30, "pay_in_part": 8, "take_back": 1, "dispute": 8, "promise": 10, "pause": 8, "credit": 4}
WAYS |= {"answer": 6, "read": 14, "change_plan": 3}
"""What happens to a debt, and how often."""


def _set(model: Any, rows: list[dict[str, Any]]) -> None:
    """These facts of these rows, in one statement."""
    if rows:
        table = model.__table__
        names = [name for name in rows[0] if name != "row"]
        query = update(table).where(table.c.id == bindparam("row"))
        query = query.values({name: bindparam(f"new_{name}") for name in names})
        db.session.execute(query, [{"row": row["row"]} | {f"new_{name}": row[name] for name in names} for row in rows])


def _row(company_id: int, debtor: Debtor, debt: Debt) -> dict[str, Any]:
    facts = {"id": debt.id, "company_id": company_id, "counterparty_id": debtor.id, "due_date": debt.due}
    facts |= {"kind": Kind.CREDIT_NOTE if debt.is_credit else Kind.INVOICE, "settled_minor": debt.settled}
    facts |= {"to_send_at": None if debt.begins == date.min else clock.now(), "validated_at": clock.now()}
    facts |= {"direction": Direction.SALE, "gross_minor": GROSS, "status": Status.TO_MATCH, "currency": "EUR"}
    return facts | {"read_state": ReadState.READ, "number": f"F-{debt.id}"}


def chances(seed: int) -> random.Random:
    """What the seed makes happen."""
    return random.Random(seed)
