"""How a company shares its documents with its accountant: the settings, the dry run, and the switch."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest

from app.accounting import jobs, planning, runs, sharings
from app.accounting.kinds import Cause, ConnectionKind, Journal, Ready, State
from app.accounting.models import Sharing
from app.accounting.run_models import Export
from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents.kinds import Direction
from app.extensions import db
from app.intake import addresses
from app.outbox.models import Mark, OutgoingMail
from app.tasks.jobs import commit
from app.web.access import Role
from tests.accounting.making import (
    PURCHASES,
    SALES,
    make_connection,
    make_purchase,
    make_sale,
    make_sharing,
    start,
)
from tests.factories import make_company, make_user, reload, the_company

FORM = {"sales": "y", "sales_address": SALES, "purchases": "y", "purchases_address": PURCHASES}
FORM |= {"credit_notes_address": "", "report_address": "", "start_date": "2025-12-31", "delay_days": "0"}
FORM |= {"ready": "validated", "language": "fr"}


def page_of(company, more=""):
    return f"/settings/companies/{company.id}/accountant{more}"


def form(connection, **changed):
    return FORM | {"connection_id": str(connection.id)} | changed


def yes_to(answer):
    """What the page of the dry run carries on."""
    return answer.text.split('name="yes_to" value="')[1].split('"')[0]


def is_on(company):
    return reload(db.session.get(Sharing, company.id)).shared_since is not None


def test_a_company_says_what_goes_to_its_accountant(browser):
    """AC-2: connection, addresses by journal, report, start date, delay, what is ready; saving shares nothing yet."""
    company, connection = the_company(), make_connection()
    client = browser(make_user(Role.ADMIN))
    given = form(connection, report_address="report@books.example", delay_days="365", ready="paid", language="en")
    answer = client.post(page_of(company), data=given, follow_redirects=True)

    assert "Off: nothing leaves" in answer.text and "By e-mail, the original of each document" in answer.text
    sharing = db.session.get(Sharing, company.id)
    assert (sharing.connection, sharing.journals, sharing.shared_since) == (connection, ["sales", "purchases"], None)
    assert (sharing.sales_address, sharing.credit_notes_address, sharing.purchases_address) == (SALES, "", PURCHASES)
    assert (sharing.start_date, sharing.delay_days, sharing.ready) == (date(2025, 12, 31), 365, Ready.PAID)
    assert (sharing.report_address, sharing.language) == ("report@books.example", "en")
    entry = db.session.query(AuditEntry).filter_by(act="accountant settings changed").one()
    assert entry.changes["connection"] == [None, connection.name]
    assert "Validated &amp; paid" in browser(make_user(Role.ADMIN)).get("/audit").text


def test_the_page_says_what_by_e_mail_does_not_come_back(browser):
    """AC-7: no accounting status by itself; the link in each mail is what answers."""
    text = browser(make_user(Role.ADMIN)).get(page_of(the_company())).text
    assert "By e-mail no accounting status comes back by itself." in text
    assert "Each mail holds a link by which the accountant answers" in text


def test_a_company_that_set_nothing_begins_with_this_year(browser):
    """AC-2: S47: nobody floods the accountant with old years by leaving a field as it was."""
    company = the_company()
    text = browser(make_user(Role.ADMIN)).get(page_of(company)).text
    assert f'value="{clock.today(company).year - 1}-12-31"' in text
    assert db.session.get(Sharing, company.id) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"connection_id": "0"}, "connection_id"),
        ({"sales_address": ""}, "sales_address"),
        ({"purchases_address": " "}, "purchases_address"),
        ({"credit_notes": "y"}, "credit_notes_address"),
        ({"sales": None, "purchases": None}, "sales"),
    ],
)
def test_on_without_an_address_is_an_error_said_at_once(browser, changed, field):
    """AC-2: at the field, before the dry run; while it is off, what is not complete may be saved."""
    company, client = the_company(), browser(make_user(Role.ADMIN))
    given = {name: value for name, value in form(make_connection(), **changed).items() if value is not None}
    answer = client.post(page_of(company), data=given | {"then": "plan"})

    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    bad = client.post(page_of(company), data=given | {"then": "plan", "delay_days": "x"}).text
    assert f'id="{field}-error"' in bad and 'id="delay_days-error"' in bad
    assert client.post(page_of(company), data=given).status_code == 303
    plan = client.get(page_of(company, "/plan"))
    assert "Something is missing" in plan.text and "Switch on" not in plan.text
    assert client.post(page_of(company, "/on"), data={"yes_to": "x"}).status_code == 422
    assert not is_on(company)


def test_what_is_shared_stays_complete(app):
    """AC-2: by whatever way settings change, a journal that is on never loses its address."""
    sharing, by = make_sharing(), make_user(Role.ADMIN)
    lacks = {"sales_address": "Enter the address", "connection_id": "Choose a connection", "journals": "Tick one"}
    for (name, why), value in zip(lacks.items(), ("", None, []), strict=True):
        facts = {name: value}
        with pytest.raises(Refused, match=why):
            sharings.change(sharing.company, facts, by=by)
    assert reload(sharing).sales_address == SALES


BAD = [
    "nobody",
    "a@b@c",
    "a@ok)b@evil",
    "a b@books.example",
    "a@books.example\r\nBcc: x@y.example",
    "a@books.example\0",
]
BAD += ["a@books.example, b@books.example", "x" * 65 + "@books.example", "a@" + "b" * 250 + ".example"]


@pytest.mark.parametrize("field", ["sales_address", "report_address"])
def test_an_address_nobody_can_be_written_to_is_refused_when_saved(browser, field):
    """AC-2: S49: with the reason at the field, on or off; our own intake address would bring it all back."""
    company, connection, admin = the_company(), make_connection(), make_user(Role.ADMIN)
    client, ours = browser(admin), addresses.full(addresses.living(company, Direction.PURCHASE))
    reasons = dict.fromkeys(BAD, "This is not an e-mail address") | {ours: "mails to it would come back here"}
    for address, reason in (reasons | {ours.upper(): reasons[ours]}).items():
        answer = client.post(page_of(company), data=form(connection, **{field: address}))
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), address
        assert reason in answer.text
        with pytest.raises(Refused):
            sharings.change(company, {field: address}, by=admin)


def test_settings_beyond_their_edge_are_refused(browser):
    """AC-2: at the edge and one past it; what was typed stays."""
    company, connection, client = the_company(), make_connection(), browser(make_user(Role.ADMIN))
    bad = {"delay_days": ["-1", "366", ""], "start_date": ["x"], "ready": ["x"], "language": ["xx"]}
    for field, value in ((field, value) for field, values in bad.items() for value in values):
        answer = client.post(page_of(company), data=form(connection, **{field: value}))
        assert (answer.status_code, SALES in answer.text) == (422, True), (field, value)


def test_a_connection_that_is_not_there_or_archived_cannot_be_chosen(browser):
    """AC-1: AC-2: neither from the page nor by a form made by hand."""
    company, archived, admin = the_company(), make_connection(archived_at=clock.now()), make_user(Role.ADMIN)
    client = browser(admin)
    assert archived.name not in client.get(page_of(company)).text
    for number in (archived.id, 4242):
        assert client.post(page_of(company), data=FORM | {"connection_id": str(number)}).status_code == 422
        with pytest.raises(Refused):
            sharings.change(company, {"connection_id": number}, by=admin)


def sharing_of_three():
    """Off; two purchases and a sale could go, and there is one of each that stays."""
    sharing = make_sharing(shared_since=None, journals=["sales", "purchases"], delay_days=10)
    make_purchase(sharing)
    make_purchase(sharing)
    make_sale(sharing, sent_at=clock.now())
    make_purchase(sharing, issue_date=date(2025, 6, 1))
    make_purchase(sharing, issue_date=clock.today(sharing.company) - timedelta(days=2))
    make_purchase(sharing, validated_at=None)
    db.session.delete(make_purchase(sharing).files[0])
    db.session.commit()
    return sharing


def test_before_switching_on_one_sees_what_would_be_sent(browser):
    """AC-3: S47: documents, mails and runs, by journal, and what stays for which reason; then one says yes."""
    sharing = sharing_of_three()
    company, client = sharing.company, browser(make_user(Role.ADMIN, sharing.company))
    answer = client.post(page_of(company), data=form(sharing.connection, delay_days="10", then="plan"))
    assert answer.location == page_of(company, "/plan")
    plan = client.get(answer.location)

    assert "Would send 3 documents in 3 mails over 1 run" in plan.text and "That is many mails" not in plan.text
    for says in ("Excluded by start date", "Not ready yet", "Its delay is not over", "Without a file"):
        assert says in plan.text
    assert not is_on(company) and db.session.query(OutgoingMail).count() == 0
    answer = client.post(page_of(company, "/on"), data={"yes_to": yes_to(plan)}, follow_redirects=True)
    assert "Switched on" in answer.text and is_on(company)
    entry = db.session.query(AuditEntry).filter_by(act="accountant sharing on").one()
    assert entry.changes["mails"] == [None, 3] and entry.company_id == company.id
    assert client.post(page_of(company, "/on"), data={"yes_to": yes_to(plan)}).status_code == 422


def test_what_changed_meanwhile_is_shown_again_rather_than_done(browser):
    """AC-3: S47: one more document, other settings, another connection: the yes was said to something else."""
    sharing = sharing_of_three()
    company, client = sharing.company, browser(make_user(Role.ADMIN, sharing.company))

    def more_documents():
        make_purchase(sharing)

    def other_address():
        sharing.purchases_address = "elsewhere@books.example"

    def fewer_mails():
        sharing.connection.per_mail = 10

    def mails_of_another_kind():
        sharing.connection.is_zipped = True

    for meanwhile in (more_documents, other_address, fewer_mails, mails_of_another_kind):
        plan = client.get(page_of(company, "/plan"))
        meanwhile()
        db.session.commit()
        answer = client.post(page_of(company, "/on"), data={"yes_to": yes_to(plan)})
        assert answer.status_code == 409 and "Something changed since you looked" in unescape(answer.text)
        assert not is_on(company) and "Switch on" in answer.text
    assert "Would send 4 documents in 2 mails over 1 run" in answer.text
    client.post(page_of(company, "/on"), data={"yes_to": yes_to(answer)})
    assert is_on(company)


def test_many_mails_are_worth_a_second_thought(browser, monkeypatch):
    """AC-3: S47: beyond a hundred mails the page warns, and says in how many runs they would go."""
    sharing = make_sharing(shared_since=None)
    client, url = browser(make_user(Role.ADMIN, sharing.company)), page_of(sharing.company, "/plan")
    for purchases, warns in ((60, False), (61, True)):
        shares = {Journal.SALES: planning.Share(40, 40), Journal.PURCHASES: planning.Share(purchases, purchases)}
        monkeypatch.setattr(planning, "plan", lambda _sharing, shares=shares: planning.Plan(by_journal=shares))
        assert ("That is many mails" in client.get(url).text) == warns

    assert "Would send 101 documents in 101 mails over 2 runs" in client.get(url).text


def test_while_it_is_on_other_documents_leave_only_after_a_second_look(browser):
    """AC-3: S47: an earlier start date is no back door; what was typed is carried on, or changed."""
    sharing = sharing_of_three()
    sharing.shared_since = clock.now()
    db.session.commit()
    company, client = sharing.company, browser(make_user(Role.ADMIN, sharing.company))
    typed = form(sharing.connection, start_date="2020-01-01", delay_days="10")
    shown = client.post(page_of(company), data=typed)
    assert "Would send 4 documents" in shown.text and "Save and go on sharing" in shown.text
    assert reload(sharing).start_date == date(2026, 1, 1)
    assert 'value="2020-01-01"' in client.post(page_of(company), data=typed | {"then": "change"}).text
    make_purchase(sharing)

    again = client.post(page_of(company), data=typed | {"yes_to": yes_to(shown)})
    assert again.status_code == 409 and "Would send 5 documents" in again.text
    assert client.post(page_of(company), data=typed | {"yes_to": yes_to(again)}).status_code == 303
    assert reload(sharing).start_date == date(2020, 1, 1) and sharing.shared_since
    answer = client.post(page_of(company), data=typed | {"report_address": "report@books.example"})
    assert answer.status_code == 303 and reload(sharing).report_address == "report@books.example"


def test_a_dry_run_can_be_asked_for_later(browser):
    """AC-3: while it is on the page leads to it, and nothing on it switches anything."""
    sharing = make_sharing()
    make_purchase(sharing)
    client = browser(make_user(Role.ADMIN, sharing.company))
    assert page_of(sharing.company, "/plan") in client.get(page_of(sharing.company)).text
    text = client.get(page_of(sharing.company, "/plan")).text
    assert "Would send 1 document in 1 mail over 1 run" in text and "yes_to" not in text
    assert db.session.query(OutgoingMail).count() == 0


def test_a_connection_to_download_needs_no_address(browser):
    """AC-1: AC-2: nothing leaves by itself, and the page says so."""
    company, connection = the_company(), make_connection(kind=ConnectionKind.ZIP)
    client = browser(make_user(Role.ADMIN))
    given = form(connection, sales_address="", purchases_address="", then="plan")
    plan = client.post(page_of(company), data=given, follow_redirects=True)
    assert "0 documents to download; nothing leaves by itself" in plan.text
    client.post(page_of(company, "/on"), data={"yes_to": yes_to(plan)})
    assert is_on(company)


def test_switching_off_cancels_what_waits_to_leave(browser, server):
    """AC-2: S52: nothing more leaves; what waited goes with a run once it is on again; no run begins meanwhile."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    jobs.work_run(start(sharing).id)
    commit()
    mail = db.session.query(OutgoingMail).one()
    assert mail.mark is Mark.QUEUED
    client = browser(make_user(Role.ADMIN, sharing.company))
    answer = client.post(page_of(sharing.company, "/off"), follow_redirects=True)

    assert "Switched off: nothing more leaves. 1 mail that waited was cancelled." in answer.text
    assert reload(mail).mark is Mark.CANCELLED and not is_on(sharing.company)
    assert db.session.get(Export, document.id).state is State.OPEN
    with pytest.raises(Refused):
        runs.start(sharing.company, Cause.HAND)
    assert client.post(page_of(sharing.company, "/off")).status_code == 303


@pytest.mark.parametrize("more", ["", "/plan"])
def test_only_its_admins_see_and_change_it(browser, more):
    """US-6: US-3: others of the company are refused, those of another find nothing."""
    company, elsewhere = the_company(), make_company("Elsewhere")
    stranger = browser(make_user(Role.ADMIN, elsewhere))
    member = browser(make_user(Role.MEMBER, company))
    for client, status in ((stranger, 404), (member, 403)):
        assert client.get(page_of(company, more)).status_code == status
        for address in ("", "/on", "/off"):
            assert client.post(page_of(company, address), data=FORM).status_code == status
    assert db.session.get(Sharing, company.id) is None
