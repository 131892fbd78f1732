"""Many documents at once, in the shares a firm has after some years: most are paid, a few wait to be checked."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents import arrival
from app.documents.models import Direction, Document, DocumentFile, Kind, ReadState, Status, TrashKind, key_of
from app.documents.status import status_of
from app.extensions import db
from app.extraction.jobs import read_document
from app.files import store
from app.files.models import File
from app.tasks.jobs import commit
from app.users.models import Company
from tests import samples

AT_ONCE = 2000
COUNTERPARTIES = 400
FACTS: list[tuple[float, dict[str, Any]]] = [
    (0.01, {}),
    (0.002, {"read_state": ReadState.UNREADABLE, "unreadable_reason": "broken"}),
    (0.06, {"validated": True}),
    (0.02, {"validated": True, "pay_date": date(2026, 12, 1)}),
    (0.02, {"validated": True, "kind": Kind.CREDIT_NOTE}),
    (0.02, {"validated": True, "trashed": True}),
    (0.868, {"validated": True, "settled": True}),
]
"""Share → what distinguishes them: to process, unreadable, open, to pay, available, in the trash, paid."""


def fill(company: Company, count: int) -> int:
    """Make `count` documents with files and trail; the id of one that waits and was really read."""
    chance, company_id = random.Random(7), company.id
    parties = [
        {"company_id": company.id, "name": f"Société {n}", "name_key": f"societe {n}", "is_supplier": True}
        for n in range(COUNTERPARTIES)
    ]
    party_ids = list(db.session.scalars(insert(Counterparty).returning(Counterparty.id), parties))
    rows = (document_row(company_id, number, chance.choice(party_ids), chance) for number in range(1, count))
    while batch := list(islice(rows, AT_ONCE)):
        _insert(batch, company_id)
    return _read_one(db.session.get_one(Company, company_id))


def document_row(company_id: int, number: int, party_id: int, chance: random.Random) -> dict[str, Any]:
    """One document, as the shares have it."""
    facts = dict(chance.choices([facts for _share, facts in FACTS], [share for share, _facts in FACTS])[0])
    gross = chance.randrange(1_000, 900_000)
    issued = date(2020, 1, 1) + timedelta(days=chance.randrange(2500))
    validated, trashed, settled = (facts.pop(name, False) for name in ("validated", "trashed", "settled"))
    row = {
        "company_id": company_id, "direction": chance.choice(list(Direction)), "kind": Kind.INVOICE,
        "number": f"F-{number:07}", "number_key": key_of(f"F-{number:07}"), "label": f"Fournitures {number % 97}",
        "counterparty_id": party_id, "issue_date": issued, "due_date": issued + timedelta(days=30), "currency": "EUR",
        "net_minor": gross * 5 // 6, "tax_minor": gross - gross * 5 // 6, "gross_minor": gross,
        "settled_minor": gross if settled else 0, "read_state": ReadState.READ, "unreadable_reason": "",
        "pay_date": None, "validated_at": clock.now() if validated else None, "flags": [],
        "trashed_at": clock.now() if trashed else None,
        "trash_kind": TrashKind.DELETED if trashed else None, "source": "smtp", "reason": {"key": "to_match"},
    }  # fmt: skip
    row |= facts
    return row | {"status": status_of(Document(**row))}


def _insert(rows: list[dict[str, Any]], company_id: int) -> None:
    ids = list(db.session.scalars(insert(Document).returning(Document.id), rows))
    files = [{"sha256": hashlib.sha256(str(each).encode()).hexdigest(), "size": 40_000} for each in ids]
    file_ids = list(db.session.scalars(insert(File).returning(File.id), files))
    named = [
        {"document_id": one, "file_id": file, "name": f"{one}.pdf"} for one, file in zip(ids, file_ids, strict=True)
    ]
    db.session.execute(insert(DocumentFile), named)
    db.session.execute(insert(AuditEntry), list(_trail(ids, company_id)))
    commit()
    db.session.expunge_all()


def _trail(ids: list[int], company_id: int) -> Iterator[dict[str, Any]]:
    for document_id in ids:
        for act in ("arrived", "read", "validated"):
            yield {"company_id": company_id, "object_type": "document", "object_id": document_id, "act": act}


def _read_one(company: Company) -> int:
    file = store.keep(samples.invoice_pdf("BENCH-1"), "application/pdf")
    document = arrival.arrive(company, Direction.PURCHASE, file, "bench.pdf", source="smtp", by=None)
    commit()
    read_document(document.id)
    commit()
    assert document.status is Status.TO_PROCESS
    return document.id
