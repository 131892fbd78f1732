"""A year of reminders with a moving clock: who is reminded, when, and of what (SPEC DN-1; SAFETY S48, S107)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import time_machine
from sqlalchemy import not_, select

from app.bank.models import BankAccount, Statement
from app.core import clock
from app.documents.models import Document
from app.dunning import actions, conditions, gaps, hours, planning
from app.dunning.action_models import Action, ActionDocument, ActionState
from app.dunning.models import Channel, Level, PlanStep
from app.extensions import db
from app.tasks.models import Task
from app.users.models import Company, User
from tests.dunning.owing import make_plan
from tests.factories import make_company, make_user
from tests.live import make_live_app
from tests.soak.debtors import DAY, Debtor, Town, chances
from tests.soak.told import Told

FIRST = date(2026, 1, 5)
GAP = 3
PLAIN = (3, 10, 30)
"""The steps of the plan of those to whom nothing happens."""


class Year:
    """One year of one town; what was sent is kept and judged at once."""

    def __init__(self, customers: int, seed: int) -> None:
        self.chance, self.told = chances(seed), Told()
        company = make_company(message_gap_days=GAP)
        self.company_id, self.user_id = company.id, make_user(company=company).id
        self.account = BankAccount(company=company, name="Current")
        db.session.add(self.account)
        by_invoice = make_plan(-4, 2, 9, 20, level=Level.INVOICE)
        called = make_plan(1, 8, 25)
        called.steps.append(PlanStep(days=15, channel=Channel.CALL))
        self.town = Town(company, [make_plan(*PLAIN), by_invoice, called], customers, FIRST, self.chance)
        self.sent: dict[str, list[date]] = defaultdict(list)
        self.at_step: dict[int, list[tuple[date, int]]] = defaultdict(list)
        self.called: dict[int, list[date]] = defaultdict(list)
        self.counts: Counter[str] = Counter()

    def play(self, days: int) -> Told:
        """Day after day; sometimes the clock is set back, a run is missed, or comes twice."""
        with time_machine.travel(FIRST, tick=False) as traveller:
            for number in range(days):
                day = FIRST + number * DAY
                traveller.move_to(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
                self.one_day(day, is_missed=self.chance.random() < 0.03)
                if self.chance.random() < 0.03:
                    traveller.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - DAY)
                    self.run(day - DAY)
        self.check_plain(FIRST + days * DAY)
        return self.tell()

    def one_day(self, day: date, *, is_missed: bool) -> None:
        """Things happen, the run finds what is due, some pay meanwhile, what is due leaves, people do their part."""
        company = db.session.get_one(Company, self.company_id)
        company.sends_automatically = not 200 <= (day - FIRST).days < 214
        if day.weekday() == 0 and not 100 <= (day - FIRST).days < 125:
            db.session.add(Statement(account=self.account, to_date=day))
        db.session.commit()
        self.town.live(day)
        if not is_missed:
            self.run(day)
        self.people(day)

    def run(self, day: date) -> None:
        """As the task of that day; twice now and then, which makes no more."""
        company = db.session.get_one(Company, self.company_id)
        made = planning.plan_company(company, day)
        if self.chance.random() < 0.1:
            self.told.check(planning.plan_company(company, day) == 0, f"a second run on {day} made more")
        db.session.execute(db.delete(Task))
        db.session.commit()
        self.counts["reminders planned"] += made
        self.town.pay_at_the_last_moment()
        if company.sends_automatically and hours.is_open(day, company):
            self.leave(day)

    def leave(self, day: date) -> None:
        """What goes by itself, as it is let leave: asked again, pruned, its contact claimed."""
        waits = select(Action).where(Action.state == ActionState.WAITING, Action.due_at <= clock.now())
        still = self._may_leave(day)
        for action in list(db.session.scalars(waits.order_by(Action.id))):
            for each in [each for each in action.covers if each.document_id not in still]:
                action.covers.remove(each)
            if not action.covers:
                actions.withdraw(action, {"key": "paid"})
                self.counts["withdrawn when they were to leave"] += 1
            elif gaps.claim(action, [self._debtor(action).address], day):
                self.judge(action, day)
                actions.done(action)
            else:
                gaps.slide(action, [self._debtor(action).address], day)
                self.counts["put off: the contact was reminded lately"] += 1
        db.session.commit()

    def _may_leave(self, day: date) -> set[int]:
        tests = conditions.of_invoices(day, Document.company_id == self.company_id) | conditions.of_customers(day)
        query = select(Document.id).join(Document.counterparty).where(*(not_(test) for test in tests.values()))
        if conditions.of_company(db.session.get_one(Company, self.company_id), day):
            return set()
        due = select(ActionDocument.document_id).join(ActionDocument.action).where(Action.state == ActionState.WAITING)
        return set(db.session.scalars(query.where(Document.id.in_(due))))

    def people(self, day: date) -> None:
        """They call some, skip some, and leave the others for another day."""
        for action in list(db.session.scalars(select(Action).where(Action.state == ActionState.TO_DO))):
            if (said := self.chance.random()) < 0.3:
                actions.done(action)
                self.called[action.counterparty_id].append(day)
                self.counts["calls"] += 1
            elif said < 0.4:
                actions.skip(action, by=db.session.get_one(User, self.user_id))
                self.counts["skipped"] += 1
        db.session.commit()

    # --- What is checked ------------------------------------------------------------------------------

    def judge(self, action: Action, day: date) -> None:
        """By what the town knows, not by what the program asked."""
        debtor, check = self._debtor(action), self.told.check
        about = f"on {day}, action {action.id}"
        for each in action.covers:
            check(not (why := self.town.against(each.document_id, day)), f"{about}: reminded of what is {why}")
        check(day.weekday() < 5, f"{about}: on a weekend")
        check(all(abs((day - last).days) >= GAP for last in self.sent[debtor.address]), f"{about}: the gap is not kept")
        check(all(abs((day - last).days) >= GAP for last in self.called[debtor.id]), f"{about}: too soon after a call")
        check(not 100 + 7 + 6 <= (day - FIRST).days < 125 - 6, f"{about}: the bank data is old")
        check(not 200 <= (day - FIRST).days < 214, f"{about}: the master switch is off")
        if action.step:
            first = debtor.debts[action.document_id]
            check(first.due + timedelta(days=action.step.days) <= day, f"{about}: its day has not come")
            steps = [days for _day, days in self.at_step[action.document_id]]
            check(not steps or max(steps) < action.step.days, f"{about}: a step twice, or backwards")
            self.at_step[action.document_id].append((day, action.step.days))
        self.sent[debtor.address].append(day)
        self.counts["messages sent"] += 1
        self.counts["invoices they were about"] += len(action.covers)

    def check_plain(self, end: date) -> None:
        """Nothing happened to these: each step came, in its order, and none much later than it was due."""
        for debtor in self.town.debtors.values():
            if debtor.is_plain:
                ((debt_id, debt),) = debtor.debts.items()
                due = [days for days in PLAIN if debt.due + timedelta(days=days + 45) < end]
                got = [days for _day, days in self.at_step[debt_id]]
                self.told.check(got[: len(due)] == due, f"invoice {debt_id} was due at {due} and reminded at {got}")
                self.counts["reminders known beforehand"] += len(due)

    def _debtor(self, action: Action) -> Debtor:
        return self.town.debtors[action.counterparty_id]

    def tell(self) -> Told:
        happened = {f"happened: {name.replace('_', ' ')}": count for name, count in sorted(self.town.happened.items())}
        debts = sum(len(each.debts) for each in self.town.debtors.values())
        town = {"customers": len(self.town.debtors), "invoices and credit notes": debts}
        self.told.figures = town | happened | dict(sorted(self.counts.items()))
        return self.told


def year(folder: Path, seed: int, kills: int = 5000) -> Told:
    """So many customers, a year of them; the seed repeats it."""
    app = make_live_app(folder)
    with app.app_context():
        return Year(kills, seed).play(365)
