"""Commands for scripts."""

from __future__ import annotations

import json

import pytest

from app.documents.models import Direction, Document
from app.extensions import db
from app.intake.models import Message, Source
from tests.factories import make_company
from tests.intake import mails
from tests.intake.receiving import company_in
from tests.live import make_live_app


@pytest.fixture
def run(app):
    """Run a command in the test's application; its lines as JSON."""

    def here(*arguments: str):
        result = app.test_cli_runner().invoke(args=list(arguments))
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    return here


def test_files_are_imported_as_if_they_had_arrived(app, run, tmp_path):
    """OP-7: import FILE…: mails and documents; what fails is said, the rest goes on."""
    make_company()
    (tmp_path / "a.eml").write_bytes(mails.invoice_mail("F-1"))
    (tmp_path / "b.pdf").write_bytes(mails.pdf("F-2"))
    paths = [str(tmp_path / name) for name in ("a.eml", "missing.pdf", "b.pdf", "a.eml")]

    code, lines = run("import", *paths, "--direction", "sale")

    assert code == 1
    assert [line.get("outcome", line.get("error")) for line in lines] == [
        "imported",
        "not a file",
        "imported",
        "duplicate",
    ]
    messages = db.session.query(Message).order_by(Message.id).all()
    assert [message.is_mail for message in messages] == [True, False, True]
    assert {message.direction for message in messages} == {Direction.SALE}
    assert {message.source for message in messages} == {Source.COMMAND}


def test_a_company_that_is_not_there_is_said(app, run, tmp_path):
    """OP-7: a clear sentence, and nothing imported."""
    make_company()
    (tmp_path / "b.pdf").write_bytes(mails.pdf())

    assert run("import", str(tmp_path / "b.pdf"), "--company", "999")[0] == 1
    assert not db.session.query(Message).count()


@pytest.mark.alone
def test_what_is_due_is_done_and_counted(tmp_path):
    """OP-7: run-due does whatever is due, then stops; status tells how the installation stands."""
    app = make_live_app(tmp_path / "data")
    company_in(app)
    (tmp_path / "a.eml").write_bytes(mails.mail(("a.pdf", b"", mails.PDF)))
    invoke = lambda *arguments: app.test_cli_runner().invoke(args=list(arguments))  # noqa: E731

    invoke("import", str(tmp_path / "a.eml"))
    before = json.loads(invoke("status", "--json").stdout)
    assert before["messages"] == {"received": 1} and before["tasks"]["ready"] >= 1
    assert json.loads(invoke("run-due").stdout.splitlines()[-1])["done"] >= 1

    after = json.loads(invoke("status", "--json").stdout)
    assert after["messages"] == {"opened": 1} and after["failures"] == []
    with app.app_context():
        assert db.session.query(Document).count() == 1
    assert set(after) == {"messages", "documents", "tasks", "outbox", "failures"}
