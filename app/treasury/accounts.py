"""The bank accounts a forecast begins with, and in which currencies there is anything to forecast."""

from __future__ import annotations

from sqlalchemy import func, select

from app.bank.models import BankAccount
from app.extensions import db
from app.treasury.models import CommittedOperation
from app.users.models import Company, User
from app.web.access import Permission


def sees_balances(user: User, company: Company) -> bool:
    """A balance is made of everybody's documents: whoever sees but some of them is told none."""
    return company.id in {*user.company_ids(Permission.SEE_ALL), *user.company_ids(Permission.SEE_VALIDATED)}


def living(user: User, company: Company) -> list[BankAccount]:
    """The accounts in use, by name."""
    query = BankAccount.visible_to(user).where(BankAccount.company_id == company.id, BankAccount.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(BankAccount.name, BankAccount.id)))


def only_one(accounts: list[BankAccount]) -> int | None:
    """The account all goes through, where there is but one."""
    return accounts[0].id if len(accounts) == 1 else None


def currencies(user: User, company: Company, accounts: list[BankAccount]) -> list[str]:
    """Where most is to come first; then those of accounts on which nothing is to come."""
    mine = CommittedOperation.visible_to(user).where(CommittedOperation.company_id == company.id).subquery()
    count = func.count()
    rows = db.session.execute(select(mine.c.currency, count).group_by(mine.c.currency))
    often = [code for code, _count in sorted(rows, key=lambda row: (-row[1], row[0]))]
    return list(dict.fromkeys([*often, *(account.currency for account in accounts)]))
