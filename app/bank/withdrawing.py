"""Taking a whole import back, while nothing of it is matched."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, exists, select

from app.audit import trail
from app.bank import accounts
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Match, Statement
from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.users.models import User


def undo(brought: BankImport, *, by: User) -> None:
    """Remove what it added: its statements and lines."""
    hold(db.session(), f"bank-import:{brought.id}")
    db.session.refresh(brought)
    if brought.stage is not ImportStage.IMPORTED:
        raise Refused(_("This file has gone further meanwhile. Nothing was changed."))
    statements = list(brought.statements)
    for account_id in sorted({each.account_id for each in statements}):
        hold(db.session(), f"bank-account:{account_id}")
    ids = [each.id for each in statements]
    mine = select(BankTransaction.id).where(BankTransaction.statement_id.in_(ids)).order_by(BankTransaction.id)
    db.session.execute(mine.with_for_update())  # whoever is matching one of them comes first
    _check(statements)
    changes = {"added_count": [sum(each.added_count for each in statements), 0]}
    db.session.execute(delete(BankTransaction).where(BankTransaction.statement_id.in_(ids)))
    touched = {each.account_id for each in statements}
    db.session.execute(delete(Statement).where(Statement.id.in_(ids)))
    db.session.expire(brought, ["statements"])
    for account in db.session.scalars(select(BankAccount).where(BankAccount.id.in_(touched))):
        accounts.forget_balance(account)
    brought.stage = ImportStage.UNDONE
    trail.record(brought, by=by, act="import undone", why=brought.name, changes=changes)


def why_not(brought: BankImport) -> str:
    """Why it cannot be taken back; empty where it can."""
    try:
        _check(list(brought.statements))
    except Refused as refused:
        return str(refused)
    return ""


def _check(statements: list[Statement]) -> None:
    ids = [each.id for each in statements]
    lines = select(BankTransaction.id).where(BankTransaction.statement_id.in_(ids))
    is_matched = lines.where(
        (BankTransaction.matched_minor > 0) | exists().where(Match.transaction_id == BankTransaction.id)
    )
    if db.session.scalar(is_matched.limit(1)):
        raise Refused(_("Lines of it are matched. Undo those matches first."))
    for each in statements:
        if each.added_count and (other := _later(each, ids)):
            told = _("%(name)s was imported later and holds some of these lines. Undo that one first.", name=other.name)
            raise Refused(told)


def _later(statement: Statement, ids: list[int]) -> Statement | None:
    """One that came after it and left lines out because this one had brought them."""
    query = select(Statement).where(Statement.account_id == statement.account_id, Statement.id.not_in(ids))
    query = query.where(Statement.id > statement.id, Statement.added_count < Statement.line_count)
    if statement.from_date and statement.to_date:
        query = query.where(Statement.from_date <= statement.to_date, Statement.to_date >= statement.from_date)
    return db.session.scalar(query.order_by(Statement.id).limit(1))
