"""Rows by the hundred thousand: PostgreSQL copies them, SQLite inserts many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.extensions import db


def put(model: Any, rows: Iterable[dict[str, Any]], **same: Any) -> None:
    """Add these rows, and commit; what a row does not say is the column's default, or `same` for all."""
    connection = db.engine.raw_connection()
    columns = [column for column in model.__table__.columns if column.name != "id" or "id" in same]
    lines = _values(columns, rows, same)
    names = ", ".join(f'"{column.name}"' for column in columns)
    cursor = connection.cursor()
    if db.engine.dialect.name == "postgresql":
        with cursor.copy(f"COPY {model.__tablename__} ({names}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)
    else:
        marks = ", ".join("?" for _column in columns)
        cursor.execute("BEGIN")
        cursor.executemany(f"INSERT INTO {model.__tablename__} ({names}) VALUES ({marks})", lines)
    connection.commit()
    connection.close()


def _values(columns: list[Any], rows: Iterable[dict[str, Any]], same: dict[str, Any]) -> Iterator[list[Any]]:
    dialect = db.engine.dialect
    made = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns}
    usual = {column.name: _default(column) for column in columns} | same
    for row in rows:
        said = usual | row
        yield [each(said[name]) if each and said[name] is not None else said[name] for name, each in made.items()]


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg
