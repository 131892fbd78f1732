"""What the pages tell of what goes to the accountant, what waits and what went wrong."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.accounting import exports, ledger, overview, standing
from app.accounting.kinds import Cause, ConnectionKind, Said, State
from app.accounting.run_models import Run
from app.core import clock
from app.documents import trash
from app.documents.models import Document
from app.extensions import db
from app.outbox import decisions
from app.outbox.models import OutgoingMail
from app.tasks import due
from app.web.access import Role
from tests.accounting.making import (
    PURCHASES,
    make_connection,
    make_purchase,
    make_sale,
    make_sharing,
    read,
    send,
    start,
)
from tests.factories import make_company, make_counterparty, make_user, reload, the_company


def without_file(document: Document) -> Document:
    for each in list(document.files):
        db.session.delete(each)
    db.session.commit()
    return reload(document)


def test_before_anything_is_shared_the_page_says_what_it_would_be(app, browser):
    """AC-2: AC-3: an empty state; only who may switch it on is led to the settings."""
    admin, member = make_user(Role.ADMIN), make_user()

    assert "Nothing is shared with the accountant" in (text := browser(admin).get("/accounting").text)
    assert "Set it up" in text and "Run now" not in text
    assert "An admin can switch it on." in browser(member).get("/accounting").text


def test_the_overview_tells_what_the_next_run_would_take_and_what_waits(app, browser, server):
    """AC-3: AC-2: documents, mails and runs; each reason to wait with its number leads to its list."""
    sharing = make_sharing(start_date=clock.today() - timedelta(days=100), delay_days=20)
    make_purchase(sharing, issue_date=clock.today() - timedelta(days=30))
    late = make_purchase(sharing, issue_date=clock.today() - timedelta(days=3), number="LATE-1")
    make_purchase(sharing, issue_date=clock.today() - timedelta(days=200), number="OLD-1")
    make_purchase(sharing, validated_at=None, number="OPEN-1")
    client = browser(make_user(Role.ADMIN, sharing.company))

    text = client.get("/accounting").text

    assert "1 document to send, in 1 mail over 1 run" in text
    for state, number in (("start_date", "OLD-1"), ("not_ready", "OPEN-1"), ("delayed", "LATE-1")):
        assert f"/accounting/documents?state={state}" in text
        listed = client.get(f"/accounting/documents?state={state}").text
        assert number in listed and listed.count("row-link") == 1
    assert "leaves on" in client.get("/accounting/documents?state=delayed").text
    page = client.get(f"/documents/{late.id}").text
    assert "It leaves on" in page and "Keep back" in page


def test_a_run_is_begun_by_hand_and_a_second_press_is_told(app, browser, server):
    """AC-3: the button has the guards of the daily run; two runs never overlap."""
    sharing = make_sharing()
    make_purchase(sharing)
    client = browser(make_user(Role.ADMIN, sharing.company))

    first = client.post("/accounting/runs", follow_redirects=True)
    second = client.post("/accounting/runs", follow_redirects=True)

    assert "The run has begun" in first.text and "Its mails are being written" in first.text
    assert "A run is under way already" in second.text and "Its mails are being written" in second.text
    assert db.session.scalar(select(func.count(Run.id))) == 1


def test_a_run_of_nothing_is_not_begun_by_hand(app, browser, server):
    """AC-3: nothing to send is said so, and nobody gets a report of it."""
    sharing = make_sharing(report_address="report@books.example")
    client = browser(make_user(Role.ADMIN, sharing.company))
    assert "There is nothing to send" in client.post("/accounting/runs", follow_redirects=True).text
    send(sharing)
    assert server.messages == []


def test_what_is_missing_for_the_accountant_wants_a_person(app, browser, server):
    """AC-7: it stands on the overview and counts in the sidebar until another answer comes."""
    sharing = make_sharing()
    document = make_purchase(sharing, number="MISSED-1")
    make_purchase(sharing, number="BOOKED-2")
    send(sharing)
    exports.of(document.id).said = Said.MISSING
    db.session.commit()
    admin = make_user(Role.ADMIN, sharing.company)
    assert standing.count(admin, sharing.company) == 1
    text = browser(admin).get("/accounting").text
    assert "The accountant says that something is missing" in text and "MISSED-1" in text
    assert "BOOKED-2" not in text
    ledger_of = browser(admin).get("/accounting/documents?said=missing").text
    assert "MISSED-1" in ledger_of and "BOOKED-2" not in ledger_of


def test_where_nothing_waits_no_empty_list_stands(app, browser, server):
    """AC-2: what is kept back stands there, and only then."""
    sharing = make_sharing()
    document, admin = make_purchase(sharing), make_user(Role.ADMIN, sharing.company)
    client = browser(admin)
    assert "What waits, and why" not in client.get("/accounting").text
    ledger.keep_back(document, by=admin)
    db.session.commit()
    assert "Kept back" in client.get("/accounting").text


def test_what_came_back_is_settled_by_who_knows(app, browser, server):
    """AC-4, AC-5: named on the overview with the report's words, and in the next report, until a person says so."""
    sharing = make_sharing(report_address="report@books.example")
    document, admin = make_purchase(sharing, number="BACK-1"), make_user(Role.ADMIN, sharing.company)
    send(sharing)
    exports.came_back(ledger.of(document), "550 5.1.1 unknown user")
    db.session.commit()
    client = browser(admin)
    text = client.get("/accounting").text
    assert "BACK-1" in text and "550 5.1.1 unknown user" in text
    send(sharing)
    assert "BACK-1" in read(server.messages[-1]).get_body(("plain",)).get_content()

    client.post(f"/accounting/documents/{document.id}/arrival")

    assert standing.count(admin, sharing.company) == 0
    assert exports.of(document.id).state is State.SENT
    assert "said that the accountant has it" in client.get(f"/documents/{document.id}").text


def test_an_error_is_listed_until_it_is_mended(app, browser, server):
    """AC-5: a purchase without a file stands in the list with the reason, again after each run."""
    sharing = make_sharing()
    document = without_file(make_purchase(sharing, number="NOFILE-1"))
    admin = make_user(Role.ADMIN, sharing.company)
    client = browser(admin)
    for _run in range(2):
        send(sharing)
        text = client.get("/accounting").text
        assert "NOFILE-1" in text and "It has no file, neither PDF nor XML." in text
        assert f"/documents/{document.id}" in text
        assert "It has no file, neither PDF nor XML." in client.get(f"/documents/{document.id}").text
    assert standing.counts(admin, sharing.company) == (1, 0, 0, 0)

    ledger.keep_back(reload(document), by=admin)
    db.session.commit()

    assert "NOFILE-1" not in client.get("/accounting").text and standing.count(admin, sharing.company) == 0


def test_what_a_server_refused_is_listed_with_its_words(app, browser, server):
    """AC-5: AC-6: refused by the server is an error like any other."""
    server.answers[f"rcpt:{PURCHASES}"] = "550 5.1.1 no such user here"
    sharing = make_sharing()
    make_purchase(sharing, number="REF-1")
    run = send(sharing)
    client = browser(make_user(Role.ADMIN, sharing.company))

    for page in ("/accounting", f"/accounting/runs/{run.id}", "/accounting/documents?state=errors"):
        text = client.get(page).text
        assert "REF-1" in text and "no such user here" in text


def test_a_doubtful_mail_leads_to_the_outbox_and_is_settled_there(app, browser, server):
    """AC-4: S43: nobody knows whether it arrived; a person says it in the outbox."""
    server.answers["dot"] = "cut"
    sharing = make_sharing()
    make_purchase(sharing, number="DOUBT-1")
    start(sharing)
    due.run_due()
    admin = make_user(Role.ADMIN, sharing.company)
    client = browser(admin)
    (mail,) = db.session.scalars(select(OutgoingMail).filter_by(kind="accountant"))

    text = client.get("/accounting").text

    assert "Nobody knows whether these arrived" in text and "DOUBT-1" in text
    assert f"/outbox/{mail.id}" in text
    decisions.has_arrived(reload(mail), by=admin)
    db.session.commit()
    assert "DOUBT-1" not in client.get("/accounting").text


def test_what_changed_since_it_was_sent_is_listed_with_both_values(app, browser, server):
    """AC-4: one changed after export is listed, with what was sent and what it says now."""
    sharing = make_sharing()
    document = make_purchase(sharing, number="CHANGED-1")
    send(sharing)
    admin = make_user(Role.ADMIN, sharing.company)
    trash.trash(reload(document), by=admin, why="twice")
    db.session.commit()
    client = browser(admin)

    for page in ("/accounting", "/accounting/documents?state=changed", f"/documents/{document.id}"):
        assert "CHANGED-1" in client.get(page).text
    assert "validated → in the trash" in client.get("/accounting").text


def test_the_sidebar_counts_what_wants_a_person(app, browser, server):
    """AC-5: AC-6: errors, doubtful mails and changes, for those who see figures; nobody else has the entry."""
    sharing = make_sharing()
    without_file(make_purchase(sharing))
    make_sale(sharing)
    send(sharing)
    roles = {role: browser(make_user(role, sharing.company)).get("/").text for role in Role}

    entry = 'href="/accounting"'
    assert [role for role, text in roles.items() if entry in text] == [Role.ADMIN, Role.MEMBER, Role.ACCOUNTANT]
    assert 'Accountant</span><span class="count">1</span>' in roles[Role.ADMIN]
    assert "For the accountant" in roles[Role.ADMIN] and "For the accountant" not in roles[Role.MEMBER]


def test_a_restricted_member_sees_their_documents_and_no_sums(app, browser, server):
    """US-2: S72: lists, runs and the count keep to what the person may know; what the next run takes is not told."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    mine = make_counterparty("Mine", company, assigned_users=[member])
    sharing = make_sharing(company)
    without_file(make_purchase(sharing, number="MINE-1", counterparty=mine))
    without_file(make_purchase(sharing, number="HIDDEN-1"))
    hidden = make_purchase(sharing, number="HIDDEN-2")
    run = send(sharing)
    make_purchase(sharing, number="HIDDEN-3")
    client = browser(member)

    pages = ["/accounting", "/accounting/documents?state=errors", f"/accounting/runs/{run.id}", "/accounting/runs"]
    texts = [client.get(page).text for page in pages]

    assert all("HIDDEN" not in text and PURCHASES not in text for text in texts)
    assert all("MINE-1" in text for text in texts[:3])
    assert standing.counts(member, company).errors == 1 and "to send, in" not in texts[0]
    assert client.get(f"/documents/{hidden.id}").status_code == 404


def test_a_run_of_hidden_documents_is_not_there_for_a_restricted_member(app, browser, server):
    """US-2: S72: out of scope is 404, in the list it is not."""
    company = make_company(restrict_non_admins=True)
    sharing = make_sharing(company)
    make_purchase(sharing)
    run = send(sharing)
    client = browser(make_user(company=company))

    assert client.get(f"/accounting/runs/{run.id}").status_code == 404
    assert "No runs yet" in client.get("/accounting/runs").text


def test_the_daily_run_is_announced_for_the_next_morning(app, browser, server):
    """AC-3: once a day: after today's run, tomorrow."""
    sharing = make_sharing()
    assert overview.next_at(sharing.company).date() <= clock.today(sharing.company)

    start(sharing, Cause.DAILY)

    tomorrow = clock.today(sharing.company) + timedelta(days=1)
    assert overview.next_at(sharing.company).date() == tomorrow
    assert the_company() == sharing.company


def test_a_connection_to_download_says_that_nothing_leaves_by_itself(app, browser, server):
    """AC-1: no next run is announced; the page leads to the download."""
    sharing = make_sharing(connection=make_connection(kind=ConnectionKind.ZIP))
    make_purchase(sharing)
    text = browser(make_user(Role.ADMIN, sharing.company)).get("/accounting").text

    assert "Documents are downloaded" in text and "/accounting/download" in text
    assert "Next run" not in text and "Run now" not in text


def test_without_a_mail_server_the_page_says_that_no_run_leaves(app, browser):
    """AC-3: rather than announce one."""
    sharing = make_sharing()

    assert "No run leaves until one is." in browser(make_user(Role.ADMIN, sharing.company)).get("/accounting").text


def test_the_accountant_is_not_told_of_what_nobody_validated(app, browser, server):
    """US-6: S72: what is out of sight is counted nowhere, also among what waits."""
    sharing = make_sharing(delay_days=20, start_date=None)
    make_purchase(sharing, validated_at=None)
    make_purchase(sharing, issue_date=clock.today())
    told = {
        role: browser(make_user(role, sharing.company)).get("/accounting").text for role in Role if role != "approver"
    }

    assert all("Its delay is not over" in text for text in told.values())
    assert [role for role, text in told.items() if "Not ready yet" in text] == [Role.ADMIN, Role.MEMBER]
