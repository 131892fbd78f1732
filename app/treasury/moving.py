"""What a person says of a committed operation: another day, the account it goes through."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from app.audit import trail
from app.bank.models import BankAccount
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.treasury.aligning import expect
from app.treasury.models import CommittedOperation
from app.users.models import User


def expect_on(operation: CommittedOperation, day: date | None, *, by: User) -> None:
    """The money is expected on this day, whatever was worked out; with None, on the day that is worked out again."""
    if operation.moved_date == day:
        return
    if day and day < clock.today(operation.company):
        raise Refused(_("This day is past: choose today or a later one."))
    was = operation.expected_date
    operation.moved_date = day
    expect(operation, operation.document, operation.delay_days)
    act = "expected date moved" if day else "expected date taken back"
    trail.record(operation.document, by=by, act=act, changes={"expected_date": [was, operation.expected_date]})


def go_through(operation: CommittedOperation, account: BankAccount | None, *, by: User) -> None:
    """The account it will be paid from or come to; None: nobody says."""
    if operation.account_id == (account.id if account else None):
        return
    if account and (account.company_id, account.currency) != (operation.company_id, operation.currency):
        raise Refused(_("This account is of another currency: choose one in %(code)s.", code=operation.currency))
    was, operation.account = operation.account, account
    names = [each.name if each else "" for each in (was, account)]
    trail.record(operation.document, by=by, act="expected account chosen", changes={"expected_account": names})


def accounts_of(operation: CommittedOperation, user: User) -> list[BankAccount]:
    """Those it may go through."""
    query = BankAccount.visible_to(user).where(
        BankAccount.company_id == operation.company_id,
        BankAccount.currency == operation.currency,
        BankAccount.archived_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(BankAccount.name, BankAccount.id)))
