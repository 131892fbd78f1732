"""The list of runs: what each sent, what it could not, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import joinedload

from app.accounting import sight
from app.accounting.kinds import State
from app.accounting.run_models import Delivery, Envelope, Run, RunProblem
from app.extensions import db
from app.users.models import Company, User
from app.web import keyset

NEWEST = keyset.Order(Run.id, keyset.whole)


@dataclass
class Row:
    """One run as a line shows it: documents by where they stand, their mails, and errors."""

    run: Run
    sent: int = 0
    mails: int = 0
    leaving: int = 0
    doubtful: int = 0
    errors: int = 0


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of them, the newest first."""
    place = {name: said.get(name, "") for name in ("before", "after")}
    query = sight.runs(user, company).options(joinedload(Run.by))
    leaf = keyset.leaf(query, NEWEST, Run.id, **place)
    link = lambda **at: url_for("accounting.all_runs", **at)  # noqa: E731
    return {
        "rows": rows(user, company, [row[0] for row in leaf.rows]),
        "pages": {
            "previous_url": link(before=leaf.before) if leaf.before else None,
            "next_url": link(after=leaf.after) if leaf.after else None,
        },
    }


def rows(user: User, company: Company, runs: list[Run]) -> list[Row]:
    """Each with its counts, as far as this person may know: two queries for all of them."""
    found = {run.id: Row(run) for run in runs}
    for run_id, state, documents, mails in db.session.execute(_deliveries(user, company, list(found))):
        row = found[run_id]
        if state is State.SENT:
            row.sent, row.mails = documents, mails
        elif state is State.LEAVING:
            row.leaving = documents
        elif state is State.UNCERTAIN:
            row.doubtful = documents
        elif state is State.REFUSED:
            row.errors += documents
    for run_id, problems in db.session.execute(_problems(user, company, list(found))):
        found[run_id].errors += problems
    return list(found.values())


def _deliveries(user: User, company: Company, run_ids: list[int]) -> Select[Any]:
    sums = (func.count(Delivery.id), func.count(distinct(Envelope.id)))
    query = select(Envelope.run_id, Delivery.state, *sums).join(Delivery.envelope)
    query = query.where(Envelope.run_id.in_(run_ids), Delivery.document_id.in_(sight.visible(user, company)))
    return query.group_by(Envelope.run_id, Delivery.state)


def _problems(user: User, company: Company, run_ids: list[int]) -> Select[Any]:
    query = select(RunProblem.run_id, func.count()).where(RunProblem.run_id.in_(run_ids))
    query = query.where(RunProblem.document_id.in_(sight.visible(user, company)))
    return query.group_by(RunProblem.run_id)
