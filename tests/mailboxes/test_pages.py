"""Pages of mailboxes: set up, tested and previewed without taking anything, turned on and off; for admins alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEntry
from app.core import clock
from app.documents.models import Direction
from app.extensions import db
from app.mailboxes import reaching, set_up
from app.mailboxes.models import AfterAction, FoundMail, Mailbox, Tls
from app.operation import check_mailboxes
from app.outbox.models import OutgoingMail
from app.tasks import due
from app.tasks.models import State, Task
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_user, reload, the_company
from tests.intake import mails
from tests.mailboxes.making import log, make_mailbox, poll

EVER = date(2000, 1, 1)
PASSWORD = "canary-imap-password"


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


def at(mailbox_id: int | None = None, *more: str) -> str:
    """An address of the mailboxes' pages."""
    return "/".join(map(str, filter(None, (f"/settings/companies/{the_company().id}/mailboxes", mailbox_id, *more))))


def form(server, **fields) -> dict[str, object]:
    """A form as it is sent, filled in."""
    told = {
        "direction": "purchase",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "login": "zoe@example.org",
    }
    told |= {"password": server.password, "folder": "INBOX", "take": "since", "since_date": "2000-01-01"}
    return told | {"after": "seen"} | fields


def the_mailbox() -> Mailbox:
    db.session.expire_all()
    return db.session.query(Mailbox).one()


def test_an_admin_adds_one_sees_what_it_would_bring_and_turns_it_on(browser, admin, server):
    """IN-2: (b): added off; the preview takes and marks nothing; turned on it is asked at once."""
    server.put(mails.invoice_mail("A", sender="Lumen <x@lumen.example>"))
    server.put(mails.invoice_mail("B", sender="Else <x@else.example>"))
    client = browser(admin)
    answer = client.post(at(), data=form(server, sender_contains="lumen"))
    mailbox = the_mailbox()
    assert answer.location == at(mailbox.id) and not mailbox.is_on
    assert client.get(at(mailbox.id), headers=aimed_at("sight")).status_code == 204, "the answer is not there yet"
    due.run_due()

    shown = client.get(at(mailbox.id), headers=aimed_at("sight")).text
    assert "2 mails in the folder" in shown and "Would be taken" in shown
    assert "its sender does not contain “lumen”" in shown and "<h1" not in shown
    assert not log() and not db.session.query(FoundMail).count() and server.asked["body"] == 0
    assert not any(each.flags for each in server.folders["INBOX"]) and any("EXAMINE" in heard for heard in server.heard)

    assert client.post(at(mailbox.id, "on")).status_code == 303
    due.run_due()
    assert len(log()) == 1 and server.folders["INBOX"][0].flags == {"\\Seen"}
    client.post(at(mailbox.id, "sight"))
    due.run_due()
    assert "Already there." in client.get(at(mailbox.id)).text


def test_the_password_is_never_shown_stored_or_told(browser, admin, server, capfd):
    """S88: sealed in the row; in no page, no log line, no trail, no task; not even where the server repeats it."""
    server.password = "another"
    client = browser(admin)
    client.post(at(), data=form(server, password=PASSWORD))
    mailbox = the_mailbox()
    client.post(at(mailbox.id, "on"))
    due.run_due()
    pages = "".join(client.get(at(mailbox.id, *more)).text for more in ((), ("change",))) + client.get(at()).text
    pages += client.post(at(mailbox.id), data=form(server, password=PASSWORD, port="none")).text
    rows = "".join(str(db.session.execute(text(f'SELECT * FROM "{name}"')).all()) for name in db.metadata.tables)

    assert the_mailbox().trouble["key"] == "login" and "no:" in the_mailbox().trouble["said"]
    assert PASSWORD not in pages + rows + "".join(capfd.readouterr())
    account = reaching.account(the_mailbox())
    assert account.password == PASSWORD and PASSWORD not in repr(account), "one careless log line would tell it"


def test_a_password_goes_only_where_it_was_typed_for(browser, admin, server):
    """S88: another host, port, user or encryption asks for it again; other changes keep it."""
    client = browser(admin)
    client.post(at(), data=form(server))
    mailbox = the_mailbox()
    for other in ({"host": "localhost"}, {"port": "144"}, {"login": "x"}, {"tls": "ssl"}):
        answer = client.post(at(mailbox.id), data=form(server, password="", **other))
        assert answer.status_code == 422 and "Type the password again" in answer.text, other
    assert client.post(at(mailbox.id), data=form(server, password="", folder="Done")).status_code == 303

    assert (the_mailbox().folder, reaching.account(the_mailbox()).password) == ("Done", server.password)


def test_another_secret_key_says_to_type_the_password_again(app, browser, admin, server, monkeypatch):
    """SAFETY: the page says so, it is not turned on, and the doctor names it; typed again, all is well."""
    mailbox = make_mailbox(server)
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "secret", "another-secret-0123456789abcdef0123456789")
    client = browser(admin)

    assert "Type its password again" in client.get(at(mailbox.id)).text
    assert poll(mailbox).trouble == {"key": "password"}
    assert client.post(at(mailbox.id, "on")).status_code == 422
    assert [each.state.value for each in check_mailboxes.check_mailboxes()] == ["broken"]
    assert client.post(at(mailbox.id), data=form(server)).status_code == 303
    assert poll(mailbox).trouble == {}


WRONG = {
    "no host": {"host": ""},
    "no password": {"password": ""},
    "port": {"port": "70000"},
    "no encryption elsewhere": {"host": "imap.example.org"},
    "no day": {"since_date": ""},
    "no folder to move to": {"after": "move"},
    "the same folder": {"after": "move", "target_folder": "INBOX"},
    "a line break": {"login": "zoe\r\nA1 DELETE INBOX"},
    "no such word": {"after": "delete"},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_form_with_a_mistake_comes_back_as_typed_without_the_password(browser, admin, server, what):
    """SAFETY: 422, nothing stored."""
    answer = browser(admin).post(at(), data=form(server, subject_contains="kept as typed") | WRONG[what])

    assert answer.status_code == 422 and "kept as typed" in answer.text and server.password not in answer.text
    assert not db.session.query(Mailbox).count()


def test_those_nobody_has_read_need_no_first_day(browser, admin, server):
    """IN-2: a browser sends the empty day along; it is none, and no mistake."""
    answer = browser(admin).post(at(), data=form(server, take="unread", since_date=""))
    assert answer.status_code == 303 and the_mailbox().since_date is None

    refused = browser(admin).post(at(), data=form(server, take="since", since_date=""))
    assert refused.status_code == 422 and "Enter the first day." in refused.text


def test_new_filters_look_again_at_what_the_old_ones_kept_out(browser, admin, server):
    """IN-2: a mail that was passed over is taken once it is wanted; one that was taken is not taken again."""
    for sender in ("a@lumen.example", "b@else.example"):
        server.put(mails.invoice_mail(sender, sender=sender))
    mailbox = poll(make_mailbox(server, sender_contains="lumen", since_date=EVER))
    browser(admin).post(at(mailbox.id), data=form(server, password=""))
    poll(mailbox)

    assert len(log()) == 2 and server.asked["body"] == 2


def test_another_folder_has_numbers_of_its_own(browser, admin, server):
    """S18: the same UIDVALIDITY and UID in another folder is another mail; back again, nothing comes twice."""
    server.put(mails.invoice_mail("A"))
    other = server.put(mails.invoice_mail("B"), folder="Done")
    other.uid = 1
    mailbox = poll(make_mailbox(server, since_date=EVER))
    for folder in ("Done", "INBOX"):
        browser(admin).post(at(mailbox.id), data=form(server, password="", folder=folder))
        poll(mailbox)

    assert [each.state.value for each in log()] == ["received", "received"]


def test_five_failures_tell_the_admins_and_try_again_goes_on(browser, admin, server):
    """IN-2: a banner, the Operation page, the home page, one mail to each admin; *Try again* asks at once."""
    admin.password_hash = "x"
    make_user(Role.MEMBER).password_hash = "x"
    server.faults["login"] = "NO wrong"
    mailbox = make_mailbox(server)
    for _each in range(6):
        mailbox = poll(mailbox)
    client = browser(admin)

    assert "Try again" in client.get("/documents").text and mailbox.name in client.get("/documents").text
    assert mailbox.name in client.get("/operation").text and "Mailboxes paused" in client.get("/").text
    mail = db.session.query(OutgoingMail).one()
    assert [each.address for each in mail.recipients] == [admin.email] and "app password" in mail.text
    assert [each.state.value for each in check_mailboxes.check_mailboxes()] == ["broken"]
    server.faults.clear()
    assert "Try again" in client.get(at(mailbox.id)).text
    client.post(at(mailbox.id, "on"))
    due.run_due()
    assert reload(mailbox).state == "well" and "paused" not in client.get("/documents").text


def test_turned_off_and_removed_nothing_is_fetched_and_what_it_brought_stays(browser, admin, server):
    """IN-2: off: nobody asks; removed: gone with its memory, its messages stay."""
    server.put(mails.invoice_mail())
    mailbox = poll(make_mailbox(server))
    client, asked = browser(admin), server.asked["greeting"]
    client.post(at(mailbox.id, "off"))
    set_up.ask_what_is_due()
    assert client.post(at(mailbox.id, "polls")).status_code == 422
    due.run_due()
    assert server.asked["greeting"] == asked
    assert client.post(at(mailbox.id, "removal")).location == at()

    assert not db.session.query(Mailbox).count() and not db.session.query(FoundMail).count() and len(log()) == 1
    acts = set(db.session.scalars(db.select(AuditEntry.act).filter_by(object_type="mailbox")))
    assert acts == {"mailbox turned off", "mailbox removed"}


def test_the_sweep_asks_each_mailbox_every_two_minutes_by_one_task(app, server, browser, admin):
    """S40: however many sweeps there are; done, the same task is asked for again; *Fetch now* does not wait."""
    mailbox = make_mailbox(server)
    make_mailbox(server, is_on=False)
    tasks = lambda: db.session.query(Task).filter_by(kind="poll_mailbox").all()  # noqa: E731
    for _each in range(3):
        set_up.ask_what_is_due()
    db.session.commit()
    assert [task.key for task in tasks()] == [f"poll:{mailbox.id}"]
    due.run_due()
    set_up.ask_what_is_due()
    assert [task.state for task in tasks()] == [State.DONE]
    reload(mailbox).asked_at = clock.now() - timedelta(minutes=3)
    set_up.ask_what_is_due()
    assert [task.state for task in tasks()] == [State.READY]
    due.run_due()
    browser(admin).post(at(mailbox.id, "polls"))
    due.run_due()

    assert server.asked["greeting"] == 3 and len(tasks()) == 1


def test_a_clock_that_was_ahead_keeps_no_mailbox_waiting(app, server):
    """S107: asked for and leased in a year: asked for now."""
    year = clock.now() + timedelta(days=365)
    mailbox = make_mailbox(server, asked_at=year, lease_until=year)

    assert set_up.ask_what_is_due() == 1 and poll(mailbox).state == "well"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.APPROVER, Role.ACCOUNTANT])
def test_only_admins_see_mailboxes(browser, server, role):
    """US-6: 403 for every page and act; the import page says no more than that one is asked."""
    mailbox = make_mailbox(server)
    client = browser(make_user(role))
    pages = [client.get(at(*more)) for more in ((), ("new",), (mailbox.id,), (mailbox.id, "change"))]
    acts = [client.post(at(mailbox.id, act)) for act in ("", "on", "off", "polls", "sight", "removal")]

    assert {answer.status_code for answer in pages + acts} == {403} and reload(mailbox).is_on
    if role is Role.MEMBER:
        shown = client.get("/add/by-email").text
        assert "1 mailbox is asked" in shown and mailbox.login not in shown


def test_a_mailbox_of_another_company_is_not_there(browser, admin, server):
    """US-3: 404 under one's own company's address and under the other's."""
    mailbox = make_mailbox(server, make_company("Elsewhere"))
    client = browser(admin)
    other = f"/settings/companies/{mailbox.company_id}/mailboxes"

    asked = (at(mailbox.id), at(mailbox.id, "change"), f"{other}/{mailbox.id}", other)
    assert {client.get(url).status_code for url in asked} == {404}
    assert client.post(at(mailbox.id, "removal")).status_code == 404


def test_hostile_texts_of_a_mailbox_are_shown_as_text(browser, admin, server):
    """S78: sender, subject and the server's own words are escaped."""
    server.put(mails.invoice_mail("A", sender="<script>x</script> <a@b.example>", subject="<img src=x onerror=y>"))
    mailbox = make_mailbox(server, since_date=EVER)
    client = browser(admin)
    client.post(at(mailbox.id, "sight"))
    due.run_due()
    shown = client.get(at(mailbox.id)).text

    assert "&lt;img" in shown and "<img src=x" not in shown and "<script>x" not in shown


def test_the_import_page_says_which_ways_are_on(app, browser, admin, server, monkeypatch):
    """IN-2: mailboxes and webhook, on or off."""
    client = browser(admin)
    assert "FACTEUR_HOOK_SECRET" in client.get("/add/by-email").text
    monkeypatch.setattr(app.config["SETTINGS"], "hook_secret", "x" * 32)
    make_mailbox(server)
    shown = client.get("/add/by-email").text

    assert "/intake/mime" in shown and "1 mailbox is asked" in shown and "x" * 32 not in shown


def test_the_mail_log_is_filtered_by_the_new_ways(browser, admin, server):
    """IN-5: Mailbox and Webhook are ways in, in the filter and on each line."""
    server.put(mails.invoice_mail(subject="From the mailbox"))
    poll(make_mailbox(server))
    due.run_due()
    client = browser(admin)

    assert "From the mailbox" in client.get("/messages?source=imap").text
    assert "From the mailbox" not in client.get("/messages?source=hook").text
    assert '<option value="hook">Webhook</option>' in client.get("/messages").text


def test_a_message_names_the_mailbox_that_brought_it_to_admins_alone(browser, admin, server):
    """IN-5: which of several it was; a member reads that it was one."""
    server.put(mails.invoice_mail())
    mailbox = make_mailbox(server)
    poll(mailbox)
    address, name = (
        f"/messages/{db.session.scalars(select(FoundMail)).one().message_id}",
        f"{mailbox.login}@{mailbox.host}",
    )

    assert f'/mailboxes/{mailbox.id}">' in browser(admin).get(address).text
    shown = browser(make_user(Role.MEMBER)).get(address).text
    assert "Mailbox · Purchase" in shown and name not in shown and "/mailboxes/" not in shown


def test_a_header_that_stands_for_a_mail_is_not_opened(app, browser, admin, server, monkeypatch):
    """IN-8: the log says where the mail is; *Read again* is not offered, and refused."""
    monkeypatch.setattr(app.config["SETTINGS"], "largest_message", 1000)
    server.put(mails.invoice_mail())
    poll(make_mailbox(server))
    client, (message,) = browser(admin), log()
    shown = client.get(f"/messages/{message.id}").text

    assert "only its header was fetched" in shown and "Read again" not in shown
    assert client.post(f"/messages/{message.id}/openings").status_code == 422


def test_facts_of_a_mailbox_are_what_was_chosen(browser, admin, server):
    """IN-2: every choice of the form is stored."""
    fields = {
        "direction": "sale",
        "take": "unread",
        "after": "move",
        "target_folder": "Done",
        "subject_contains": " x ",
    }
    browser(admin).post(at(), data=form(server, **fields))
    mailbox = the_mailbox()

    assert (mailbox.direction, mailbox.tls, mailbox.since_date) == (Direction.SALE, Tls.NONE, None)
    assert (mailbox.after, mailbox.target_folder, mailbox.subject_contains) == (AfterAction.MOVE, "Done", "x")
