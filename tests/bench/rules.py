"""10,000 waiting documents and 50 rules: each previewed, all counted, beside the same questions asked in bare SQL."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import insert

from app.core import clock
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents.models import Direction, Document, Kind, ReadState, Status, document_tag, key_of
from app.extensions import db
from app.extraction.models import DocumentReading
from app.files.models import File
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.rules import conditions, showing
from app.rules.models import Match, Rule
from app.tags.models import Tag
from app.users import people
from app.users.models import Company, User
from app.web.access import Role
from tests.bench.table import head, row, target
from tests.live import make_live_app

WAITING, RULES, PARTIES, TAGS, WORDS, TIMES = 10_000, 50, 400, 20, 200, 3
SECONDS = 5.0


def main() -> None:
    """Fill a database of its own, ask, and print one table."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        app = make_live_app(Path(folder))
        with app.app_context():
            company = people.create_company("Atelier Zoé")
            user = people.create("zoe@atelier.example", role=Role.ADMIN, name="Zoé", password="correct horse battery")
            fill(company.id)
            rules = make_rules(company)
            bare = pysqlite3.connect(str(Path(folder) / "facteur.db"))
            measure(user, company, rules, bare)
            db.session.remove()


def measure(user: User, company: Company, rules: list[Rule], bare: Any) -> None:
    """Ours and the bare statements in turn."""
    document = db.session.query(Document).order_by(Document.id.desc()).first()
    assert document is not None
    asked: dict[str, Callable[[], Any]] = {
        f"bare SQL: {RULES} counts": lambda: [bare.execute(sql, said).fetchone()[0] for sql, said in in_sql(rules)],
        f"{RULES} rules previewed, one after the other": lambda: previews(user, company, rules),
        f"{RULES} rules counted, as the list does": lambda: list(showing.counts(user, rules, company).values()),
        f"one document tested by {RULES} rules": lambda: conditions.which(document, rules),
    }
    taken: dict[str, list[float]] = {name: [] for name in asked}
    worked: dict[str, list[float]] = {name: [] for name in asked}
    found: dict[str, Any] = {}
    for _each in range(TIMES):
        for name, ask in asked.items():
            began, busy = time.perf_counter(), time.process_time()
            found[name] = ask()
            taken[name].append(time.perf_counter() - began)
            worked[name].append(time.process_time() - busy)
    names = list(asked)
    assert found[names[0]] == found[names[1]] == found[names[2]], "ours and the bare statements do not agree"
    print(f"{WAITING:,} waiting documents, {RULES} rules met by {sum(found[names[0]]):,} in all")
    head()
    medians = [row(name, taken[name], statistics.median(taken[names[0]])) for name in names]
    print("of which this process worked, where others use the machine, too:")
    for name in names:
        row(name, worked[name], statistics.median(worked[names[0]]))
    target(f"{WAITING:,} waiting documents x {RULES} rules previewed in under {SECONDS:.0f} s", medians[1] < SECONDS)


def previews(user: User, company: Company, rules: list[Rule]) -> list[int]:
    """How many each rule would touch, with the first of them, as the builder shows it."""
    found = []
    for rule in rules:
        found.append(showing.preview(user, company, rule.conditions, rule.match)["count"])
        db.session.expunge_all()
        db.session.add_all([user, company, *rules])
    return found


# --- The rules, and the same by hand --------------------------------------------------------------

IN_SQL = {
    ("direction", "is"): "d.direction = ?",
    ("counterparty", "is"): "d.counterparty_id = ?",
    ("gross", "at_least"): "d.currency = 'EUR' AND d.gross_minor >= ?",
    ("tag", "has"): "EXISTS (SELECT 1 FROM document_tag t WHERE t.document_id = d.id AND t.tag_id = ?)",
    ("label", "contains"): "lower(d.label) LIKE '%' || ? || '%'",
    ("sender", "contains"): "EXISTS (SELECT 1 FROM part p JOIN message m ON m.id = p.message_id "
    "WHERE p.document_id = d.id AND lower(m.sender) LIKE '%' || ? || '%')",
    ("text", "contains"): "EXISTS (SELECT 1 FROM document_reading r WHERE r.document_id = d.id "
    "AND lower(r.pages) LIKE '%[\"' || ? || '%')",
    ("supplier_new", "is"): "NOT EXISTS (SELECT 1 FROM document o WHERE o.counterparty_id = d.counterparty_id "
    "AND o.validated_at IS NOT NULL AND o.trashed_at IS NULL) AND d.direction = ?",
    ("iban_changed", "is"): "d.iban != '' AND EXISTS (SELECT 1 FROM counterparty_iban i WHERE "
    "i.counterparty_id = d.counterparty_id) AND NOT EXISTS (SELECT 1 FROM counterparty_iban i WHERE "
    "i.counterparty_id = d.counterparty_id AND i.iban = d.iban) AND d.direction = ?",
}
"""What somebody would write who knows the tables."""


def in_sql(rules: list[Rule]) -> Iterator[tuple[str, list[Any]]]:
    """Each rule as one statement."""
    for rule in rules:
        tests = [IN_SQL[(each["fact"], each["test"])] for each in rule.conditions]
        values = [each.get("value", "purchase") for each in rule.conditions]
        where = (" AND " if rule.match is Match.ALL else " OR ").join(f"({test})" for test in tests)
        yield (
            f"SELECT count(*) FROM document d WHERE d.company_id = ? AND d.status = 'to_process' AND ({where})",
            [rule.company_id, *values],
        )


def make_rules(company: Company) -> list[Rule]:
    """Two conditions each, of all kinds in turn; one in ten looks into the text."""
    made = []
    for number in range(RULES):
        amount = {"fact": "gross", "test": "at_least", "value": 100_000 + number * 10_000, "currency": "EUR"}
        others = [
            {"fact": "counterparty", "test": "is", "value": number + 1},
            {"fact": "label", "test": "contains", "value": f"fournitures {number % 10}"},
            {"fact": "tag", "test": "has", "value": number % TAGS + 1},
            {"fact": "sender", "test": "contains", "value": f"compta{number}@"},
            {"fact": "direction", "test": "is", "value": "purchase"},
            {"fact": "supplier_new", "test": "is"},
            {"fact": "iban_changed", "test": "is"},
            {"fact": "counterparty", "test": "is", "value": number + 100},
            {"fact": "label", "test": "contains", "value": "lot 7"},
            {"fact": "text", "test": "contains", "value": f"mot{number}"},
        ]
        match = Match.ANY if number % 4 == 0 else Match.ALL
        rule = Rule(company=company, name=f"Rule {number}", position=number, match=match, actions=[])
        rule.conditions = [amount, others[number % 10]]
        made.append(rule)
    db.session.add_all(made)
    db.session.commit()
    return made


# --- The documents --------------------------------------------------------------------------------


def fill(company_id: int) -> None:
    """What waits, each with its mail and what was read of it; some suppliers had something validated before."""
    chance = random.Random(7)
    parties = [
        {"company_id": company_id, "name": f"Société {n}", "name_key": f"societe {n}", "is_supplier": True}
        for n in range(PARTIES)
    ]
    ids = list(db.session.scalars(insert(Counterparty).returning(Counterparty.id), parties))
    db.session.execute(insert(CounterpartyIban), [{"counterparty_id": each, "iban": f"FR{each}"} for each in ids])
    tags = [{"company_id": company_id, "name": f"Tag {n}", "name_key": f"tag {n}"} for n in range(TAGS)]
    db.session.execute(insert(Tag), tags)
    [file_id] = db.session.scalars(insert(File).returning(File.id), [{"sha256": "0" * 64, "size": 1}])
    known = [_document(company_id, 10**6 + each, each, chance, validated=True) for each in ids[: PARTIES // 2]]
    db.session.execute(insert(Document), known)
    numbers = iter(range(WAITING))
    while batch := list(islice(numbers, 1000)):
        rows = [_document(company_id, number, chance.choice(ids), chance) for number in batch]
        made = list(db.session.scalars(insert(Document).returning(Document.id), rows))
        _around(company_id, made, file_id, chance)
    db.session.commit()


def _document(company_id: int, number: int, party: int, chance: random.Random, validated: bool = False) -> dict:
    gross, issued = chance.randrange(1_000, 900_000), date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    return {
        "company_id": company_id, "direction": chance.choice(list(Direction)), "kind": Kind.INVOICE,
        "number": f"F-{number:07}", "number_key": key_of(f"F-{number:07}"), "counterparty_id": party,
        "label": f"Fournitures {number % 97} lot {number % 13}", "issue_date": issued, "currency": "EUR",
        "net_minor": gross * 5 // 6, "tax_minor": gross - gross * 5 // 6, "gross_minor": gross,
        "iban": f"FR{party}" if number % 50 else "DE1", "read_state": ReadState.READ, "source": "smtp",
        "validated_at": clock.now() if validated else None, "flags": [], "unsure": [], "reason": {},
        "status": Status.TO_MATCH if validated else Status.TO_PROCESS,
    }  # fmt: skip


def _around(company_id: int, ids: list[int], file_id: int, chance: random.Random) -> None:
    messages = [
        {"company_id": company_id, "direction": Direction.PURCHASE, "source": Source.SMTP, "raw_id": file_id,
         "is_mail": False, "state": MessageState.OPENED, "sender": f"Compta <compta{each % 60}@fournisseur.example>"}
        for each in ids
    ]  # fmt: skip
    brought = list(db.session.scalars(insert(Message).returning(Message.id), messages))
    parts = [
        {"message_id": message, "position": 0, "outcome": Outcome.IMPORTED, "document_id": document}
        for message, document in zip(brought, ids, strict=True)
    ]
    db.session.execute(insert(Part), parts)
    db.session.execute(insert(document_tag), [{"document_id": each, "tag_id": each % TAGS + 1} for each in ids])
    readings = [{"document_id": each, "file_id": file_id, "pages": _pages(chance)} for each in ids]
    db.session.execute(insert(DocumentReading), readings)


def _pages(chance: random.Random) -> list[dict[str, Any]]:
    words = [[f"mot{chance.randrange(5000)}", 0.1234, 0.2345, 0.3456, 0.4567] for _each in range(WORDS)]
    return [{"number": 1, "width": 595.0, "height": 842.0, "source": "text", "image": "page-1.png", "words": words}]


if __name__ == "__main__":
    sys.exit(main())
