"""What is done with a large bank file, or a workbook, by itself."""

from __future__ import annotations

from app.bank import bringing
from app.core.database import looking
from app.extensions import db
from app.tasks.jobs import job


@job("default", timeout=240)
def import_statement(import_id: int) -> None:
    """Read a file of statements and add what is new; run again, nothing happens."""
    with looking(db.session()):
        asked = bringing.what_to_read(import_id)
    if asked is not None:
        found = bringing.outcome(*asked)  # no transaction open
        bringing.keep(import_id, *found)
