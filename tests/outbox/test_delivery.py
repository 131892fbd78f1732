"""A mail leaves once, or somebody is told that nobody knows."""

from __future__ import annotations

import email
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.files import store
from app.outbox import connection as outbox_connection
from app.outbox import decisions, delivery, marks, sending, taking, waking
from app.outbox.connection import Line, config_of
from app.outbox.models import Mark, OutgoingMail, Outlet
from app.outbox.writing import write
from app.tasks import runner
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.web.access import Role
from tests.factories import make_file, make_user, reload
from tests.sink import CUT, Sink

ANNA = "anna@example.org"


@pytest.fixture
def server(app, sink, monkeypatch):
    """Facteur's mail server is the sink."""
    monkeypatch.setattr(app.config["SETTINGS"], "mail_url", f"smtp://127.0.0.1:{sink.port}")
    configured = config_of(f"smtp://127.0.0.1:{sink.port}", "Facteur <facteur@example.org>")
    for name in ("server", "port"):
        monkeypatch.setattr(app.extensions["mail"], name, configured[f"MAIL_{name.upper()}"])
    monkeypatch.setattr(app.extensions["mail"], "suppress", False)
    return sink


def make_mail(key: str = "test:1", **facts) -> OutgoingMail:
    """A mail to Anna with a link in it."""
    facts = {"to": ANNA, "subject": "Hello", "template": "mail/sample", "body": "Hello Anna"} | facts
    mail = write("test", key=key, **facts)
    commit()
    return mail


@pytest.fixture(autouse=True)
def sample_template(app):
    """The smallest mail there is."""
    from jinja2 import ChoiceLoader, DictLoader

    loader = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader(
        [DictLoader({"mail/sample.txt": "{{ body }}", "mail/sample.html": "<p>{{ body }}</p>"}), loader]
    )
    yield
    app.jinja_env.loader = loader


def run_waiting() -> None:
    """Run the delivery as the sweep asks for it."""
    waking.wake()
    commit()
    for task_id in db.session.scalars(select(Task.id).where(Task.kind == "deliver", Task.state == State.READY)).all():
        runner.run(task_id)


def let_time_pass() -> None:
    """What was put off is due, and the mail server is tried again."""
    db.session.query(OutgoingMail).update({"send_after": clock.now()})
    db.session.query(Outlet).update({"try_after": None})
    db.session.commit()


def test_a_mail_leaves_as_it_was_written(server):
    """SE-7: sent means accepted by the mail server."""
    attached = make_file(b"%PDF-1.7 tiny")
    mail = make_mail(attachments=[(attached, "Facture été.pdf")])

    run_waiting()

    mail = reload(mail)
    assert (mail.mark, [each.mark for each in mail.recipients]) == (Mark.SENT, [Mark.SENT])
    message = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert (message["Message-ID"], message["To"], message["Subject"]) == (mail.message_id, ANNA, "Hello")
    assert [part.get_filename() for part in message.iter_attachments()] == ["Facture été.pdf"]


def test_the_same_cause_writes_one_mail(server):
    """S42: a key is used once, so that running a job again writes no second mail."""
    assert make_mail().id == make_mail().id
    run_waiting()
    delivery.deliver()
    assert len(server.messages) == 1


def test_without_a_mail_server_mails_wait(app):
    """OP-7: without an SMTP server mails wait in the outbox, and leave once one is set."""
    mail = make_mail()
    assert mail.mark is Mark.QUEUED
    assert not db.session.scalar(select(Task).filter_by(kind="deliver"))


def test_mails_that_waited_leave_when_a_server_is_set(app, sink, request):
    """OP-7: what waited is woken by the sweep, once."""
    mail = make_mail()
    server = request.getfixturevalue("server")
    waking.wake()
    run_waiting()
    assert reload(mail).mark is Mark.SENT
    assert len(server.messages) == 1


@pytest.mark.parametrize("moment", ["connect", "mail", "rcpt", "data"])
def test_cut_before_the_content_it_is_tried_again(server, moment):
    """S42: nothing had left, so it leaves later, once."""
    server.answers[moment] = CUT
    mail = make_mail()
    run_waiting()
    mail = reload(mail)
    if moment == "data":  # the mark was made: nobody can know what the server took
        assert mail.mark is Mark.UNCERTAIN
        return
    assert (mail.mark, server.messages) == (Mark.QUEUED, [])
    server.answers.clear()
    run_waiting()
    assert not server.messages, "it waits a while"

    let_time_pass()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.SENT, 1)


def test_cut_after_the_last_dot_it_is_uncertain_and_stays_so(server):
    """S43: the server took it, its answer never came: never sent again by the program."""
    server.answers["dot"] = CUT
    mail = make_mail()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.UNCERTAIN, 1)

    server.answers.clear()
    waking.wake()
    run_waiting()
    delivery.deliver()
    assert len(server.messages) == 1


def test_found_transmitting_after_a_crash_it_is_uncertain(server):
    """S43: killed between the final dot and the commit."""
    mail = make_mail()
    mail.mark = Mark.TRANSMITTING
    db.session.commit()
    run_waiting()
    assert (reload(mail).mark, server.messages) == (Mark.UNCERTAIN, [])


def test_found_claimed_after_a_crash_it_is_sent(server):
    """S42: killed before the content went out."""
    mail = make_mail()
    mail.mark = Mark.CLAIMED
    db.session.commit()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.SENT, 1)


def begun(mail: OutgoingMail) -> sending.Attempt:
    """An attempt that has taken the mail and nothing else."""
    (read,) = taking.read([mail.id])
    number = taking.claim(read, None)
    db.session.commit()
    return sending.prepare(read, number, sending.composed(read))


@pytest.mark.parametrize("answers", [{}, {"mail": "451 later"}, {"mail": "554 no"}, {"rcpt": "450 later"}])
def test_whoever_lost_the_mail_to_another_changes_nothing(server, answers):
    """S37: S43: a worker that froze and woke after another sent its mail neither sends it nor has it sent again."""
    mail = make_mail()
    late = begun(mail)
    run_waiting()  # its lease ran out
    assert (reload(mail).mark, mail.attempts) == (Mark.SENT, 2)

    server.answers.update(answers)
    with Line() as line:
        line.open()
        sending.transmit(late, line)
        db.session.commit()
    run_waiting()

    assert (reload(mail).mark, mail.recipients[0].mark) == (Mark.SENT, Mark.SENT)
    assert len(server.messages) == 1


def test_whoever_lost_the_mail_does_not_send_it_while_another_has_it(server):
    """S37: S43: both hold it as *claimed*: only the number of the attempt tells them apart."""
    mail = make_mail()
    late = begun(mail)
    marks.give_up(mail.id)
    begun(mail)

    with Line() as line:
        line.open()
        sending.transmit(late, line)
        db.session.commit()
    assert (reload(mail).mark, mail.attempts, server.messages) == (Mark.CLAIMED, 2, [])


def test_what_seemed_uncertain_is_sent_once_the_answer_comes(server):
    """S43: the worker lived on after all, and heard the server say yes."""
    mail = make_mail()
    alive = begun(mail)
    mail.mark = Mark.TRANSMITTING
    db.session.commit()
    run_waiting()
    assert reload(mail).mark is Mark.UNCERTAIN

    sending.interrupted(alive, sending.Told("cut", has_left=True))
    assert reload(mail).mark is Mark.UNCERTAIN
    sending.has_left(alive, list(alive.waiting), "250 taken")
    assert (reload(mail).mark, mail.recipients[0].mark) == (Mark.SENT, Mark.SENT)


@pytest.mark.parametrize(("mark", "shown"), [(Mark.TRANSMITTING, Mark.UNCERTAIN), (Mark.CLAIMED, Mark.QUEUED)])
def test_a_mail_whose_task_was_given_up_is_shown_within_five_minutes(server, mark, shown):
    """S43: nobody works on it any more: a person decides; one that is being worked on is left alone."""
    mail = make_mail()
    mail.mark, mail.attempts, mail.marked_at = mark, 1, clock.now() - timedelta(minutes=4, seconds=10)
    lease = clock.now() + timedelta(seconds=50)
    db.session.query(Task).update({"state": State.RUNNING, "lease_until": lease})
    db.session.commit()
    assert waking.end_what_is_stuck() == 0

    db.session.query(Task).update({"lease_until": clock.now() - timedelta(seconds=1)})
    db.session.commit()
    assert waking.end_what_is_stuck() == 1
    assert (reload(mail).mark, server.messages) == (shown, [])


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365)])
def test_a_mail_written_by_a_clock_that_was_ahead_leaves(server, jump):
    """S107: it does not wait until that time really comes, and leaves once."""
    with time_machine.travel(clock.now() + jump, tick=True):
        mail = make_mail()
    waking.wake()
    run_waiting()
    assert (reload(mail).mark, len(server.messages)) == (Mark.SENT, 1)


@pytest.mark.alone
@pytest.mark.parametrize("moment", ["connect", "mail", "rcpt:anna@example.org", "data", "dot"])
def test_nobody_waits_for_the_database_while_a_mail_server_thinks(live_app, sink, moment):
    """S100: no transaction is open while mail is being sent: others write meanwhile."""
    use_server(live_app, sink)
    with live_app.app_context():
        mail_id = write(
            "t", key="t:1", to=ANNA, subject="S", template="users/mail/password_changed", user=make_user()
        ).id
        db.session.commit()
    thinking, enough = threading.Event(), threading.Event()
    sink.at = lambda at: at == moment and (thinking.set(), enough.wait(20))
    sending = threading.Thread(target=deliver_in, args=(live_app,))
    sending.start()
    assert thinking.wait(20)

    with live_app.app_context():
        make_user()
    assert not enough.is_set() and sending.is_alive(), "the mail server did not wait for us"
    enough.set()
    sending.join()

    with live_app.app_context():
        assert db.session.get_one(OutgoingMail, mail_id).mark is Mark.SENT


def use_server(app, sink: Sink) -> None:
    app.config["SETTINGS"].__dict__["mail_url"] = f"smtp://127.0.0.1:{sink.port}"
    state = app.extensions["mail"]
    state.server, state.port, state.suppress = "127.0.0.1", sink.port, False


def deliver_in(app) -> None:
    with app.app_context():
        delivery.deliver()
        db.session.remove()


def test_a_server_that_never_says_goodbye_keeps_nobody(server, monkeypatch):
    """S42: the mail is settled before, and the next one leaves soon."""
    monkeypatch.setattr(outbox_connection, "GOODBYE_SECONDS", 0.2)
    server.at = lambda moment: moment == "quit" and time.sleep(10)
    mail = make_mail()
    began = time.monotonic()
    run_waiting()
    assert reload(mail).mark is Mark.SENT
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ({"mail": "451 later"}, Mark.QUEUED),
        ({"rcpt": "450 later"}, Mark.QUEUED),
        ({"data": "452 full"}, Mark.QUEUED),
        ({"dot": "451 later"}, Mark.QUEUED),
        ({"mail": "552 too large"}, Mark.REFUSED),
        ({"rcpt": "550 nobody"}, Mark.REFUSED),
        ({"data": "554 no"}, Mark.REFUSED),
        ({"dot": "554 no"}, Mark.REFUSED),
    ],
)
def test_what_the_server_says_decides(server, answers, mark):
    """S44: a passing trouble is tried again, a refusal is final, and its words are kept."""
    server.answers.update(answers)
    mail = make_mail()
    run_waiting()
    mail = reload(mail)
    assert (mail.mark, server.messages) == (mark, [])
    said = next(iter(answers.values()))
    assert said in mail.answer or said in mail.recipients[0].answer


def test_one_refused_recipient_does_not_keep_the_others(server):
    """S44: a state for each recipient."""
    server.answers["rcpt:b@example.org"] = "550 nobody"
    mail = make_mail(to=[ANNA, "b@example.org"])
    run_waiting()
    mail = reload(mail)
    assert {each.address: each.mark for each in mail.recipients} == {ANNA: Mark.SENT, "b@example.org": Mark.REFUSED}
    assert mail.mark is Mark.SENT


def test_one_postponed_recipient_is_written_to_alone_later(server):
    """S44: those who have it do not get it twice."""
    server.answers["rcpt:b@example.org"] = "450 later"
    mail = make_mail(to=[ANNA, "b@example.org"])
    run_waiting()
    server.answers["rcpt:b@example.org"] = "250 ok"
    server.answers[f"rcpt:{ANNA}"] = "550 must not be asked again"
    let_time_pass()
    run_waiting()
    assert [each.mark for each in reload(mail).recipients] == [Mark.SENT, Mark.SENT]
    assert len(server.messages) == 2


def test_after_two_days_it_is_given_up(server):
    """S44: retries for 48 hours, then a person decides."""
    server.answers["mail"] = "451 later"
    mail = make_mail()
    mail.created_at, mail.attempts = clock.now() - timedelta(hours=49), 20
    db.session.commit()
    run_waiting()
    assert reload(mail).mark is Mark.REFUSED


def test_a_damaged_attachment_is_not_sent(app, server):
    """S53: named, and nothing leaves."""
    attached = make_file(b"%PDF-1.7 will be altered")
    mail = make_mail(attachments=[(attached, "a.pdf")])
    store.path(attached).write_bytes(b"other bytes")
    run_waiting()
    assert (reload(mail).mark, server.messages) == (Mark.REFUSED, [])


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "é@example.org"])
def test_an_address_that_is_none_is_refused_when_written(app, address):
    """S49: with the reason, while a person is there."""
    with pytest.raises(Refused):
        make_mail(to=address)


def test_a_subject_is_one_line(server):
    """S50: one safe header, whatever the text."""
    mail = make_mail(subject="Hello\r\nBcc: thief@example.org\x00")
    run_waiting()
    message = email.message_from_bytes(server.messages[0])
    assert message["Bcc"] is None
    assert mail.subject == "Hello Bcc: thief@example.org"


def test_a_token_does_not_stay_in_the_database_once_it_left(server):
    """S65: what could be used by a thief of the database is blotted out."""
    mail = make_mail(body="open /invitation/s3cr3t", secrets=["s3cr3t"])
    run_waiting()
    assert b"s3cr3t" in server.messages[0]
    mail = reload(mail)
    assert "s3cr3t" not in mail.text + mail.html and not mail.sealed_text


def test_a_foreign_server_without_encryption_gets_nothing(app, server, monkeypatch):
    """S55: STARTTLS stripped: not sent, no plain fallback."""
    foreign = Sink(host="127.0.0.2")
    monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.2")
    monkeypatch.setattr(app.extensions["mail"], "port", foreign.port)
    mail = make_mail()
    run_waiting()
    foreign.close()
    mail = reload(mail)
    assert (mail.mark, foreign.messages) == (Mark.QUEUED, [])
    assert "no encryption" in db.session.get_one(Outlet, "mail").failure


def test_a_person_settles_an_uncertain_mail(server):
    """S43: two buttons, *send again* and *it arrived*."""
    admin = make_user(Role.ADMIN)
    server.answers["dot"] = CUT
    first, second = make_mail("test:1"), make_mail("test:2")
    run_waiting()
    let_time_pass()
    run_waiting()
    server.answers.clear()

    decisions.has_arrived(reload(first), by=admin)
    db.session.commit()
    decisions.send_again(reload(second), by=admin)
    db.session.commit()
    let_time_pass()
    run_waiting()

    for mail in (first, second):
        assert (reload(mail).mark, [each.mark for each in mail.recipients]) == (Mark.SENT, [Mark.SENT])
    assert len(server.messages) == 3
    with pytest.raises(Refused):
        decisions.send_again(reload(first), by=admin)
