"""The accounts of a company: which one a statement is of, and what people say of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import trail
from app.bank.formats.statement import StatementRead
from app.bank.models import BankAccount, BankTransaction, Statement
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User
from app.web.fields import compact

FACTS = ("name", "iban", "number", "bic", "currency")


def of_company(company_id: int, *, archived: bool = True) -> list[BankAccount]:
    """All of a company, those in use first."""
    query = select(BankAccount).filter_by(company_id=company_id)
    query = query if archived else query.where(BankAccount.archived_at.is_(None))
    order = (BankAccount.archived_at.is_not(None), BankAccount.name, BankAccount.id)
    return list(db.session.scalars(query.order_by(*order)))


def find(accounts: list[BankAccount], read: StatementRead) -> BankAccount | None:
    """The account a statement says it is of; None where it says none, or one that is not known."""
    number = compact(read.account)
    if not number:
        return None
    exact = [each for each in accounts if (each.iban and each.iban in (number, read.iban)) or number in numbers(each)]
    inside = [each for each in accounts if each.iban and len(number) >= 7 and each.iban.endswith(_tails(number))]
    found = exact or inside
    return found[0] if len(found) == 1 else None


def numbers(account: BankAccount) -> set[str]:
    """All that statements call it, but its IBAN."""
    return {compact(each) for each in (account.number, *account.mapping.get("numbers", [])) if compact(each)}


def _tails(number: str) -> tuple[str, ...]:
    """How an IBAN may end that holds this number: a French one has two digits of its key behind it."""
    return (number, *(f"{number}{key:02}" for key in range(100)))


def name_of(read: StatementRead) -> str:
    """What a new account is called until somebody calls it otherwise."""
    return _("Account %(ending)s", ending=f"…{compact(read.account)[-4:]}") if read.account else _("Bank account")


def create(company: Company, facts: dict[str, Any], *, by: User | None) -> BankAccount:
    """A new account; one IBAN is one account of a company."""
    account = BankAccount(company=company)
    _set(account, facts)
    db.session.add(account)
    db.session.flush()
    trail.record(account, by=by, act="created", changes={name: [None, getattr(account, name)] for name in FACTS})
    return account


def edit(account: BankAccount, facts: dict[str, Any], *, by: User) -> None:
    """Change what is said of it; its currency only while it has no line."""
    was = {name: getattr(account, name) for name in FACTS}
    if facts.get("currency", account.currency) != account.currency and _has_lines(account):
        raise Refused(_("This account has lines already: its currency stays."))
    _set(account, facts)
    changes = {name: [was[name], getattr(account, name)] for name in FACTS if was[name] != getattr(account, name)}
    if changes:
        trail.record(account, by=by, act="edited", changes=changes)


def _set(account: BankAccount, facts: dict[str, Any]) -> None:
    iban = compact(facts.get("iban")) or None
    other = select(BankAccount.id).where(BankAccount.company == account.company, BankAccount.iban == iban)
    with db.session.no_autoflush:
        if iban and db.session.scalar(other.where(BankAccount.id != (account.id or 0))):
            raise Refused(_("Another account has this IBAN already."))
    for name, value in (facts | {"iban": iban}).items():
        setattr(account, name, value)


def _has_lines(account: BankAccount) -> bool:
    return db.session.scalar(select(BankTransaction.id).filter_by(account_id=account.id).limit(1)) is not None


def archive(account: BankAccount, *, by: User) -> None:
    """Out of choices, or back; its lines stay."""
    account.archived_at = None if account.archived_at else clock.now()
    trail.record(account, by=by, act="archived" if account.archived_at else "brought back")


def remember_number(account: BankAccount, number: str) -> None:
    """What a statement calls it: the next one finds it by itself."""
    number = compact(number)
    if not number or number == account.iban or number in numbers(account):
        return
    if not account.number:
        account.number = number[:40]
    else:
        account.mapping = account.mapping | {"numbers": [*account.mapping.get("numbers", []), number]}


def remember_table(account: BankAccount, layout: dict[str, Any]) -> None:
    """Which column of its tables is what; the next one with the same headings is read the same."""
    if fingerprint := layout.get("fingerprint"):
        tables = account.mapping.get("tables", {}) | {fingerprint: layout}
        account.mapping = account.mapping | {"tables": tables}


def by_table(accounts: list[BankAccount], fingerprint: str) -> list[BankAccount]:
    """Those of which tables with these headings came before."""
    return [each for each in accounts if fingerprint and fingerprint in each.mapping.get("tables", {})]


def balance_in(read: StatementRead) -> tuple[Decimal | None, date | None]:
    """What a statement says the account held, and on which day: the latest it speaks of."""
    said = ((read.closing, read.to_date), (read.balance, read.balance_date))
    told = sorted(((day, held) for held, day in said if held is not None and day), key=lambda each: each[0])
    return (told[-1][1], told[-1][0]) if told else (None, None)


def keep_balance(account: BankAccount, statement: Statement) -> None:
    """What it holds, as the latest statement says."""
    day = statement.balance_date
    if day and (account.balance_date is None or day >= account.balance_date):
        account.balance_minor, account.balance_date = statement.balance_minor, day


def forget_balance(account: BankAccount) -> None:
    """After a statement was taken back: as the latest of the others says."""
    query = select(Statement).where(Statement.account_id == account.id, Statement.balance_date.is_not(None))
    last = db.session.scalar(query.order_by(Statement.balance_date.desc(), Statement.id.desc()).limit(1))
    account.balance_minor, account.balance_date = (last.balance_minor, last.balance_date) if last else (None, None)


def open_counts(company_id: int) -> dict[int, int]:
    """Account → how many of its lines wait for a match."""
    query = select(BankTransaction.account_id, func.count()).filter_by(company_id=company_id)
    query = query.where(BankTransaction.waits()).group_by(BankTransaction.account_id)
    return {row[0]: row[1] for row in db.session.execute(query)}
