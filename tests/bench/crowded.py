"""A company of so many documents that nobody knows them all, made in minutes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import insert, text

from app.audit.models import AuditEntry
from app.core import clock, database
from app.counterparties.models import Counterparty
from app.documents.models import Document, DocumentFile, FileRole
from app.extensions import db
from app.files.models import File
from app.search.models import DocumentText
from app.tasks.jobs import commit
from app.users.models import Company, User
from tests.bench import words
from tests.bench.copying import put
from tests.bench.many import COUNTERPARTIES, document_row

AT_ONCE = 50_000


def fill(company: Company, count: int, restricted: User) -> None:
    """So many documents with texts, files and trail; three counterparties are the restricted member's."""
    parties = [
        {"company_id": company.id, "name": f"Société {n}", "name_key": f"societe {n}", "is_supplier": True}
        for n in range(COUNTERPARTIES)
    ]
    party_ids = list(db.session.scalars(insert(Counterparty).returning(Counterparty.id), parties))
    db.session.get_one(Counterparty, party_ids[7]).assigned_users = [restricted]
    commit()
    company_id = company.id
    db.session.remove()
    with without_index_of_words():
        for first in range(1, count + 1, AT_ONCE):
            _portion(range(first, min(first + AT_ONCE, count + 1)), party_ids, company_id)
    _analyse()


def _portion(numbers: range, party_ids: list[int], company_id: int) -> None:
    chance = random.Random(numbers.start)
    rows = [document_row(company_id, number, chance.choice(party_ids), chance) | {"id": number} for number in numbers]
    put(Document, rows, id=None)
    put(File, ({"id": n, "sha256": f"{n:064x}", "size": 40_000} for n in numbers), id=None)
    put(DocumentFile, ({"document_id": n, "file_id": n, "role": FileRole.ORIGINAL} for n in numbers))
    about = {"company_id": company_id, "object_type": "document", "act": "validated"}
    put(AuditEntry, (about | {"object_id": number} for number in numbers), at=clock.now())
    put(DocumentText, _texts(rows, party_ids, chance))


def _texts(rows: list[dict[str, Any]], party_ids: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    for row in rows:
        party = f"Société {row['counterparty_id'] - party_ids[0]}"
        facts = words.of_facts(
            row["number"], row["label"], party, row["issue_date"], row["gross_minor"], row["net_minor"]
        )
        yield {"document_id": row["id"], "facts": facts, "pages": words.of_page(chance, row["issue_date"])}


@contextmanager
def without_index_of_words() -> Iterator[None]:
    """To build it afterwards takes a tenth of the time; on SQLite it follows each row."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    (made,) = _do("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_document_text_words'")
    _do("DROP INDEX ix_document_text_words")
    yield
    _do("SET maintenance_work_mem = '512MB'", made[0])
    _do(*(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))" for name in ("document", "file")))


def _analyse() -> None:
    """As PostgreSQL does by itself after a while, and SQLite is told to once a day."""
    if db.engine.dialect.name == "postgresql":
        _do("VACUUM ANALYZE")
    database.analyse(db.session())
    commit()
    db.engine.dispose()


def _do(*statements: str) -> Any:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            found = connection.execute(text(statement))
        return found.all() if found.returns_rows else ()
