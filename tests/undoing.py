"""Work on the real database inside one transaction that is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Connection

from app.extensions import db


@contextmanager
def undone_in(app: Flask) -> Iterator[Connection]:
    """All that is committed meanwhile, on this one connection, is gone afterwards."""
    with app.app_context():
        db.session.configure(join_transaction_mode="create_savepoint")
        engine, connection = db.engine, db.engine.connect()
        transaction, db.engines[None] = connection.begin(), connection
        yield connection
        db.session.remove()
        db.engines[None] = engine
        transaction.rollback()
        connection.close()
