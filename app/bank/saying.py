"""What people say of a file that could not go on by itself: columns, accounts, lines that may be known."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.bank import accounts
from app.bank.formats import table
from app.bank.formats.statement import StatementRead
from app.bank.models import BankAccount, BankImport, ImportStage
from app.core.errors import Refused
from app.extensions import db
from app.users.models import User


def say_columns(brought: BankImport, layout: table.Layout) -> None:
    """Which column is what; remembered with the account."""
    _at(brought, ImportStage.TO_MAP)
    if not table.is_known(layout):
        raise Refused(_("Say which column holds the date, and which the amount (or debit and credit)."))
    columns = list(layout.columns.values())
    if twice := {each for each in columns if columns.count(each) > 1}:
        raise Refused(_("Column %(column)s is chosen twice: each can be one thing only.", column=min(twice) + 1))
    _read_again(brought, layout=layout.as_kept())


def look_at(brought: BankImport, header_row: int) -> None:
    """Its headings are in another row: the columns are guessed anew."""
    _at(brought, ImportStage.TO_MAP)
    _read_again(brought, header_row=header_row)


def say_account(brought: BankImport, chosen: dict[str, int | None], *, by: User) -> None:
    """Whose it is: number in the file → account, or None to make one."""
    _at(brought, ImportStage.TO_CHOOSE)
    known = {each.id: each for each in accounts.of_company(brought.company_id)}
    said = {}
    for each in brought.choices["unknown"]:
        account_id = chosen.get(each["account"])
        if account_id is None:
            account_id = _created(brought, each, by).id
        elif account_id not in known:
            raise Refused(_("This choice no longer exists: choose again."))
        said[each["account"]] = account_id
    if "" in said:
        brought.account_id = said[""]
    _read_again(brought, accounts=brought.choices.get("accounts", {}) | said)


def _created(brought: BankImport, each: dict[str, Any], by: User) -> BankAccount:
    read = StatementRead(account=each["account"], iban=each["iban"])
    facts = {"name": accounts.name_of(read), "iban": each["iban"], "bic": each["bic"]}
    facts |= {"currency": each["currency"] or brought.company.currency}
    facts |= {"number": "" if each["iban"] else each["account"]}
    return accounts.create(brought.company, facts, by=by)


def say_alike(brought: BankImport, word: str) -> None:
    """What to do with lines that may be known: `skip` or `add`."""
    _at(brought, ImportStage.TO_CONFIRM)
    if word not in ("skip", "add"):
        raise Refused(_("This choice no longer exists: choose again."))
    _read_again(brought, alike=word)


def discard(brought: BankImport, *, by: User) -> None:
    """Not import it after all."""
    _at(brought, ImportStage.TO_MAP, ImportStage.TO_CHOOSE, ImportStage.TO_CONFIRM)
    brought.stage = ImportStage.UNDONE
    trail.record(brought, by=by, act="discarded", why=brought.name)


def _at(brought: BankImport, *stages: ImportStage) -> None:
    """It is at one of these stages, and stays there until this transaction ends."""
    db.session.refresh(brought, with_for_update=True)
    if brought.stage not in stages:
        raise Refused(_("This file has gone further meanwhile. Nothing was changed."))


def _read_again(brought: BankImport, **choices: Any) -> None:
    kept = {name: value for name, value in brought.choices.items() if name not in ("sample", "guessed", "unknown")}
    brought.choices = kept | choices
    brought.stage = ImportStage.READING
