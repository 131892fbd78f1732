"""How long it takes to select and plan what goes to the accountant: 10,000 candidates among 100,000 documents."""

from __future__ import annotations

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select

from app.accounting import planning, runs, selecting
from app.accounting.kinds import Cause
from app.accounting.models import Sharing
from app.core import clock
from app.documents.kinds import Direction, FileRole, Kind, ReadState, Status
from app.documents.models import Document, DocumentFile
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from tests.accounting.making import make_connection, make_sharing
from tests.factories import make_file
from tests.live import execute, let_go, make_live_app, migrate, own_postgresql

DOCUMENTS, CANDIDATES, TARGET = 100_000, 10_000, 2.0
START = date(2026, 1, 1)


def main() -> None:
    """On both databases; the first time and, as the page asks it again, the second."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        app = make_live_app(Path(folder), mail_url="smtp://127.0.0.1:9")
        measure("SQLite", app)
        let_go(app)
        with own_postgresql() as server:
            execute(server, "CREATE DATABASE bench")
            url = server.replace("/postgres?", "/bench?")
            app = make_live_app(Path(folder), database_url=url, mail_url="smtp://127.0.0.1:9")
            migrate(app)
            measure("PostgreSQL", app)
            let_go(app)


def measure(name: str, app: Flask) -> None:
    """The dry run, the beginning of a run, and finding its first mails."""
    with app.app_context():
        sharing_id = fill()
        for time_of in ("first", "second"):
            timed(f"{name}, dry run, {time_of}", lambda: plan_in_words(sharing_id))
        timed(f"{name}, a run begins", lambda: begin(sharing_id))
        timed(f"{name}, the documents of its first mail", lambda: first(sharing_id))


def timed(what: str, work) -> None:
    began, used = time.monotonic(), time.process_time()
    said = work()
    taken, used = time.monotonic() - began, time.process_time() - used
    verdict = "met" if taken < TARGET else "MISSED"
    print(f"{what}: {said} in {taken:.2f} s, {used:.2f} s of CPU · target: under {TARGET:.0f} s: {verdict}", flush=True)
    db.session.rollback()


def plan_in_words(sharing_id: int) -> str:
    plan = planning.plan(db.session.get_one(Sharing, sharing_id))
    return f"{plan.documents} documents, {plan.mails} mails, {plan.runs} runs, {sum(plan.waiting.values())} wait"


def begin(sharing_id: int) -> str:
    run = runs.start(db.session.get_one(Sharing, sharing_id).company, Cause.HAND)
    is_unusual = run.is_unusual
    commit()
    return f"unusual: {is_unusual}"


def first(sharing_id: int) -> str:
    query = selecting.candidates(db.session.get_one(Sharing, sharing_id)).limit(20)
    return f"{len(list(db.session.scalars(query)))} documents"


def fill() -> int:
    """Documents of several years, of which the newest 10,000 are after the start date."""
    sharing = make_sharing(connection=make_connection(per_mail=10), start_date=START)
    company_id, file_id = db.session.get_one(Company, sharing.company_id).id, make_file(b"%PDF-1.7" + b"x" * 60_000).id
    rows = [document(company_id, number) for number in range(DOCUMENTS)]
    db.session.execute(insert(Document), rows)
    ids = db.session.scalars(select(Document.id)).all()
    facts = {"file_id": file_id, "role": FileRole.ORIGINAL, "name": "invoice.pdf", "added_at": clock.now()}
    db.session.execute(insert(DocumentFile), [facts | {"document_id": each} for each in ids])
    db.session.commit()
    assert db.session.scalar(select(func.count(Document.id))) == DOCUMENTS
    return sharing.id


def document(company_id: int, number: int) -> dict[str, object]:
    """One of three is a sale, one of ten a credit note; validated, with all that counts."""
    is_candidate = number < CANDIDATES
    days = number % 300 + 1
    return {
        "company_id": company_id,
        "direction": Direction.SALE if number % 3 == 0 else Direction.PURCHASE,
        "kind": Kind.CREDIT_NOTE if number % 10 == 0 else Kind.INVOICE,
        "status": Status.TO_MATCH,
        "read_state": ReadState.READ,
        "number": f"F-{number}",
        "number_key": f"f{number}",
        "counterparty_name": f"Supplier {number % 500}",
        "issue_date": START + timedelta(days=days if is_candidate else -days),
        "net_minor": 10000,
        "tax_minor": 2000,
        "gross_minor": 12000,
        "validated_at": clock.now(),
    }


if __name__ == "__main__":
    main()
