"""How connections and transactions begin on each database (SAFETY R18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pysqlite3
from flask import has_request_context, request
from sqlalchemy import Engine, Table, event, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

READING = {"GET", "HEAD", "OPTIONS"}
BUSY_SECONDS = 30
LEARNT_SECONDS = 600
"""So old may a connection to SQLite grow: it knows what `analyse` found before it was opened."""
READS_ONLY = "facteur_reads_only"


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy is told for this address; SQLite by the bundled version, which is safe with WAL.

    Its errors name a statement, never the values in it.
    """
    if url.startswith("sqlite"):
        connect = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        pool = {"pool_recycle": LEARNT_SECONDS}
        return {"module": pysqlite3, "connect_args": connect, "hide_parameters": True, **pool}
    connect = {"options": "-c jit=off"}  # to compile a query of ours takes longer than to answer it
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "connect_args": connect,
        "hide_parameters": True,
    }


def prepare(engine: Engine) -> None:
    """Give every connection of `engine` its settings and say how its transactions begin."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settings)
        event.listen(engine, "begin", _begin)


@event.listens_for(Table, "before_create")
def _use_no_id_twice(table: Table, *_around: Any, **_how: Any) -> None:
    """SQLite gives the highest id again once its row is gone; a page left open would then speak of another row."""
    table.dialect_options["sqlite"]["autoincrement"] = len(table.primary_key.columns) == 1


@event.listens_for(Session, "after_soft_rollback")
def _read_anew(session: Session, previous: Any) -> None:
    """What was read from the database within a savepoint that is taken back, as by `change_if`, was never so."""
    if previous.nested:
        session.expire_all()


def is_safe_with_wal(version: tuple[int, ...]) -> bool:
    """Can several connections write to a database in WAL mode without damage? Some versions of SQLite lose pages."""
    return version >= (3, 51, 3) or any(mended <= version < (*mended[:2], 99) for mended in ((3, 50, 7), (3, 44, 6)))


def _settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else releasing a savepoint commits
    journal = "WAL" if is_safe_with_wal(pysqlite3.sqlite_version_info) else "DELETE"
    for pragma in (
        f"journal_mode = {journal}",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS}000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """A transaction that may write takes its lock at once: one that finds out later fails without waiting."""
    reads = READS_ONLY in connection.get_execution_options()
    reads = reads or (has_request_context() and request.method in READING)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def read_only(session: Session) -> None:
    """Let this session's next transaction only read, and so wait for nobody's writing; one that is open goes on."""
    if not session.in_transaction():
        session.connection(execution_options={READS_ONLY: True})


@contextmanager
def looking(session: Session) -> Iterator[None]:
    """A transaction of its own that only reads: whoever looks every few seconds keeps nobody from writing."""
    read_only(session)
    yield
    session.commit()


def insert_unless_there(session: Session, model: Any) -> Any:
    """An INSERT that passes over rows whose unique key is taken already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(model.__table__).on_conflict_do_nothing()


def change_if(session: Session, row: Any, *still: Any, **values: Any) -> bool:
    """Change a row if it is still so, in one statement: of two who try at once one succeeds. It is read anew."""
    model = type(row)
    query = update(model).where(model.id == row.id, *still).values(**values)
    changed = session.execute(query.execution_options(synchronize_session=False)).rowcount
    try:
        session.refresh(row)
    except InvalidRequestError:  # somebody removed it for good meanwhile
        return False
    return bool(changed)


def analyse(session: Session) -> None:
    """Let SQLite count how its rows are spread, so that it takes the right index; PostgreSQL does so by itself.

    Reads every index once: a second for 200,000 documents, in which nobody else writes.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("ANALYZE"))


def hold(session: Session, name: str) -> None:
    """Let nobody else hold `name` until this transaction ends.

    On SQLite a writing transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
