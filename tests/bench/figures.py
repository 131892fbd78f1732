"""The pages of figures among 10,000 and 100,000 documents, beside a bare count of the same rows."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from app.audit.models import AuditEntry
from app.bank.models import BankAccount, BankTransaction, Match, Statement
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, Kind, Status
from app.extensions import db
from app.tasks.jobs import commit
from app.treasury.models import CommittedOperation
from app.users import people, sessions
from app.users.models import Company, SignIn
from app.web.access import Role
from tests.bench.copying import put
from tests.bench.many import COUNTERPARTIES, document_row
from tests.live import make_live_app

SMALL, LARGE = 10_000, 100_000
TIMES = 15
MOST_MS = 1000
ROW = "{:<44} {:>10} {:>10} {:>8}  {}"
PAGES = {
    "home": "/",
    "treasury": "/treasury",
    "committed operations": "/treasury/operations",
    "analytics, last 12 months": "/analytics",
    "analytics, all times": "/analytics?period=all",
    "a counterparty": "/counterparties/{party}",
}
COUNT = "SELECT count(*) FROM document WHERE company_id = :company AND validated_at IS NOT NULL"


def main() -> None:
    """Measure both sizes, each page and the bare count in turn, and print one table."""
    found = {}
    for count in (SMALL, LARGE):
        with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
            found[count] = measure(make_live_app(Path(folder)), count)
    print(ROW.format(f"one page, median of {TIMES}, in ms", f"{SMALL:,}", f"{LARGE:,}", "growth", ""))
    for name in found[SMALL]:
        small, large = (found[count][name] * 1000 for count in (SMALL, LARGE))
        said = "" if name == "bare count" else f"target: < {MOST_MS} ms: {'met' if large < MOST_MS else 'MISSED'}"
        print(ROW.format(name, f"{small:.1f}", f"{large:.1f}", f"{large / small:.1f}", said), flush=True)


def measure(app: Flask, count: int) -> dict[str, float]:
    """Median seconds of each."""
    with app.app_context():
        company = people.create_company("Atelier Zoé")
        person = people.create("zoe@atelier.example", role=Role.ADMIN, name="Zoé", password="correct horse battery")
        commit()
        token, company_id = "token-of-the-bench", company.id
        db.session.add(SignIn(token_hash=sessions.digest(token), user=person, company=company))
        commit()
        party = fill(company, count)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    asked: dict[str, Callable[[], Any]] = {"bare count": lambda: _count(app, company_id)}
    for name, address in PAGES.items():
        asked[name] = lambda address=address.format(party=party): _open(browser, address)  # type: ignore[misc]
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for _each in range(TIMES):
        for name, ask in asked.items():
            began = time.perf_counter()
            ask()
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds[2:]) for name, seconds in taken.items()}


def _open(browser: Any, address: str) -> None:
    assert browser.get(address).status_code == 200


def _count(app: Flask, company_id: int) -> None:
    with app.app_context():
        db.session.execute(text(COUNT), {"company": company_id}).scalar_one()
        db.session.remove()


def fill(company: Company, count: int) -> int:
    """So many documents as a firm has them, with their operations, payments and moves; the id of a counterparty."""
    company_id, chance = company.id, random.Random(7)
    parties = [
        {"company_id": company_id, "name": f"Société {n}", "name_key": f"societe {n}", "is_supplier": True}
        for n in range(COUNTERPARTIES)
    ]
    party_ids = list(db.session.scalars(insert(Counterparty).returning(Counterparty.id), parties))
    line = _line(company)
    rows = [document_row(company_id, n, chance.choice(party_ids), chance) | {"id": n} for n in range(1, count + 1)]
    commit()
    db.session.remove()
    put(Document, (row | {"settled_minor": 0} for row in rows), id=None)  # each match settles it
    put(CommittedOperation, [_operation(row) for row in rows if row["status"] in {Status.TO_MATCH, Status.TO_PAY}])
    paid = [row for row in rows if row["settled_minor"]]
    put(Match, [_match(row, line, chance) for row in paid])
    put(AuditEntry, [entry for row in rows for entry in _moves(row, chance)], object_type="document", act="moved")
    with db.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    return party_ids[7]


def _line(company: Company) -> int:
    account = BankAccount(company=company, name="Current", balance_minor=10**9, balance_date=clock.today())
    statement = Statement(account=account)
    db.session.add_all([account, statement])
    db.session.flush()
    facts = {"company_id": company.id, "currency": "EUR", "key": "1", "date": clock.today(), "amount_minor": 1}
    line = BankTransaction(account=account, statement=statement, **facts)
    db.session.add(line)
    db.session.flush()
    return line.id


def _operation(row: dict[str, Any]) -> dict[str, Any]:
    comes_in = (row["direction"] is Direction.SALE) == (row["kind"] is Kind.INVOICE)
    due = row["pay_date"] or row["due_date"]
    told = {"company_id": row["company_id"], "document_id": row["id"], "currency": "EUR", "contractual_date": due}
    return told | {"amount_minor": row["gross_minor"] * (1 if comes_in else -1), "expected_date": due + timedelta(9)}


def _match(row: dict[str, Any], line: int, chance: random.Random) -> dict[str, Any]:
    day: date = row["due_date"] + timedelta(chance.randrange(-10, 60))
    return {"document_id": row["id"], "transaction_id": line, "amount_minor": row["gross_minor"], "date": day}


def _moves(row: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    at, moves = clock.now() - timedelta(days=400), []
    for was, now in ((None, "to_process"), ("to_process", "to_match"), ("to_match", "validated")):
        moves.append({"object_id": row["id"], "company_id": row["company_id"], "at": at} | _status(was, now))
        at += timedelta(seconds=chance.randrange(60, 10**6))
    return moves


def _status(was: str | None, now: str) -> dict[str, Any]:
    return {"changes": {"status": [was, now]}}


if __name__ == "__main__":
    sys.exit(main())
