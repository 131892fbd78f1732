"""What stands in the way of all mails: a person, equal failures, another's database, the ceiling of an hour."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import create_app, schedule
from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.outbox import belonging, kinds, outlets
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail, Outlet
from app.outbox.writing import write
from app.tasks.jobs import commit
from app.users import links
from app.users import mails as user_mails
from app.users.models import LinkPurpose, User
from app.web.access import Role
from tests.factories import make_company, make_user, reload
from tests.live import let_go, make_live_app
from tests.outbox.test_delivery import (  # noqa: F401
    let_time_pass,
    make_mail,
    run_waiting,
    sample_template,
    server,
    use_server,
)
from tests.settings import settings_in
from tests.sink import CUT


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN, password_hash="x")


def the_switch(name: str = "all") -> Outlet:
    return db.session.get(Outlet, name, populate_existing=True)


def make_sign_in_mail() -> OutgoingMail:
    """A mail by which somebody signs in."""
    link, token = links.make(make_user(), LinkPurpose.PASSWORD_RESET)
    mail = user_mails.password_reset(link, token)
    commit()
    return mail


def test_the_emergency_switch_keeps_what_waits(server, admin):  # noqa: F811
    """R7: SE-8: nothing leaves, nothing is lost, and it goes on by itself once it is allowed."""
    mail = make_mail()
    outlets.stop(by=admin)
    commit()
    run_waiting()
    assert (reload(mail).mark, mail.attempts, server.messages) == (Mark.QUEUED, 0, [])
    assert not outlets.is_open("mail") and not outlets.is_open("sms")

    outlets.allow("all", by=admin)
    commit()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.SENT, 1)


def test_mails_by_which_people_sign_in_leave_all_the_same(server, admin):  # noqa: F811
    """R7: the switch stops all but these: else nobody could come and open it."""
    outlets.stop(by=admin)
    other, mail = make_mail(), make_sign_in_mail()
    run_waiting()
    assert (reload(mail).mark, reload(other).mark) == (Mark.SENT, Mark.QUEUED)


@pytest.fixture
def stopped_after_the_first(admin):
    """As soon as one mail has left, somebody stops everything."""

    def stop(mail: OutgoingMail) -> None:
        if outlets.is_open("mail"):
            outlets.stop(by=admin)

    kinds.mail_kinds.append(MailKind("test", lambda mail: "", after=stop))
    yield
    kinds.mail_kinds[:] = [each for each in kinds.mail_kinds if each.key != "test"]


def test_it_is_stopped_amid_a_run(server, stopped_after_the_first):  # noqa: F811
    """R7: asked of each mail when its turn has come."""
    mails = [make_mail(f"test:{number}") for number in range(3)]
    run_waiting()
    assert [reload(mail).mark for mail in mails] == [Mark.SENT, Mark.QUEUED, Mark.QUEUED]


def test_five_equal_failures_pause_the_channel(server, admin):  # noqa: F811
    """R7: each after a longer rest; then nothing is tried until a person says so, who was told once."""
    server.answers["connect"] = CUT
    mail = make_mail()
    for number in range(1, 7):
        run_waiting()
        assert the_switch("mail").failure_count == min(number, 5)
        assert bool(the_switch("mail").shut_at) is (number >= 5)
        run_waiting()
        assert the_switch("mail").failure_count == min(number, 5), "it rests a while"
        let_time_pass()
    told = db.session.scalars(select(OutgoingMail).filter_by(kind="sending-stopped")).all()
    assert [each.recipients[0].address for each in told] == [admin.email]
    assert the_switch("mail").why == "failures" and "SMTPServerDisconnected" in the_switch("mail").failure

    server.answers.clear()
    outlets.allow("mail", by=admin)
    commit()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.SENT, 2)


def test_what_went_through_ends_the_count(server):  # noqa: F811
    """R7: in a row; and other words of the server are another failure."""
    said = ["451 4.3.0 try id 8a1", "451 4.3.0 try id 9b2", "452 4.3.1 full"]
    counts = []
    for number, answer in enumerate([*said, "250 ok", said[0]]):
        server.answers["mail"] = answer
        make_mail(f"test:{number}", to=f"{number}@example.org")
        run_waiting()
        counts.append(the_switch("mail").failure_count)
        let_time_pass()
    assert counts == [1, 2, 1, 0, 1]


@pytest.mark.parametrize("moment", ["rcpt", "data", "dot"])
def test_what_is_one_mails_own_fault_pauses_nothing(server, moment):  # noqa: F811
    """R7: S45: a refused recipient or content is no trouble of the server; the others leave in the same run."""
    server.answers[moment] = "554 no"
    mails = [make_mail(f"test:{number}") for number in range(6)]
    run_waiting()
    assert {reload(mail).mark for mail in mails} == {Mark.REFUSED}
    assert not outlets.shut_ones()


def an_hour_passes() -> None:
    """Since all that has left."""
    left = db.session.query(OutgoingMail).filter_by(mark=Mark.SENT)
    left.update({"marked_at": clock.now() - timedelta(minutes=61)})
    db.session.commit()


def test_an_hour_has_a_ceiling(app, server, monkeypatch):  # noqa: F811
    """R7: S46: counted from rows: however often it runs, and after each hour as many more."""
    monkeypatch.setattr(app.config["SETTINGS"], "mails_per_hour", 3)
    for number in range(8):
        make_mail(f"test:{number}")
    left = []
    for _hour in range(3):
        for _run in range(3):
            run_waiting()
        left.append(len(server.messages))
        an_hour_passes()
    assert left == [3, 6, 8]


def test_the_outbox_says_that_the_hour_is_full(app, server, browser, admin, monkeypatch):  # noqa: F811
    """R7: what waits for the next hour waits for a reason one can read."""
    monkeypatch.setattr(app.config["SETTINGS"], "mails_per_hour", 1)
    make_mail("test:1")
    assert "FACTEUR_MAILS_PER_HOUR" not in browser(admin).get("/outbox").text
    run_waiting()
    assert "FACTEUR_MAILS_PER_HOUR" in browser(admin).get("/outbox").text


def test_the_ceiling_lets_those_in_who_must_sign_in(app, server, monkeypatch):  # noqa: F811
    """R7: a thousand invoices keep nobody out."""
    monkeypatch.setattr(app.config["SETTINGS"], "mails_per_hour", 1)
    others, mail = [make_mail("test:1"), make_mail("test:2")], make_sign_in_mail()
    run_waiting()
    assert reload(mail).mark is Mark.SENT
    assert [reload(each).mark for each in others] == [Mark.QUEUED, Mark.QUEUED]


@pytest.mark.alone
def test_a_copied_database_sends_nothing_until_an_admin_allows_it(tmp_path, sink):
    """S56: its file in another folder: all jobs run, the sink stays empty; allowed, what waited leaves."""
    theirs, ours = make_live_app(tmp_path / "theirs"), tmp_path / "ours"
    with theirs.app_context():
        admin = make_user(Role.ADMIN)
        write("t", key="t:1", to="a@example.org", subject="S", template="users/mail/password_changed", user=admin)
        make_sign_in_mail()
        schedule.sweep_once()
    let_go(theirs)
    ours.mkdir()
    shutil.copy(tmp_path / "theirs" / "facteur.db", ours / "facteur.db")
    app = create_app(settings_in(ours, mail_url=f"smtp://127.0.0.1:{sink.port}"), TESTING=True, BELLS=[])
    use_server(app, sink)
    with app.app_context():
        assert not outlets.is_open("letter"), "before any sweep has looked"
        for _each in range(2):
            schedule.sweep_once()
            schedule.run_due()
        assert (sink.messages, the_switch().why) == ([], "copy")
        assert not outlets.is_open("letter")

        outlets.allow("all", by=db.session.get(User, db.session.scalar(select(func.min(User.id)))))
        commit()
        schedule.run_due()
        assert len(sink.messages) == 2 and outlets.is_open("letter")
        db.session.remove()


def test_another_address_on_the_same_data_is_a_copy(app, admin, monkeypatch):
    """S56: a whole folder restored elsewhere has another address at least."""
    belonging.recognise()
    assert outlets.is_open("mail")
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "address", "https://elsewhere.example")
    assert not outlets.is_open("mail")
    belonging.recognise()
    assert the_switch().why == "copy"

    outlets.allow("all", by=admin)
    commit()
    belonging.recognise()
    assert outlets.is_open("mail")


def test_nobody_stops_or_allows_twice(app, admin):
    """SE-8: the second of two is told."""
    outlets.stop(by=admin)
    with pytest.raises(Refused):
        outlets.stop(by=admin)
    outlets.allow("all", by=admin)
    with pytest.raises(Refused):
        outlets.allow("all", by=admin)


def test_an_admin_stops_and_allows_on_the_page(app, browser, admin):
    """R7: with who, when and why, in the trail and on every page of an admin while it is so."""
    client = browser(admin)
    assert "/outbox/outlets/all/closing" in client.get("/outbox").text
    client.post("/outbox/outlets/all/closing")
    page, elsewhere = client.get("/outbox").text, client.get("/account").text
    assert admin.name in page and "/outbox/outlets/all/opening" in page
    assert 'class="banner' in elsewhere and 'href="/outbox"' in elsewhere
    client.post("/outbox/outlets/all/opening")
    acts = db.session.scalars(select(AuditEntry.act).filter_by(object_type="outlet").order_by(AuditEntry.id)).all()
    assert acts == ["sending stopped", "sending allowed"]
    assert "/opening" not in client.get("/outbox").text


def test_the_admin_of_one_company_among_several_stops_nobodys_mails(app, browser, admin):
    """US-3: SE-8: it stops all companies."""
    make_company("Other")
    client = browser(admin)
    assert "/closing" not in client.get("/outbox").text
    assert client.post("/outbox/outlets/all/closing").status_code == 403
    assert client.post("/outbox/outlets/mail/opening").status_code == 403
    assert client.post("/outbox/outlets/none/opening").status_code == 404


def test_a_mail_that_waited_for_days_is_still_tried(server):  # noqa: F811
    """S44: two days of tries, not of waiting behind a switch."""
    server.answers["rcpt"] = "450 greylisted"
    mail = make_mail()
    mail.created_at = clock.now() - timedelta(days=5)
    db.session.commit()
    run_waiting()
    assert reload(mail).mark is Mark.QUEUED
