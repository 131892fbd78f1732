"""What goes wrong on the way, command by command: with the server, with one mail of many, with its certificate."""

from __future__ import annotations

import ssl
import subprocess

import pytest

from app.extensions import db
from app.outbox import delivery, kinds, outlets
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail, Outlet
from tests.factories import reload
from tests.outbox.test_delivery import let_time_pass, make_mail, run_waiting, sample_template, server  # noqa: F401
from tests.sink import CUT, Sink

WAITS, ENDS = Mark.QUEUED, Mark.REFUSED


@pytest.mark.parametrize(
    ("moment", "answer", "mark", "rests"),
    [
        ("connect", "421 busy", WAITS, True),
        ("connect", "554 not you", WAITS, True),
        ("helo", "421 busy", WAITS, True),
        ("helo", "550 who", WAITS, True),
        ("mail", "421 busy", WAITS, True),
        ("mail", "452 full", WAITS, True),
        ("mail", "550 not from you", ENDS, True),
        ("mail", "552 too large", ENDS, False),
        ("rcpt", "421 busy", WAITS, True),
        ("rcpt", "450 later", WAITS, False),
        ("rcpt", "550 nobody", ENDS, False),
        ("data", "421 busy", WAITS, False),
        ("data", "451 later", WAITS, False),
        ("data", "554 no", ENDS, False),
        ("dot", "452 full", WAITS, False),
        ("dot", "552 too large", ENDS, False),
        ("dot", "554 spam", ENDS, False),
    ],
)
def test_each_command_may_be_answered_with_a_fault(server, moment, answer, mark, rests):  # noqa: F811
    """S44: 4xx waits, 5xx ends, once the fault is over what waited leaves once; a server in trouble rests."""
    server.answers[moment] = answer
    mail = make_mail()
    run_waiting()
    assert (reload(mail).mark, server.messages) == (mark, [])
    outlet = db.session.get(Outlet, "mail")
    assert bool(outlet and outlet.try_after) is rests

    server.answers.clear()
    let_time_pass()
    run_waiting()
    assert len(server.messages) == (mark is WAITS)


@pytest.mark.parametrize(
    "said", ["dot:554 no", "dot:451 later", f"dot:{CUT}", f"data:{CUT}", f"mail:{CUT}", "rcpt:550 nobody"]
)
def test_the_seventh_of_twenty_fails_and_the_others_leave(server, said):  # noqa: F811
    """S45: and nothing is sent again: each of the others is in the sink once, whatever became of the seventh."""
    moment, _colon, answer = said.partition(":")
    count = 0

    def at(now: str) -> None:
        nonlocal count
        count += now == "mail"
        server.answers = {moment: answer} if count == 7 and (moment != "mail" or now == "mail") else {}

    server.at = at
    mails = [make_mail(f"test:{number}", to=f"{number}@example.org") for number in range(20)]
    run_waiting()
    db.session.query(Outlet).update({"try_after": None})  # the seventh itself waits longer
    db.session.commit()
    run_waiting()
    others = [mail for mail in mails if mail is not mails[6]]
    assert {reload(mail).mark for mail in others} == {Mark.SENT}
    got = [each for recipients in server.recipients for each in recipients]
    assert sorted(set(got)) == sorted(got) and len(set(got) - {"6@example.org"}) == 19


@pytest.mark.parametrize("fails", ["why_not", "after"])
def test_a_mail_nobody_can_answer_for_keeps_no_other(server, fails):  # noqa: F811
    """S45: what is asked before, or follows, stumbles over one mail: the others leave, and its mark is right."""

    def stumble(mail: OutgoingMail) -> str:
        if mail.key == "test:1":
            raise RuntimeError("a test")
        return ""

    asked = {"why_not": stumble} if fails == "why_not" else {"why_not": lambda mail: "", "after": stumble}
    kinds.mail_kinds.append(MailKind("test", **asked))
    mails = [make_mail(f"test:{number}") for number in range(3)]
    run_waiting()
    kinds.mail_kinds[:] = [each for each in kinds.mail_kinds if each.key != "test"]
    expected = Mark.CLAIMED if fails == "why_not" else Mark.SENT
    assert [reload(mail).mark for mail in mails] == [Mark.SENT, expected, Mark.SENT]

    delivery.deliver()
    assert [reload(mail).mark for mail in mails] == [Mark.SENT] * 3 and len(server.messages) == 3


def test_a_server_that_ends_the_connection_after_each_mail_is_called_again(server):  # noqa: F811
    """S45: many take so many mails over one connection and no more: that is no failure."""
    calls = []

    def at(moment: str) -> None:
        calls.append(moment)
        server.answers = {"mail": "421 enough"} if moment == "mail" and calls.count("mail") % 2 == 0 else {}

    server.at = at
    mails = [make_mail(f"test:{number}", to=f"{number}@example.org") for number in range(4)]
    run_waiting()
    assert {reload(mail).mark for mail in mails} == {Mark.SENT}
    assert calls.count("connect") == 4 and not outlets.shut_ones()


def test_a_certificate_nobody_vouches_for_gets_nothing(app, server, monkeypatch, tmp_path):  # noqa: F811
    """S55: self-signed: not sent, no plain fallback, and the outlet says why."""
    secret = SecretSink(tmp_path)
    monkeypatch.setattr(app.extensions["mail"], "port", secret.port)
    monkeypatch.setattr(app.extensions["mail"], "use_ssl", True)
    mail = make_mail()
    run_waiting()
    secret.close()
    assert (reload(mail).mark, secret.messages) == (Mark.QUEUED, [])
    assert "CERTIFICATE_VERIFY_FAILED" in db.session.get(Outlet, "mail").failure


class SecretSink(Sink):
    """It speaks TLS from the first byte, with a certificate it made itself."""

    def __init__(self, folder) -> None:
        paths = {"-keyout": folder / "key.pem", "-out": folder / "cert.pem"}
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
        command += [str(part) for pair in paths.items() for part in pair]
        subprocess.run(command, check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(paths["-out"], paths["-keyout"])
        super().__init__()

    def _talk(self, client) -> None:
        try:
            super()._talk(self.context.wrap_socket(client, server_side=True))
        except OSError:
            client.close()
