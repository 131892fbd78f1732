"""A text message is handed to its gateway once, or somebody is told that nobody knows."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app.channels import calling, deciding, handing, kinds, sealed, waking
from app.channels.kinds import MessageKind
from app.channels.models import GatewayKind, GatewayMessage
from app.config import BadSettings, load
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.outbox.models import Mark, Outlet
from app.tasks.models import State, Task
from app.web.access import Role
from tests.channels.gateway_server import CUT, Gateway
from tests.channels.making import ADDRESS, make_due, make_message, run_waiting
from tests.factories import make_file, make_user, reload


def test_a_message_is_handed_over_as_it_was_written(sms):
    """SE-4: the number in international form, the text, a reference, and the token in its header."""
    message = make_message(text='Bonjour "Zoé"\\ {to}\n{reference}')
    run_waiting()

    message, (taken,) = reload(message), sms.taken
    assert (message.mark, message.answer) == (Mark.SENT, "200 {}")
    reference = calling.reference_of(message)
    assert taken.json == {"to": "+33612345678", "text": 'Bonjour "Zoé"\\ {to}\n{reference}', "reference": reference}
    assert (taken.path, taken.headers["Idempotency-Key"]) == ("/send?key=canary-query", reference)
    assert taken.headers["Authorization"] == "Bearer canary-sms-token"


def test_the_body_is_what_the_gateway_wants(sms, app, monkeypatch):
    """SE-4: any JSON, its gaps filled inside their strings only."""
    body = '{"messages": [{"dest": ["{to}"], "content": "[F] {text}", "n": 1}], "id": "{reference}"}'
    monkeypatch.setattr(app.config["SETTINGS"], "sms_body", body)
    make_message(text='"}], "to": "+33600000000')
    run_waiting()

    (sent,) = sms.taken[0].json["messages"]
    assert sent == {"dest": ["+33612345678"], "content": '[F] "}], "to": "+33600000000', "n": 1}


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (201, Mark.SENT),
        (400, Mark.REFUSED),
        (401, Mark.REFUSED),
        (404, Mark.REFUSED),
        (302, Mark.REFUSED),
        (429, Mark.QUEUED),
        (500, Mark.QUEUED),
        (503, Mark.QUEUED),
        (504, Mark.UNCERTAIN),
        (CUT, Mark.UNCERTAIN),
    ],
)
def test_what_the_gateway_says_decides(sms, status, mark):
    """S44: a passing trouble is tried again, a refusal is final; S43: without an answer nobody knows."""
    sms.status, sms.text, sms.headers = status, "told why", {"Location": sms.url}
    message = make_message()
    run_waiting()

    message = reload(message)
    assert (message.mark, len(sms.taken)) == (mark, 1), "a redirect leads nowhere (R20)"
    assert "told why" in message.answer or status == CUT


def test_what_is_put_off_waits_longer_each_time_and_leaves_once(sms):
    """S44: growing delays; the same reference at every try."""
    sms.status, waits = 503, []
    message = make_message()
    for _try in range(3):
        run_waiting()
        waits.append(reload(message).send_after - message.marked_at)
        make_due()
    sms.status = 200
    run_waiting()
    run_waiting()

    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 4)
    assert waits[0] < waits[1] < waits[2]
    assert len({each.headers["Idempotency-Key"] for each in sms.taken}) == 1


def test_after_two_days_it_is_given_up(sms):
    """S44: retries for 48 hours, then a person decides."""
    sms.status = 500
    message = make_message()
    message.created_at = clock.now() - timedelta(hours=49)
    db.session.commit()
    run_waiting()
    assert reload(message).mark is Mark.REFUSED


def test_a_gateway_that_cannot_be_reached_is_tried_again(sms):
    """S42: nothing had left, so it leaves later, once."""
    sms.close()
    message = make_message()
    run_waiting()
    assert (reload(message).mark, sms.taken) == (Mark.QUEUED, [])
    assert "ConnectionRefused" in message.answer


def test_a_slow_gateway_leaves_it_uncertain(sms, monkeypatch):
    """S43: the time limit is over and the request is out: never sent again by the program."""
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.1)
    enough = threading.Event()
    sms.at = lambda _taken: enough.wait(5)
    message = make_message()
    run_waiting()
    enough.set()
    assert reload(message).mark is Mark.UNCERTAIN

    waking.wake_messages()
    run_waiting()
    handing.hand_to_gateway(message.id)
    assert len(sms.taken) == 1


@pytest.mark.parametrize(
    ("mark", "shown", "count"), [(Mark.TRANSMITTING, Mark.UNCERTAIN, 0), (Mark.CLAIMED, Mark.SENT, 1)]
)
def test_what_a_crash_left_behind(sms, mark, shown, count):
    """S42: S43: killed before the request it is sent; killed after, a person decides."""
    message = make_message()
    message.mark = mark
    db.session.commit()
    run_waiting()
    assert (reload(message).mark, len(sms.taken)) == (shown, count)


@pytest.mark.parametrize(("mark", "shown"), [(Mark.TRANSMITTING, Mark.UNCERTAIN), (Mark.CLAIMED, Mark.REFUSED)])
def test_a_message_whose_task_was_given_up_is_shown_within_five_minutes(sms, mark, shown):
    """S43: nobody works on it any more; one that is being worked on is left alone."""
    message = make_message()
    message.mark, message.marked_at = mark, clock.now() - timedelta(minutes=4, seconds=10)
    db.session.commit()
    assert waking.end_stuck_messages() == 0

    db.session.query(Task).update({"state": State.FAILED})
    db.session.commit()
    assert waking.end_stuck_messages() == 1
    assert (reload(message).mark, sms.taken) == (shown, [])


def test_whoever_lost_the_message_to_another_changes_nothing(sms):
    """S37: S43: a worker that froze and woke after another sent its message neither sends it nor has it sent again."""
    message = make_message()
    late = handing._claim(message)
    request = calling.request_for(message)
    run_waiting()
    assert (reload(message).mark, message.attempts) == (Mark.SENT, 2)

    handing._transmit(message, late, request)
    handing._interrupted(message, late, OSError("cut"))
    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 1)


def test_of_two_who_took_a_message_only_the_last_sends_it(sms):
    """S37: S43: the number of the attempt is its fence, also while the message stands at the same mark."""
    message = make_message()
    late, last = handing._claim(message), handing._claim(message)
    request = calling.request_for(message)

    handing._transmit(message, late, request)
    assert (reload(message).mark, sms.taken) == (Mark.CLAIMED, [])
    handing._transmit(message, last, request)
    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 1)


def test_what_seemed_uncertain_is_sent_once_the_answer_comes(sms):
    """S43: the worker lived on after all, and heard the gateway say yes."""
    message = make_message()
    alive = handing._claim(message)
    message.mark = Mark.TRANSMITTING
    db.session.commit()
    run_waiting()
    assert reload(message).mark is Mark.UNCERTAIN

    handing._heed(message, alive, calling.Answer(200, "200 taken"))
    assert reload(message).mark is Mark.SENT


def test_the_same_cause_writes_one_message(sms):
    """S42: a key is used once, so that running a job again sends no second one."""
    assert make_message(key="a:1").id == make_message(key="a:1", text="Other").id
    run_waiting()
    assert len(sms.taken) == 1


def test_messages_wait_for_a_gateway_and_leave_when_there_is_one(app, gateway, monkeypatch):
    """SE-4: what waited is woken by the sweep, once."""
    message = make_message()
    assert not db.session.scalar(select(func.count()).where(Task.kind == "hand_to_gateway"))
    assert waking.wake_messages() == 0

    monkeypatch.setattr(app.config["SETTINGS"], "sms_url", gateway.url)
    assert [waking.wake_messages(), waking.wake_messages()] == [1, 1]
    run_waiting()
    assert (reload(message).mark, len(gateway.taken)) == (Mark.SENT, 1)


@pytest.mark.parametrize("name", ["all", "sms"])
def test_nothing_leaves_while_the_way_out_is_shut(sms, name):
    """SE-8: R7: it waits, and leaves once it is open again."""
    db.session.add(outlet := Outlet(name=name, shut_at=clock.now()))
    message = make_message()
    run_waiting()
    assert (waking.wake_messages(), reload(message).mark, sms.taken) == (0, Mark.QUEUED, [])

    outlet.shut_at = None
    db.session.commit()
    assert waking.wake_messages() == 1
    run_waiting()
    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 1)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365)])
def test_a_message_written_by_a_clock_that_was_ahead_leaves(sms, jump):
    """S107: it does not wait until that time really comes."""
    with time_machine.travel(clock.now() + jump, tick=True):
        message = make_message()
    waking.wake_messages()
    db.session.query(Task).update({"run_after": clock.now()})
    db.session.commit()
    run_waiting()
    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 1)


@pytest.fixture
def told(monkeypatch):
    """A kind whose messages are needed until `told.why` says otherwise, and the marks it was told."""

    class Told:
        why, marks = "", []

    kind = MessageKind("test", why_not=lambda _it: Told.why, after=lambda it: Told.marks.append(it.mark))
    monkeypatch.setattr(kinds, "message_kinds", [kind])
    Told.marks = []
    return Told


def test_what_was_paid_meanwhile_is_not_sent(sms, told):
    """S52: asked again when its turn has come; cancelled with the reason, and told."""
    message, told.why = make_message(), "It is paid."
    run_waiting()
    assert (reload(message).mark, message.answer, sms.taken) == (Mark.CANCELLED, "It is paid.", [])
    assert told.marks == [Mark.CANCELLED]


def test_a_person_decides_about_an_uncertain_message(sms, told):
    """S43: it arrived, or it is sent again, knowingly; each is told."""
    admin, sms.status = make_user(Role.ADMIN), CUT
    arrived, lost = make_message(), make_message()
    run_waiting()
    sms.status = 200
    deciding.has_arrived(reload(arrived), by=admin)
    deciding.send_again(reload(lost), by=admin)
    db.session.commit()
    run_waiting()

    assert (reload(arrived).mark, reload(lost).mark, len(sms.taken)) == (Mark.SENT, Mark.SENT, 3)
    assert told.marks == [Mark.UNCERTAIN, Mark.UNCERTAIN, Mark.SENT, Mark.QUEUED, Mark.SENT]
    with pytest.raises(Refused):
        deciding.send_again(arrived, by=admin)
    with pytest.raises(Refused):
        deciding.has_arrived(lost, by=admin)


def test_nothing_that_opens_the_gateway_is_written_down(sms, caplog, capfd):
    """S88: not where the gateway repeats it, not where the connection fails."""
    sms.status, sms.text = 403, "bad token canary-sms-token in /send?key=canary-query"
    message = make_message()
    run_waiting()
    sms.close()
    other = make_message()
    run_waiting()

    rows = [f"{each.answer}" for each in (reload(message), reload(other))]
    written = "".join([*rows, caplog.text, *capfd.readouterr(), *db.session.scalars(select(Task.last_error))])
    assert "403 bad token" in rows[0] and "canary" not in written
    assert "canary" not in repr(calling.request_for(message))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_url", "http://gateway.example.org/send"),
        ("letter_url", "http://gateway.example.org/send"),
        ("letter_url", "ftp://127.0.0.1/"),
        ("sms_url", "file:///etc/passwd"),
        ("sms_url", "https://"),
        ("sms_body", "{to} {text}"),
        ("sms_body", '{"to": "{to}"}'),
    ],
)
def test_a_gateway_that_makes_no_sense_stops_the_start(name, value):
    """S82: R20: plain HTTP only on this machine and hosts that were named; the body is JSON with both gaps."""
    with pytest.raises(BadSettings, match=f"FACTEUR_{name.upper()}"):
        load(**{name: value})


def test_a_gateway_in_the_house_may_be_named():
    """S82: R20: a host of one's own."""
    for settings in (
        {"sms_url": "http://10.0.0.9:8080/", "private_hosts": "10.0.0.9"},
        {"sms_url": "https://a.example/"},
    ):
        assert load(**settings).sms_url == settings["sms_url"]


@pytest.mark.parametrize(("is_trusted", "mark"), [(False, Mark.QUEUED), (True, Mark.SENT)])
def test_a_gateway_whose_certificate_nobody_vouches_for_is_handed_nothing(app, tmp_path, monkeypatch, is_trusted, mark):
    """S55: R20: no message and no token leaves; it waits until the certificate is good."""
    server = Gateway(certified=tmp_path)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setattr(app.config["SETTINGS"], "sms_url", server.url)
    message = make_message()
    run_waiting()
    server.close()

    assert (reload(message).mark, len(server.taken)) == (mark, int(is_trusted))
    assert is_trusted or "CERTIFICATE_VERIFY_FAILED" in message.answer


def test_messages_of_another_company_are_nobodys(app):
    """US-3: those of the companies one administers."""
    message = make_message()
    for role, sees in ((Role.ADMIN, 1), (Role.MEMBER, 0)):
        assert len(db.session.scalars(GatewayMessage.visible_to(make_user(role, message.company))).all()) == sees


def test_what_waits_behind_a_shut_way_keeps_no_other_back(sms, app, gateway, monkeypatch):
    """R7: as many as a sweep asks for at once."""
    monkeypatch.setattr(waking, "AT_ONCE", 2)
    monkeypatch.setattr(app.config["SETTINGS"], "letter_url", gateway.url)
    db.session.add(Outlet(name="sms", shut_at=clock.now()))
    for _number in range(2):
        make_message()
    letter = make_message(carries=GatewayKind.LETTER, to=ADDRESS, text="", file=make_file())
    db.session.query(Task).delete()
    db.session.commit()

    assert waking.wake_messages() == 1
    assert list(db.session.scalars(select(Task.ids))) == [[letter.id]]


def test_what_the_gateway_took_is_kept_though_what_follows_fails(sms, monkeypatch):
    """R6: S43: it is sent, and never again; whoever was not told is told by the sweep."""

    def fail(_message):
        raise ValueError("what follows")

    monkeypatch.setattr(kinds, "message_kinds", [MessageKind("test", why_not=lambda _it: "", after=fail)])
    message = make_message()
    run_waiting()
    assert (reload(message).mark, len(sms.taken)) == (Mark.SENT, 1)


def test_with_another_secret_key_a_message_with_a_link_is_refused(app, sms, monkeypatch):
    """S65: it says why, the others leave, and with the former key a person sends it again."""
    message = make_message(text="See /portal/t0ken", secrets=["t0ken"])
    other, former = make_message(), app.config["SETTINGS"].secret
    monkeypatch.setitem(vars(app.config["SETTINGS"]), "secret", "another-key-0123456789abcdef0123456789abcdef")
    run_waiting()

    assert (reload(message).mark, reload(other).mark, len(sms.taken)) == (Mark.REFUSED, Mark.SENT, 1)
    assert "secret key is another" in message.answer and sealed.shown(message) == "See /portal/…"
    monkeypatch.setitem(vars(app.config["SETTINGS"]), "secret", former)
    deciding.send_again(reload(message), by=make_user(Role.ADMIN))
    db.session.commit()
    run_waiting()
    assert reload(message).mark is Mark.SENT and sms.taken[-1].json["text"] == "See /portal/t0ken"
