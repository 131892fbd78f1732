"""A file of statements from its arrival to its lines: what it says, what people say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.audit import trail
from app.bank import accounts, importing
from app.bank.formats import reading, table
from app.bank.formats.statement import StatementRead, Wrong
from app.bank.models import BankAccount, BankImport, ImportStage
from app.core.database import hold
from app.extensions import db
from app.extraction import columns
from app.files import store
from app.files.models import File
from app.reader import acts
from app.reader.contents import Unreadable
from app.users.models import Company, User

SMALL = 200_000
"""Bytes that are read while somebody waits; workbooks never."""
SAMPLED = 40
"""Rows of a table kept for whoever says its columns."""
Found = list[tuple[StatementRead, BankAccount]]


def arrive(
    company: Company, file: File, name: str, *, by: User | None, account: BankAccount | None = None
) -> BankImport:
    """The row of a file somebody brought; `account` is whose it is where it says none itself."""
    brought = BankImport(company=company, file=file, name=name[:300], by=by, account=account)
    db.session.add(brought)
    db.session.flush()
    return brought


def is_small(brought: BankImport) -> bool:
    """Can it be read while somebody waits?"""
    with store.path(brought.file).open("rb") as file:
        return brought.file.size <= SMALL and file.read(2) != b"PK"


class Asked(Exception):
    """Somebody has to say something before it can go on."""

    def __init__(self, stage: ImportStage, **choices: Any) -> None:
        super().__init__(stage)
        self.stage = stage
        self.choices = choices


def what_to_read(import_id: int) -> tuple[Path, dict[str, Any], list[dict[str, Any]]] | None:
    """Where the file lies, what was said of it, and the tables its company's accounts had; None: it is read."""
    brought = db.session.get(BankImport, import_id)
    if brought is None or brought.stage is not ImportStage.READING:
        return None
    known = accounts.of_company(brought.company_id)
    tables = [layout for each in known for layout in each.mapping.get("tables", {}).values()]
    return store.path(brought.file), brought.choices, tables


def read(path: Path, choices: dict[str, Any], tables: list[dict[str, Any]]) -> tuple[str, list[StatementRead]]:
    """Its format and statements; raises `Wrong`, or `Asked` where nobody said yet which column is what."""
    data = path.read_bytes()
    form = reading.judge(data)
    if form not in ("csv", "xlsx"):
        return reading.read(data)
    rows = table.rows_of(data) if form == "csv" else _rows_of_book(path)
    layout = _layout(rows, choices.get("layout"), tables)
    if layout is None:
        if max(map(len, rows), default=0) < table.FEWEST:
            raise Wrong("no_table")
        guessed = table.propose(rows, choices.get("header_row"))
        raise Asked(ImportStage.TO_MAP, sample=rows[:SAMPLED], guessed=guessed.as_kept())
    choices["layout"] = layout.as_kept()
    return form, table.read(rows, layout)


def _layout(rows: list[table.Row], said: dict[str, Any] | None, tables: list[dict[str, Any]]) -> table.Layout | None:
    """As somebody said of this file, or of one with the same headings, or as its headings tell."""
    if said:
        return table.Layout(**said)
    known = {each["fingerprint"]: each for each in tables if each.get("fingerprint")}
    for number, row in enumerate(rows[: columns.SEARCHED] if known else [], 1):
        if before := known.get(columns.fingerprint(row)):
            return table.fitted(table.Layout(**before | {"header_row": number}), rows)
    guessed = table.guess(rows)
    return guessed if table.is_known(guessed) else None


def _rows_of_book(path: Path) -> list[table.Row]:
    try:
        sheets = acts.sheet(path)
    except Unreadable as error:
        raise Wrong("too_many" if error.code == "sheet_too_large" else "no_table", most=20_000) from None
    return max((sheet.rows for sheet in sheets), key=len, default=[])


def go_on(import_id: int) -> None:
    """Read it here and now and keep what is found."""
    asked = what_to_read(import_id)
    if asked is not None:
        keep(import_id, *outcome(*asked))


def outcome(path: Path, choices: dict[str, Any], tables: list[dict[str, Any]]) -> tuple[Any, dict[str, Any]]:
    """What reading came to, an error included, and what was found out of its table."""
    choices = dict(choices)
    try:
        return read(path, choices, tables), choices
    except (Wrong, Asked) as told:
        return told, choices


def keep(import_id: int, found: Any, choices: dict[str, Any]) -> None:
    """Keep what was read; run again, or where somebody said something else meanwhile, nothing happens."""
    hold(db.session(), f"bank-import:{import_id}")
    brought = db.session.get(BankImport, import_id, populate_existing=True)
    if brought is None or brought.stage is not ImportStage.READING:
        return
    brought.choices = choices
    try:
        if isinstance(found, Exception):
            raise found
        with db.session.begin_nested():  # a line that is wrong leaves nothing of its file
            _add(brought, *found)
    except Asked as asked:
        brought.stage, brought.choices = asked.stage, brought.choices | asked.choices
    except Wrong as wrong:
        brought.stage, brought.notes = ImportStage.REFUSED, [wrong.note]


def _add(brought: BankImport, form: str, statements: list[StatementRead]) -> None:
    if not statements:
        raise Wrong("no_statement")
    plans = importing.plan(_accounts(brought, statements))
    alike = brought.choices.get("alike")
    count = sum(len(each.alike) for each in plans)
    if count and not alike:
        fresh = sum(len(each.fresh) for each in plans)
        raise Asked(ImportStage.TO_CONFIRM, alike_count=count, fresh_count=fresh)
    made = [importing.add(each, brought, form, with_alike=alike == "add") for each in plans]
    brought.stage, brought.notes = ImportStage.IMPORTED, _notes(plans, count, alike)
    lines, added = sum(each.line_count for each in made), sum(each.added_count for each in made)
    changes = {"line_count": [None, lines], "added_count": [None, added]}
    trail.record(brought, by=brought.by, act="statements imported", why=brought.name, changes=changes)


def _accounts(brought: BankImport, statements: list[StatementRead]) -> Found:
    """The account of each; asks where one is not known."""
    known = accounts.of_company(brought.company_id)
    said = brought.choices.get("accounts", {})
    layout = brought.choices.get("layout") or {}
    same_table = accounts.by_table(known, layout.get("fingerprint", ""))
    found, unknown = [], []
    for each in statements:
        account = accounts.find(known, each) or _said(known, said.get(each.account)) or _chosen(brought, each)
        if account is None and not each.account and len(same_table) == 1:
            account = same_table[0]
        found.append((each, account))
        if account is None and each.account not in [one["account"] for one in unknown]:
            unknown.append({"account": each.account, "iban": each.iban, "currency": each.currency, "bic": each.bic})
    if unknown:
        raise Asked(ImportStage.TO_CHOOSE, unknown=unknown)
    for each, account in found:
        accounts.remember_number(account, each.account)
        accounts.remember_table(account, layout)
    return found


def _said(known: list[BankAccount], account_id: int | None) -> BankAccount | None:
    return next((each for each in known if each.id == account_id), None)


def _chosen(brought: BankImport, read: StatementRead) -> BankAccount | None:
    """The account that was chosen for files that say none; not where this one says another IBAN."""
    account = brought.account
    return None if account and account.iban and read.iban and read.iban != account.iban else account


def _notes(plans: list[importing.Plan], alike: int, said: str | None) -> list[dict[str, Any]]:
    pending = sum(line.is_pending for each in plans for line in each.read.lines)
    notes = [{"key": "pending", "count": pending}] if pending else []
    if alike:
        notes.append({"key": "alike_added" if said == "add" else "alike_left_out", "count": alike})
    return notes
