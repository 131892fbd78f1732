"""How long the reminders of a large company take: 20,000 due on one day, found among 100,000 invoices and queued."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind, ReadState, Status
from app.dunning import planning
from app.dunning.action_models import Action, ActionDocument
from app.extensions import db
from app.tasks.jobs import commit
from app.tasks.models import Task
from app.users.models import Company
from tests.dunning.owing import make_plan
from tests.factories import make_company
from tests.live import execute, let_go, make_live_app, migrate, own_postgresql

CUSTOMERS, INVOICES, CREDITS = 20_000, 5, 1_000
TODAY = date(2026, 11, 25)
NOW = clock.now()


def main() -> None:
    """On both databases; the second run finds the same again and makes nothing."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        app = make_live_app(Path(folder))
        measure("SQLite", app)
        let_go(app)
        with own_postgresql() as server:
            execute(server, "CREATE DATABASE bench")
            app = make_live_app(Path(folder), database_url=server.replace("/postgres?", "/bench?"))
            migrate(app)
            measure("PostgreSQL", app)
            let_go(app)


def measure(name: str, app: Flask) -> None:
    """Seconds by the clock and of this process's CPU; a database server's own are not in the latter."""
    with app.app_context():
        company_id = _fill()
        for run in ("first run", "second run"):
            began, used = time.monotonic(), time.process_time()
            company = db.session.get_one(Company, company_id)
            made = planning.plan_company(company, TODAY)
            commit()
            taken, used = time.monotonic() - began, time.process_time() - used
            print(f"{name}, {run}: {made} actions in {taken:.1f} s, {used:.1f} s of CPU;", _counts(), flush=True)


def _counts() -> str:
    counts = {each.__tablename__: db.session.scalar(select(func.count()).select_from(each)) for each in MADE}
    return ", ".join(f"{count} {table}" for table, count in counts.items())


MADE = (Action, ActionDocument, Task)


def _fill() -> int:
    """Each customer has one invoice that is late, one that is soon due, one disputed, one paid and one to send."""
    company, known = make_company(), {"is_customer": True, "created_at": NOW}
    plan_id = make_plan(-3, 5, 12, company=company).id
    numbers = range(1, CUSTOMERS + 1)
    parties = [
        known | {"id": n, "company_id": company.id, "name": f"Client {n}", "dunning_plan_id": plan_id} for n in numbers
    ]
    db.session.execute(insert(Counterparty.__table__), parties)
    kinds: list[dict[str, Any]] = [
        {"due_date": TODAY - timedelta(days=6)},
        {"due_date": TODAY + timedelta(days=20)},
        {"due_date": TODAY - timedelta(days=40), "disputed_at": NOW},
        {"due_date": TODAY - timedelta(days=90), "settled_minor": 12000},
        {"due_date": TODAY - timedelta(days=9), "to_send_at": NOW},
    ]
    common = {"company_id": company.id, "direction": Direction.SALE, "validated_at": NOW, "read_state": ReadState.READ}
    common |= {"status": Status.TO_MATCH, "gross_minor": 12000, "created_at": NOW, "reason": {}}
    owed = [FACTS | common | kind | {"counterparty_id": number} for number in numbers for kind in kinds]
    credit = {"kind": Kind.CREDIT_NOTE, "gross_minor": 100}
    owed += [FACTS | common | credit | {"counterparty_id": number} for number in range(1, CREDITS + 1)]
    db.session.execute(insert(Document.__table__), owed)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return company.id


FACTS = {"due_date": None, "disputed_at": None, "settled_minor": 0, "to_send_at": None, "kind": Kind.INVOICE}

if __name__ == "__main__":
    sys.exit(main())
