"""A served application with invoices that wait for Lea, for whoever comes with a browser, or with a scanner."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from app.approval import demands
from app.approval.demands import Demand, WantedStep
from app.comments.models import Comment
from app.counterparties.models import Counterparty
from app.documents import decisions
from app.documents.models import Category, Document
from app.extensions import db
from app.files import store
from app.files.drawing import drawing
from app.files.models import File
from app.outbox import sealed
from app.reader import cage
from app.users.models import Company, User
from tests import samples
from tests.approval.making import mails, make_firm, token_in, validated
from tests.factories import make_counterparty, make_document, make_file
from tests.live import let_go, make_live_app


@dataclass
class Site:
    """Where it is served, and what is there."""

    app: Flask
    address: str
    ids: dict[str, int]
    document_ids: list[int] = field(default_factory=list)

    def ask(self) -> None:
        """One more invoice for Lea, with its page, and a comment."""
        with self.app.app_context():
            company, zoe = db.session.get_one(Company, self.ids["company"]), db.session.get_one(User, self.ids["zoe"])
            number = f"FA-2026-{len(self.document_ids) + 1:03}"
            facts = {"number": number, "label": "Papier recyclé et encre", "iban": "FR7630006000011234567890189"}
            facts |= {"gross_minor": 126_000, "net_minor": 105_000, "tax_minor": 21_000}
            facts["counterparty"] = db.session.get_one(Counterparty, self.ids["supplier"])
            facts["category"] = db.session.get_one(Category, self.ids["category"])
            document = make_document(company, file=_drawn(number), file_name=f"{number}.pdf", **facts)
            db.session.add(Comment(document=document, by=zoe, text="Livré en deux fois, tout est là."))
            decisions.validate(document, by=zoe)
            db.session.commit()
            self.document_ids.append(document.id)

    def mail(self, kind: str = "approval-asked") -> str:
        """The last mail of this kind as a mail program shows it, its links leading here."""
        with self.app.app_context():
            return sealed.whole(mails(kind)[-1]).html.replace(self.app.config["SETTINGS"].address, self.address)

    def link(self, kind: str = "approval-asked") -> str:
        """The address in the last mail of this kind."""
        with self.app.app_context():
            return f"{self.address}/approvals/links/{token_in(mails(kind)[-1])}"

    def status(self) -> str:
        """Where the last document stands."""
        with self.app.app_context():
            return db.session.get_one(Document, self.document_ids[-1]).status.value

    def speak(self, language: str) -> None:
        """The language of Lea."""
        with self.app.app_context():
            db.session.get_one(User, self.ids["lea"]).language = language
            db.session.commit()


def _drawn(number: str) -> File:
    """A PDF, and the pictures of its pages."""
    file = make_file(samples.invoice_pdf(number))
    with drawing(store.pages_folder(file)) as folder:
        cage.read(store.path(file), draw_to=folder)
    return file


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The application on a port of its own, until the end; each document of it is to be approved by Lea."""
    app, kept = make_live_app(folder), list(demands.asks)
    with app.app_context():
        ids = _filled()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(app, f"http://127.0.0.1:{server.server_port}", ids)
    finally:
        server.shutdown()
        thread.join(timeout=10)
        demands.asks[:] = kept
        let_go(app)


def _filled() -> dict[str, int]:
    firm = make_firm()
    firm.lea.name = "Léa Martin"
    supplier = make_counterparty("Papeterie Durand & Fils", firm.company)
    demands.asks.clear()
    facts = {"counterparty": supplier, "number": "FA-2026-000", "issue_date": date(2026, 9, 1)}
    earlier = validated(firm, **facts, gross_minor=48_000, net_minor=40_000, tax_minor=8_000)
    earlier.readers.add(firm.lea)
    lea_id = firm.lea.id
    demands.asks.append(lambda document: Demand(None, {"name": "> 1 000 €"}, (WantedStep((lea_id,)),)))
    db.session.commit()
    ids = {"company": firm.company.id, "zoe": firm.zoe.id, "lea": lea_id, "admin": firm.admin.id}
    ids |= {"supplier": supplier.id, "category": firm.category.id}
    db.session.remove()
    return ids
