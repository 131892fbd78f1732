"""A period as a ZIP: 5,000 originals streamed beside a bare zipfile, and the memory; Factur-X made on the way."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from app.accounting.kinds import ConnectionKind
from app.accounting.models import Connection
from app.core import clock, storage
from app.documents.models import Direction, Document, DocumentFile, DocumentTax, ReadState, Status
from app.extensions import db
from app.files import store
from app.files.models import File
from app.users import people, sessions
from app.users.models import SignIn
from app.web.access import Role
from tests import samples
from tests.bench.mails import silence
from tests.bench.table import target
from tests.factories import make_company, make_counterparty
from tests.live import make_live_app

FILES = int(os.environ.get("FACTEUR_FILES", "5000"))
MAKINGS = int(os.environ.get("FACTEUR_MAKINGS", "200"))
SIZE, LARGE = 100_000, 48_000_000
MOST_MIB = 200
ROW = "{:<48} {:>8} {:>9} {:>12}"


@dataclass
class Download:
    """How one went."""

    seconds: float
    size: int
    grown: float
    """MiB of this process at its largest, above what it had before."""


def main() -> None:
    """Originals alone, then the same with a Factur-X to make for each of a few, twice."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder, silence():
        app = make_live_app(Path(folder) / "app")
        elsewhere = get_context("fork").Process(target=_fill, args=(app,))  # its leftovers would hide our own
        elsewhere.start(), elsewhere.join()
        browser = _signed_in(app)
        to = Path(folder) / "period.zip"
        taken = _take(browser, {"way": 1, "journal": "purchases"}, to)
        _check(to, FILES)
        bare = _bare(app, Path(folder) / "bare.zip")
        made, again = (_take(browser, {"way": "zip", "journal": "sales"}, to) for _turn in range(2))
        _check(to, MAKINGS)
    print(ROW.format(f"{FILES} files of {SIZE // 1000} kB, one of {LARGE // 10**6} MB", "seconds", "MB", "memory MiB"))
    print(ROW.format("bare zipfile of the same", f"{bare:.1f}", "", ""))
    _tell(f"ZIP of {FILES} documents", taken)
    _tell(f"ZIP of {MAKINGS} documents, each Factur-X made", made)
    _tell("the same once more", again)
    each = (made.seconds - again.seconds) / MAKINGS
    print(f"a Factur-X: {each * 1000:.0f} ms; {FILES} of them: {each * FILES / 60:.0f} minutes, once")
    target(f"memory grows by less than {MOST_MIB} MiB", max(taken.grown, made.grown) < MOST_MIB)


def _tell(what: str, found: Download) -> None:
    print(ROW.format(what, f"{found.seconds:.1f}", f"{found.size / 10**6:.0f}", f"+{found.grown:.0f}"), flush=True)


def _fill(app: Flask) -> None:
    """Purchases whose originals go by the first connection, sales of which a Factur-X is made."""
    with app.app_context():
        company = make_company("Atelier Zoé", vat_number="FR83404833048", siren="404833048", address="4 avenue du Bois")
        person = people.create("zoe@atelier.example", role=Role.ADMIN, name="Zoé", password="correct horse battery")
        party = make_counterparty("Durand", company, vat_number="FR40303265045", address="1 rue A\n69003 Lyon")
        facts = {"company_id": company.id, "counterparty_id": party.id}
        random = (os.urandom(SIZE if number else LARGE) for number in range(FILES))
        _add(random, facts | {"direction": Direction.PURCHASE})
        _add((samples.invoice_pdf(f"V-{n}") for n in range(MAKINGS)), facts | {"direction": Direction.SALE})
        plain = Connection(name="Originals", kind=ConnectionKind.ZIP, shares=False, adds_original=True)
        db.session.add_all([plain, SignIn(token_hash=sessions.digest("bench"), user=person, company=company)])
        db.session.commit()


def _add(originals: Iterable[bytes], facts: dict[str, Any]) -> None:
    """A validated document for each of these."""
    amounts = {"net_minor": 10000, "tax_minor": 2000, "gross_minor": 12000, "currency": "EUR"}
    facts |= amounts | {"issue_date": date(2026, 10, 1), "due_date": date(2026, 10, 31), "validated_at": clock.now()}
    facts |= {"read_state": ReadState.READ, "status": Status.TO_MATCH, "label": "Papier"}
    for number, data in enumerate(originals):
        sha256 = hashlib.sha256(data).hexdigest()
        path = storage.path_of(store.root(), sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        document_id = db.session.scalar(insert(Document).values(number=f"N-{number}", **facts).returning(Document.id))
        file = {"sha256": sha256, "size": len(data), "type": "application/pdf"}
        file_id = db.session.scalar(insert(File).values(**file).returning(File.id))
        db.session.execute(insert(DocumentFile).values(document_id=document_id, file_id=file_id, name="facture.pdf"))
        rate = {"rate_bp": 2000, "base_minor": 10000, "tax_minor": 2000}
        db.session.execute(insert(DocumentTax).values(document_id=document_id, **rate))


def _signed_in(app: Flask) -> FlaskClient:
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "bench", True
    return browser


def _take(browser: FlaskClient, said: dict[str, object], to: Path) -> Download:
    """Download it to a file, as a browser does."""
    before, most, begun = _resident(), 0.0, time.perf_counter()
    answer = browser.post("/accounting/download", data={"period": "all"} | said)
    assert answer.status_code == 200, answer.status_code
    with to.open("wb") as file:
        for number, piece in enumerate(answer.iter_encoded()):
            file.write(piece)
            most = max(most, _resident()) if number % 5 == 0 else most
    return Download(time.perf_counter() - begun, to.stat().st_size, most - before)


def _bare(app: Flask, to: Path) -> float:
    """Seconds to put the same bytes into a ZIP with the standard library alone."""
    with app.app_context():
        root = store.root()
        hashes = [row.sha256 for row in db.session.execute(db.text("SELECT sha256 FROM file WHERE size >= 100000"))]
        db.session.remove()
    begun = time.perf_counter()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as folder:
        for sha256 in hashes:
            folder.write(storage.path_of(root, sha256), sha256)
    return time.perf_counter() - begun


def _check(path: Path, count: int) -> None:
    """It is whole, by two programs, and has a file for each document and the two lists."""
    with zipfile.ZipFile(path) as folder:
        assert folder.testzip() is None and len(folder.namelist()) == count + 2, len(folder.namelist())
    told = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def _resident() -> float:
    """MiB that this process holds."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    main()
