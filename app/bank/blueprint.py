"""Where the pages of the bank hang, and what they ask first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from flask_login import current_user

from app.bank.models import BankAccount, BankImport, BankTransaction, Statement, whole_banks
from app.extensions import db
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand

bp = Blueprint("bank", __name__)


def here() -> Company:
    """The company looked at, of whose bank one may see something."""
    return company_where(Permission.SEE_FIGURES)


def whole_here() -> Company:
    """The company looked at, whose bank one sees whole: balances tell of lines that are out of scope."""
    company = here()
    if company.id not in whole_banks(current_user):
        abort(403)
    return company


def to_change() -> Company:
    """The same, where one may also change it."""
    company = whole_here()
    demand(Permission.EDIT_BANK, company.id)
    return company


def line_or_404(line_id: int) -> BankTransaction:
    """A line the signed-in person may know about."""
    return db.one_or_404(BankTransaction.visible_to(current_user).where(BankTransaction.id == line_id))


def line_to_match(line_id: int) -> BankTransaction:
    """A line one may match: 404 out of sight, 403 where one may only look."""
    line = line_or_404(line_id)
    demand(Permission.EDIT, line.company_id)
    return line


def line_to_change(line_id: int) -> BankTransaction:
    """A line one may change: 404 out of sight, 403 where one may only look."""
    line = line_or_404(line_id)
    demand(Permission.EDIT_BANK, line.company_id)
    return line


def account_to_change(account_id: int) -> BankAccount:
    """An account one may change."""
    account = db.one_or_404(BankAccount.visible_to(current_user).where(BankAccount.id == account_id))
    if account.company_id not in whole_banks(current_user):
        abort(403)
    demand(Permission.EDIT_BANK, account.company_id)
    return account


def statement_or_404(statement_id: int) -> Statement:
    """A statement the signed-in person may look at."""
    return db.one_or_404(Statement.visible_to(current_user).where(Statement.id == statement_id))


def import_or_404(import_id: int) -> BankImport:
    """A file somebody brought."""
    return db.one_or_404(BankImport.visible_to(current_user).where(BankImport.id == import_id))


def import_to_change(import_id: int) -> BankImport:
    """The same, where one may go on with it."""
    brought = import_or_404(import_id)
    demand(Permission.EDIT_BANK, brought.company_id)
    return brought


def tabs_here(now: str) -> dict[str, Any]:
    """What the head of every page of the bank needs."""
    company = here()
    return {"tab_here": now, "sees_whole": company.id in whole_banks(current_user), "here": company}
