"""How migrations run: in one transaction each, with SQLite's foreign keys off while a table is rebuilt."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app.core.types import UTCDateTime, Word

database = current_app.extensions["migrate"].db


def plain(kind, thing, _context):
    """Write our column types as what they are made of: a migration must not change with the code."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Word):
        return "sa.String(40)"
    if kind == "type" and isinstance(thing, sa.JSON):
        return "sa.JSON().with_variant(JSONB(), 'postgresql')"
    return False


def is_ours(_thing, name, kind, _is_found, _compared) -> bool:
    """Is it in the models? The index over words is not: it is another on each database."""
    return not (kind in {"table", "index"} and name.startswith(("document_fts", "ix_document_text_words")))


def check_foreign_keys(ctx, **_step) -> None:
    """Take a migration back that leaves rows whose parent is gone: while it runs, nobody else looks."""
    if ctx.connection.dialect.name == "sqlite":
        orphans = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            tables = ", ".join(sorted({row[0] for row in orphans}))
            raise RuntimeError(f"rows without their parent, nothing was migrated: {tables}")


def run() -> None:
    with database.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:  # only between transactions, else it is ignored
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=is_ours,
            render_item=plain,
            transaction_per_migration=True,
            on_version_apply=check_foreign_keys,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


run()
