"""`./facteur bench statements`: what is read of the corpus of bank files, and how long 50,000 lines take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import select

from app.bank import bringing
from app.bank.models import BankAccount, BankTransaction, Statement
from app.extensions import db
from app.files import store
from app.tasks.jobs import commit
from app.users import people
from app.users.models import Company
from tests.bank import samples
from tests.bench import statement_corpus, table
from tests.live import make_live_app

LINES = 50_000
FIRST_SECONDS, AGAIN_SECONDS = 20.0, 5.0


def _camt(made: Any) -> bytes:
    return samples.camt(made, iban="OF-ANOTHER-ACCOUNT")


WRITERS: dict[str, Callable[[Any], bytes]] = {"OFX": samples.ofx, "CSV": samples.csv_file, "CAMT.053": _camt}


def main() -> None:
    """Print both."""
    is_whole = statement_corpus.show()
    table.target("all that is known of the corpus is read", is_whole)
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        app = make_live_app(Path(folder))
        with app.app_context():
            measure(people.create_company("Atelier Zoé"), Path(folder) / "facteur.db")
            db.session.remove()


def moves() -> list[samples.Move]:
    """Five years of them, 27 a day, some truly equal."""
    first = date(2021, 1, 1)
    return [
        samples.Move(
            first + timedelta(days=at // 27), Decimal(at % 900 - 450) / 4, f"LINE {at % 5000}", f"Party {at % 99}"
        )
        for at in range(LINES)
    ]


def measure(company: Company, path: Path) -> None:
    """Each format into an account of its own, then again, beside bare inserts of the same lines."""
    made, base = moves(), 0.0
    table.head()
    for name, write in WRITERS.items():
        account = BankAccount(company=company, name=name, currency="EUR")
        db.session.add(account)
        file = store.keep(write(made))
        commit()
        first, statement = _timed(company, account, file, name)
        assert statement.added_count == LINES, statement.added_count
        again, statement = _timed(company, account, file, name)
        assert statement.added_count == 0, statement.added_count
        if not base:
            base = _bare(path, account.id)
            table.row(f"bare inserts of {LINES} lines", [base], base)
        table.row(f"{LINES} lines of {name}, added", [first[0]], base)
        table.row("  of which this process worked", [first[1]], base)
        table.row("the same again, nothing added", [again[0]], base)
        table.row("  of which this process worked", [again[1]], base)
        is_met = first[0] < FIRST_SECONDS and again[0] < AGAIN_SECONDS
        table.target(f"{name}: first under {FIRST_SECONDS:.0f} s, again under {AGAIN_SECONDS:.0f} s", is_met)


def _timed(company: Company, account: BankAccount, file: Any, name: str) -> tuple[tuple[float, float], Statement]:
    """Seconds by the clock and of the processor, and the statement that came of it."""
    brought = bringing.arrive(company, file, name, by=None, account=account)
    commit()
    start, worked = time.perf_counter(), time.process_time()
    found = bringing.outcome(*(bringing.what_to_read(brought.id) or ()))
    bringing.keep(brought.id, *found)
    commit()
    spent = time.perf_counter() - start, time.process_time() - worked
    return spent, db.session.scalars(select(Statement).where(Statement.import_id == brought.id)).one()


def _bare(path: Path, account_id: int) -> float:
    """The same rows by the driver alone, into the same table, taken away again."""
    rows = db.session.execute(select(BankTransaction.__table__).where(BankTransaction.account_id == account_id)).all()
    commit()
    columns = [each.name for each in BankTransaction.__table__.columns if each.name != "id"]
    place = {name: at for at, name in enumerate(each.name for each in BankTransaction.__table__.columns)}
    plain = [[_plain(row[place[name]]) for name in columns] for row in rows]
    key = columns.index("key")
    for row in plain:
        row[key] = f"bare-{row[key]}"[:64]
    connection = pysqlite3.connect(str(path))
    start = time.perf_counter()
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO bank_transaction ({', '.join(columns)}) VALUES ({marks})", plain)
    connection.commit()
    spent = time.perf_counter() - start
    connection.execute("DELETE FROM bank_transaction WHERE key LIKE 'bare-%'")
    connection.commit()
    connection.close()
    return spent


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
