"""The report after a run, read back from the server that took it, and the page of the run."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.accounting import ending, reporting, runs
from app.accounting.kinds import State
from app.accounting.report import report
from app.accounting.run_models import MOST_MAILS, Delivery, Run
from app.core import clock
from app.documents import trash
from app.documents.models import DocumentFile
from app.extensions import db
from app.outbox import waking
from app.outbox.models import OutgoingMail, Outlet
from app.tasks import due
from app.tasks.jobs import commit
from app.users import people
from app.web.access import Role
from tests.accounting.making import (
    PURCHASES,
    make_connection,
    make_credit_note,
    make_purchase,
    make_sale,
    make_sharing,
    read,
    send,
    start,
)
from tests.accounting.test_overview import without_file
from tests.conftest import aimed_at
from tests.factories import make_company, make_file, make_user, reload

REPORTS = "reports@books.example"


def told(server) -> list[str]:
    """The plain text of each report that arrived, its subject first."""
    due.run_due()
    mails = [read(raw) for raw, to in zip(server.messages, server.recipients, strict=True) if to == [REPORTS]]
    return [_lines(f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}") for mail in mails]


def _lines(text: str) -> str:
    return "\n".join(text.strip().splitlines())


def test_the_report_says_what_was_sent_of_each_journal(app, server):
    """AC-6: number of documents and mails per journal, from a message that was really received."""
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing), make_purchase(sharing)
    make_sale(sharing), make_credit_note(sharing)
    run = send(sharing)

    (text,) = told(server)

    assert "4 documents sent" in text.splitlines()[0] and sharing.company.name in text
    assert "* Purchases: 2 documents sent, in 2 mails" in text and "* Sales: 1 document sent, in 1 mail" in text
    assert "* Credit notes of sales: 1 document sent, in 1 mail" in text
    assert f"/accounting/runs/{run.id}" in text


def test_an_error_is_named_again_after_each_run_until_it_is_mended(app, server):
    """AC-5: a purchase without a file, with its link, in every report; once it has one, it leaves."""
    sharing = make_sharing(report_address=REPORTS)
    document = without_file(make_purchase(sharing, number="NOFILE-1"))
    for count in (1, 2):
        send(sharing)
        texts = told(server)
        assert len(texts) == count and "NOFILE-1" in texts[-1] and "1 error" in texts[-1].splitlines()[0]
        assert "It has no file, neither PDF nor XML." in texts[-1] and f"/documents/{document.id}\n" in texts[-1]

    reload(document).files.append(DocumentFile(file=make_file(), name="found.pdf"))
    db.session.commit()
    send(sharing)
    assert "NOFILE-1" not in told(server)[-1] and "1 document sent" in told(server)[-1]


def test_a_refused_mail_is_an_error_of_the_report(app, server):
    """AC-5: AC-6: refused by the server: named with its words, the others left."""
    server.answers[f"rcpt:{PURCHASES}"] = "550 5.1.1 no such user here"
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing, number="REF-1"), make_sale(sharing)
    send(sharing)

    (text,) = told(server)

    assert "1 document sent, 1 error" in text.splitlines()[0]
    assert "REF-1" in text and "no such user here" in text


def test_what_went_without_a_factur_x_is_said_with_the_reason(app, server):
    """AC-8: the original is sent, and the report says why."""
    sharing = make_sharing(connection=make_connection(shares=True), report_address=REPORTS)
    make_purchase(sharing, number="PLAIN-1", net_minor=None, tax_minor=None)
    send(sharing)

    (text,) = told(server)

    part = text[text.index("Sent without a Factur-X") :]
    assert "PLAIN-1" in part and "No Factur-X could be made, so the original is sent." in part


def test_what_waits_and_what_changed_is_in_the_report(app, server):
    """AC-6: AC-4: numbers of what waits by reason, and each change since it was sent."""
    sharing = make_sharing(report_address=REPORTS, delay_days=10)
    document = make_purchase(sharing, number="CHANGED-1")
    send(sharing)
    trash.trash(reload(document), by=make_user(company=sharing.company), why="twice")
    make_purchase(sharing, issue_date=clock.today() - timedelta(days=1))
    make_purchase(sharing, validated_at=None)
    commit()
    send(sharing)

    text = told(server)[-1]

    assert "Changed since they were sent" in text and "validated → in the trash" in text
    assert "* Its delay is not over: 1" in text and "* Not ready yet: 1" in text


def test_the_report_says_how_many_wait_for_the_next_run(app, server):
    """AC-3: fifty mails are the most: the rest waits, and the report says how many."""
    sharing = make_sharing(report_address=REPORTS)
    for _each in range(3):
        make_purchase(sharing)
    run = start(sharing)
    run.purchase_mails = MOST_MAILS - 1
    db.session.commit()
    due.run_due()

    (text,) = told(server)

    assert "2 documents wait for the next run." in text and "1 document sent" in text


def test_nobody_who_did_not_ask_gets_a_report(app, server):
    """AC-6: at the end of each run if asked; the page of the run tells it all the same."""
    sharing = make_sharing()
    make_purchase(sharing)
    run = send(sharing)

    assert told(server) == [] and report(run).documents == 1


def test_a_report_is_written_once(app, server):
    """AC-6: S45: however often the end of a run is told."""
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing)
    run = send(sharing)

    assert reporting.write(run) is reporting.write(run)
    ending.end_if_done(run)
    commit()
    assert len(told(server)) == 1


def test_a_report_that_cannot_be_addressed_does_not_keep_a_run_open(app, server):
    """AC-6: S49: the run ends, and its page tells it."""
    sharing = make_sharing(report_address="nobody at all")
    make_purchase(sharing)

    assert send(sharing).ended_at and told(server) == []


def test_a_report_nobody_asks_for_any_more_does_not_leave(app, server):
    """S52: asked again when its turn has come."""
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing)
    run = send(sharing)
    sharing = reload_sharing(sharing)
    mail = reporting.write(run)
    sharing.report_address = ""

    assert reporting.why_not(mail)


def reload_sharing(sharing):
    db.session.expire_all()
    return db.session.get_one(type(sharing), sharing.company_id)


def test_the_page_of_a_run_has_its_mails_and_documents(app, browser, server):
    """AC-6: documents, mails, sizes and server answers stay visible."""
    sharing = make_sharing()
    make_purchase(sharing, number="BUY-1")
    run = send(sharing)
    (envelope,) = run.envelopes
    client = browser(make_user(Role.ADMIN, sharing.company))

    text = client.get(f"/accounting/runs/{run.id}").text

    for said in ("BUY-1", PURCHASES, "250 taken", f"/outbox/{envelope.mail_id}", "in 1 mail"):
        assert said in text
    assert f"/accounting/runs/{run.id}" in client.get("/accounting/runs").text


def test_a_page_that_is_watched_is_answered_only_where_something_changed(app, browser, server):
    """AC-6: it asks again by itself until the run is over, and gets nothing while all is as it was."""
    sharing = make_sharing()
    make_purchase(sharing)
    run = start(sharing)
    client = browser(make_user(Role.ADMIN, sharing.company))
    page = client.get(f"/accounting/runs/{run.id}").text
    seen = page.split('"seen": "')[1].split('"')[0]
    asked = {"headers": aimed_at("run"), "query_string": {"seen": seen}}

    assert client.get(f"/accounting/runs/{run.id}", **asked).status_code == 204
    due.run_due()
    answer = client.get(f"/accounting/runs/{run.id}", **asked)
    assert answer.status_code == 200 and "every 3s" not in answer.text and "250 taken" in answer.text


def test_a_run_of_another_company_is_not_there(app, browser, server):
    """US-3: US-6: 404 for a stranger, and for an approver of one of its documents, who sees no figures there."""
    sharing = make_sharing()
    document, stranger = make_purchase(sharing), make_user(Role.ADMIN, make_company("Elsewhere"))
    run = send(sharing)

    assert browser(stranger).get(f"/accounting/runs/{run.id}").status_code == 404
    people.join(stranger, sharing.company, Role.APPROVER, by=None)
    reload(document).readers.add(stranger)
    commit()
    assert browser(stranger, sharing.company).get(f"/accounting/runs/{run.id}").status_code == 404


def test_an_unusual_run_is_told(app, browser, server, monkeypatch):
    """S47: far more than before: a line on the overview, on the run's page and in the report."""
    monkeypatch.setattr(runs, "MANY", 1)
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing), make_purchase(sharing)
    run = send(sharing)
    client = browser(make_user(Role.ADMIN, sharing.company))

    for text in (client.get("/accounting").text, client.get(f"/accounting/runs/{run.id}").text, *told(server)):
        assert "far more than in the runs before" in " ".join(text.split())


def test_a_doubtful_one_is_in_the_report_of_its_run(app, server):
    """AC-6: S43: named as doubtful, and sent again by nobody."""
    sharing = make_sharing(report_address=REPORTS)
    make_purchase(sharing, number="DOUBT-1")
    server.answers["dot"] = "cut"
    start(sharing)
    due.run_due()
    del server.answers["dot"]
    db.session.query(Outlet).update({"try_after": None})
    waking.wake()
    commit()

    (text,) = told(server)

    assert "1 doubtful" in text.splitlines()[0] and "Nobody knows whether these arrived" in text
    assert "DOUBT-1" in text
    sent = select(func.count(Delivery.id)).where(Delivery.state == State.UNCERTAIN)
    assert db.session.scalar(sent) == 1 and db.session.scalar(select(func.count(Run.id))) == 1
    assert db.session.query(OutgoingMail).filter_by(kind=reporting.KEY).count() == 1


def test_a_report_that_fails_does_not_keep_its_run_open(app, server, monkeypatch):
    """AC-6: the run has ended all the same: the next one may begin."""
    monkeypatch.setattr(reporting, "MOST", None)  # no list is as long as nothing
    sharing = make_sharing(report_address=REPORTS)
    without_file(make_purchase(sharing))

    assert send(sharing).ended_at and send(sharing).ended_at
    assert db.session.query(OutgoingMail).count() == 0
