"""How it stands between a company and its accountant: what is sent next, what waits, what went wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounting import daily, planning, run_list, runs, selecting, sight, standing
from app.accounting.kinds import Cause, State
from app.accounting.models import Sharing
from app.accounting.run_models import Run
from app.accounting.selecting import Wait
from app.accounting.standing import Trouble
from app.core import clock
from app.documents.models import Document
from app.documents.showing import with_names
from app.extensions import db
from app.users.models import Company, User

FEW = 10
"""So many of each list stand on the overview; a link leads to the whole list."""
LATEST_RUNS = 3


def shown(user: User, company: Company) -> dict[str, Any]:
    """All that the overview shows, as far as this person may know."""
    sharing = db.session.get(Sharing, company.id)
    latest = list(db.session.scalars(_latest(user, company)))
    return {
        "sharing": sharing,
        "connection": sharing.connection if sharing else None,
        "is_on": bool(sharing and sharing.shared_since),
        "latest": run_list.rows(user, company, latest),
        **(_next(user, company, sharing) if sharing and sharing.sends else {}),
        **_troubles(user, company),
    }


def sends(company: Company) -> bool:
    """Does it send by itself?"""
    sharing = db.session.get(Sharing, company.id)
    return sharing is not None and sharing.sends


def _latest(user: User, company: Company) -> Any:
    query = sight.runs(user, company).options(joinedload(Run.by))
    return query.order_by(Run.id.desc()).limit(LATEST_RUNS)


def _next(user: User, company: Company, sharing: Sharing) -> dict[str, Any]:
    """The run under way or the next one, what it would take, and what waits longer."""
    has_server = bool(current_app.config["SETTINGS"].mail_url)
    found = {"under_way": runs.open_run(company), "next_at": next_at(company), "has_server": has_server}
    waiting = _waiting(user, company, sharing).items()
    found["waits"] = [(wait, count, leaves_from(sharing) if wait is Wait.DELAYED else None) for wait, count in waiting]
    if kept := _kept_back(user, company):
        found["waits"].append((State.WITHHELD, kept, None))
    if not sight.sees_whole(user, company):
        return found
    return found | {"plan": planning.plan(sharing)}


def _waiting(user: User, company: Company, sharing: Sharing) -> dict[Wait, int]:
    """How many of what this person may know about wait, by reason."""
    seen = sight.visible(user, company)
    of = lambda wait: selecting.those(sharing, wait).where(Document.id.in_(seen)).order_by(None)  # noqa: E731
    counts = (of(wait).with_only_columns(func.count()).scalar_subquery() for wait in Wait)
    found = zip(Wait, db.session.execute(select(*counts)).one(), strict=True)
    return {wait: count for wait, count in found if count}


def _kept_back(user: User, company: Company) -> int:
    seen = standing.kept_back(company).where(Document.id.in_(sight.visible(user, company)))
    return db.session.scalar(seen.with_only_columns(func.count())) or 0


def next_at(company: Company) -> datetime:
    """When the next daily run begins; a missed one is made up at once."""
    today = clock.today(company)
    done = select(Run.id).where(Run.company_id == company.id, Run.cause == Cause.DAILY, Run.day == today)
    day = today + timedelta(days=1) if db.session.scalar(done) else today
    return max(datetime.combine(day, daily.OPENS, ZoneInfo(company.time_zone)), clock.now())


def leaves_from(sharing: Sharing) -> date:
    """What was issued later is kept by the delay."""
    return clock.today(sharing.company) - timedelta(days=sharing.delay_days)


def _troubles(user: User, company: Company) -> dict[str, Any]:
    """The first of each list, and how many there are."""
    counts = standing.counts(user, company)
    firsts = [_first(user, company, each, count) for each, count in zip(Trouble, counts, strict=True)]
    errors, doubtful, changed, missed = firsts
    with_names([each for first in firsts for each in first])
    return {
        "counts": counts,
        "errors": errors,
        "reasons": standing.reasons(company, errors),
        "doubtful": doubtful,
        "missed": missed,
        "exports": standing.exports([*doubtful, *changed]),
        "changed": standing.changes(changed),
    }


def _first(user: User, company: Company, trouble: Trouble, count: int) -> list[Document]:
    if not count:
        return []
    query = standing.those(user, company, trouble).options(joinedload(Document.counterparty))
    return list(db.session.scalars(query.order_by(Document.id.desc()).limit(FEW)))
