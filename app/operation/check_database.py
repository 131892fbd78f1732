"""The doctor looks at the database: reachable, safe against a power cut, as the code expects it (SAFETY R18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from app.core import faults
from app.core.database import is_safe_with_wal
from app.extensions import db
from app.operation import versions
from app.operation.finding import Finding, broken, ok, warning

SAFE_SQLITE = {"synchronous": {2, 3}, "foreign_keys": {1}}
SAFE_POSTGRESQL = {
    "fsync": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
    "full_page_writes": {"on"},
}


def check_database() -> Iterator[Finding]:
    """Does it answer?"""
    try:
        db.session.execute(text("SELECT 1"))
        yield ok("database", versions.database())
    except Exception as error:
        where = "PostgreSQL runs and FACTEUR_DATABASE_URL is right"
        where = "the data folder exists and can be written" if db.engine.dialect.name == "sqlite" else where
        yield broken("database", f"does not answer ({faults.told(error)})", f"See that {where}.")
    finally:
        db.session.rollback()


def check_database_settings() -> Iterator[Finding]:
    """Would it survive a power cut?"""
    yield from _sqlite() if db.engine.dialect.name == "sqlite" else _postgresql()


def _sqlite() -> Iterator[Finding]:
    part, version = "database settings", db.engine.dialect.dbapi.sqlite_version_info
    journal = _pragma("journal_mode")
    if not is_safe_with_wal(version):
        told = f"SQLite {'.'.join(map(str, version))} can damage a database in WAL mode; journal mode is {journal}"
        do = "Install the locked packages again (./facteur setup): pysqlite3 brings a mended SQLite."
        yield broken(part, told, do) if journal == "wal" else warning(part, told, do)
        return
    wrong = [name for name, good in SAFE_SQLITE.items() if _pragma(name) not in good]
    if wrong:
        yield broken(part, f"unsafe: {', '.join(wrong)}", "Start Facteur by its own commands, which set them.")
    elif journal != "wal":
        yield warning(part, f"journal mode is {journal}: slower, and safe", "See that the data folder is a local disk.")
    else:
        yield ok(part, "WAL, synchronous FULL, foreign keys on")


def _pragma(name: str) -> Any:
    return db.session.scalar(text(f"PRAGMA {name}"))


def _postgresql() -> Iterator[Finding]:
    told = {name: db.session.scalar(text(f"SHOW {name}")) for name in SAFE_POSTGRESQL}
    wrong = [f"{name} is {told[name]}" for name, good in SAFE_POSTGRESQL.items() if told[name] not in good]
    if wrong:
        do = "Switch them on in postgresql.conf and reload: without, a power cut loses what was acknowledged."
        yield broken("database settings", ", ".join(wrong), do)
    else:
        yield ok("database settings", "fsync, synchronous_commit and full_page_writes on")


def check_migrations() -> Iterator[Finding]:
    """Is the database what this code expects?"""
    folder = current_app.extensions["migrate"].directory
    wanted = set(ScriptDirectory(folder).get_heads())
    has = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    if has == wanted:
        yield ok("migrations", f"at {', '.join(sorted(has))}")
    else:
        told = f"the database is at {', '.join(sorted(has)) or 'nothing'}, the code at {', '.join(sorted(wanted))}"
        yield broken("migrations", told, "Stop Facteur and run: flask --app wsgi db upgrade")
