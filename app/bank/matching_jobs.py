"""What follows an import: rules for labels, then what is sure is matched."""

from __future__ import annotations

from app.bank import automatic, labelling
from app.bank.models import Statement
from app.extensions import db
from app.tasks.jobs import job, short_transaction


def follow_import(statement: Statement) -> None:
    """After its lines are there: rules for labels speak, and what is sure is matched, once."""
    settle_statement.later(statement.id, key=f"settle-statement:{statement.id}")


@job("default", timeout=600)
def settle_statement(statement_id: int) -> None:
    """Label the lines of a statement and match what is sure; run again, nothing more happens."""
    with short_transaction():
        statement = db.session.get(Statement, statement_id)
        if statement is None:
            return
        labelling.apply_to_statement(statement)
    with short_transaction():
        sure = automatic.sure_of(db.session.get_one(Statement, statement_id))
    company = db.session.get_one(Statement, statement_id).account.company
    for line_id, answer in sorted(sure.items()):
        automatic.match(company, line_id, answer)
