"""Counting what a page asks of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from app.extensions import db


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many SELECTs a call makes."""

    def count(call: Callable[[], object]) -> int:
        asked: list[str] = []
        note = lambda _c, _cursor, statement, *_rest: asked.append(statement)  # noqa: E731
        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", note)
        call()
        event.remove(connection, "before_cursor_execute", note)
        return sum(statement.lstrip().startswith("SELECT") for statement in asked)

    return count
