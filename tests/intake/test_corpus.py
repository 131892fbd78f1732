"""Mails that nobody on this project wrote, and what should come of them."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.documents.models import Direction, Document
from app.extensions import db
from app.intake.arrival import take_message
from app.intake.models import Message, MessageState, Outcome, Source
from app.tasks import runner
from app.tasks.jobs import commit
from app.tasks.models import Task
from app.users.models import Company
from tests.intake.receiving import company_in
from tests.intake.test_opening import opened
from tests.settings import CORPUS

MANIFEST = CORPUS / "mail" / "manifest.jsonl"
MAILS = [json.loads(line) for line in MANIFEST.read_text().splitlines()] if MANIFEST.exists() else []
EXPECTED = [mail for mail in MAILS if "expect" in mail]
pytestmark = pytest.mark.skipif(not MAILS, reason="the corpus is not here")


@pytest.mark.parametrize("mail", EXPECTED, ids=lambda mail: mail["group"])
def test_the_corpus_gives_the_documents_it_should(app, mail):
    """IN-4: as many documents as the mail holds; what is unreadable or no invoice is judged later, and visible."""
    message = opened((CORPUS / mail["file"]).read_bytes())

    expect = mail["expect"]
    imported = [part for part in message.parts if part.outcome is Outcome.IMPORTED]
    assert len(imported) == expect["documents"] + len(expect.get("not_invoice", []))
    assert any(part.outcome is Outcome.UNREADABLE for part in message.parts) == expect.get("error", False)
    ignored = {part.name for part in message.parts if part.reason.get("key") == "decoration" and part.inside is None}
    assert ignored == set(expect.get("ignore", []))
    wrapped = [part.name for part in message.parts if part.inside is not None and part.reason.get("key") != "body"]
    assert wrapped == expect.get("inside_winmail", wrapped)
    said = {note["key"] for note in message.notes}
    assert ("body_invoice" in said) == expect.get("body_is_document", False)
    assert message.awaits_download == ("without a document" in expect.get("note", ""))
    if "filename" in expect:
        assert imported[0].name == expect["filename"]
    if "subject" in expect:
        assert message.subject == expect["subject"]


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["group"])
def test_every_mail_of_the_corpus_ends_in_the_log(app, mail):
    """S20: broken mails too are listed, with a reason where nothing came of them."""
    message = opened((CORPUS / mail["file"]).read_bytes())  # S20

    assert message.state is MessageState.OPENED
    assert db.session.query(Document).count() or message.notes
    for part in message.parts:
        assert part.document_id or part.reason


@pytest.mark.alone
def test_the_whole_corpus_is_opened_on_both_databases(live_app):
    """S20: what SQLite forgives (lengths, NUL) PostgreSQL does not; no mail may stop its task."""
    company_id = company_in(live_app)
    with live_app.app_context():
        company = db.session.get_one(Company, company_id)
        for mail in MAILS:
            raw = (CORPUS / mail["file"]).read_bytes()
            take_message(raw, company=company, direction=Direction.PURCHASE, source=Source.SMTP)
        commit()
        tasks = list(db.session.scalars(select(Task.id).where(Task.kind == "open_message")))
        assert all(runner.run(task) for task in tasks) and len(tasks) == len(MAILS)  # S20

        assert {message.state for message in db.session.scalars(select(Message))} == {MessageState.OPENED}
