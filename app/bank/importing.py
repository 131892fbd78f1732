"""Adding statements to their accounts: each line once, however often and by however many it is brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.bank import accounts, keys
from app.bank.formats.statement import LineRead, StatementRead, Wrong
from app.bank.models import BankAccount, BankImport, BankTransaction, Statement
from app.core import clock, money
from app.core.database import hold, insert_unless_there
from app.core.faultpoint import faultpoint
from app.extensions import db

after_import: list[Callable[[Statement], None]] = []
"""What follows each statement, in the same transaction: matching, label rules."""
AT_ONCE = 2_000


@dataclass
class Plan:
    """What of a statement would be added."""

    read: StatementRead
    account: BankAccount
    rows: list[keys.Row] = field(default_factory=list)
    """All its booked lines."""
    fresh: list[keys.Row] = field(default_factory=list)
    """Those whose key nobody brought before."""
    alike: list[keys.Row] = field(default_factory=list)
    """Those of them that may be a known line in other words: its day and amount, from another file."""


def plan(found: list[tuple[StatementRead, BankAccount]]) -> list[Plan]:
    """What of these statements is new; their accounts are ours alone until this transaction ends."""
    for account_id in sorted({account.id for _read, account in found}):
        hold(db.session(), f"bank-account:{account_id}")
    seen: dict[int, Counter[str]] = {account.id: Counter() for _read, account in found}
    plans = [_planned(read, account, seen[account.id]) for read, account in found]
    for account in {account.id: account for _read, account in found}.values():
        _compare([each for each in plans if each.account is account], account)
    return plans


def _planned(read: StatementRead, account: BankAccount, seen: Counter[str]) -> Plan:
    booked = [line for line in read.lines if not line.is_pending]
    for line in booked:
        _check(line, read, account)
    return Plan(read, account, keys.rows(booked, account.currency, read.to_date, seen))


def _check(line: LineRead, read: StatementRead, account: BankAccount) -> None:
    currency = line.currency or read.currency or account.currency
    if currency != account.currency:
        raise Wrong("other_currency", line=line.place, text=currency, account=account.currency)
    if not (line.date or line.value_date or read.to_date):
        raise Wrong("no_date", line=line.place)


def _compare(plans: list[Plan], account: BankAccount) -> None:
    """Part the rows of one account into known ones, new ones, and new ones that look known."""
    ours = {row["key"] for each in plans for row in each.rows}
    known, others = _known(account, [row["date"] for each in plans for row in each.rows], ours)
    for each in plans:
        each.fresh = [row for row in each.rows if row["key"] not in known]
        for row in each.fresh:
            place = (row["date"], row["amount_minor"])
            if others[place] > 0:
                others[place] -= 1
                each.alike.append(row)


def _known(account: BankAccount, days: list[date], ours: set[str]) -> tuple[set[str], Counter[Any]]:
    """Which keys of that time are there already; day and amount of the lines that are not among ours."""
    if not days:
        return set(), Counter()
    columns = (BankTransaction.key, BankTransaction.date, BankTransaction.amount_minor)
    query = select(*columns).where(BankTransaction.account_id == account.id)
    found = db.session.execute(query.where(BankTransaction.date.between(min(days), max(days)))).all()
    others = Counter((row.date, row.amount_minor) for row in found if row.key not in ours)
    return {row.key for row in found} & ours, others


def add(each: Plan, brought: BankImport, form: str, *, with_alike: bool) -> Statement:
    """Keep the statement and its new lines; `with_alike`: also those that may be known in other words."""
    left_out = set() if with_alike else {row["key"] for row in each.alike}
    statement = _statement(each, brought, form)
    db.session.add(statement)
    db.session.flush()
    about = {"company_id": each.account.company_id, "account_id": each.account.id, "statement_id": statement.id}
    about |= {"matched_minor": 0, "ignored_reason": "", "created_at": clock.now()}
    fresh = [row | about for row in each.fresh if row["key"] not in left_out]
    for start in range(0, len(fresh), AT_ONCE):
        db.session.execute(insert_unless_there(db.session(), BankTransaction), fresh[start : start + AT_ONCE])
        faultpoint("bank.portion_added")
    mine = select(func.count(BankTransaction.id)).where(BankTransaction.statement_id == statement.id)
    statement.added_count = db.session.scalar(mine) or 0
    accounts.keep_balance(each.account, statement)
    for follow in after_import:
        follow(statement)
    return statement


def _statement(each: Plan, brought: BankImport, form: str) -> Statement:
    read, currency = each.read, each.account.currency
    minor = lambda held: None if held is None else money.to_minor(held, currency)  # noqa: E731
    days = [row["date"] for row in each.rows]
    opening, closing = minor(read.opening), minor(read.closing)
    held, held_on = accounts.balance_in(read)
    total = sum(row["amount_minor"] for row in each.rows)
    return Statement(
        account=each.account,
        file_id=brought.file_id,
        brought_by=brought,
        name=brought.name,
        format=form,
        number=read.number,
        from_date=read.from_date or min(days, default=None),
        to_date=read.to_date or max(days, default=None),
        opening_minor=opening,
        closing_minor=closing,
        difference_minor=None if opening is None or closing is None else closing - opening - total,
        balance_minor=minor(held),
        balance_date=held_on,
        line_count=len(each.rows),
        imported_by_id=brought.by_id,
    )
