"""LMTP beside SMTP: a mail server on the same machine hands mails over and is answered for each recipient."""

from __future__ import annotations

import smtplib
import stat
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.faultpoint import DIE_AT
from app.documents.models import Direction
from tests.intake import mails
from tests.intake.receiving import SENDER, address_of, logged, receiving
from tests.live import free_port
from tests.soak.receiver import FORK, receive

pytestmark = pytest.mark.alone
UNKNOWN = "nobody@in.example"


@pytest.fixture
def told(request, tmp_path) -> dict[str, object]:
    """Where the receiver speaks LMTP: on a port, unless a socket is asked for."""
    if getattr(request, "param", "port") == "port":
        return {"intake_lmtp_port": free_port()}
    return {"intake_lmtp_socket": str(tmp_path / "l")}


BOTH = pytest.mark.parametrize("told", ["port", "socket"], indirect=True)


@contextmanager
def speaking(told):
    """The side of the mail server."""
    host = told.get("intake_lmtp_socket", "127.0.0.1")
    with smtplib.LMTP(host, told.get("intake_lmtp_port", 0), timeout=20) as line:
        assert line.ehlo("mx.example")[0] == 250  # the library says LHLO
        line.docmd(f"MAIL FROM:<{SENDER}>")
        yield line


def content(line, raw: bytes, answers: int) -> list[int]:
    """Send it; the answer for each recipient."""
    assert line.docmd("DATA")[0] == 354
    line.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    return [line.getreply()[0] for _each in range(answers)]


@BOTH
def test_each_recipient_has_its_own_answer_and_each_address_its_import(installation, told):
    """IN-2: LMTP: 550 for the one that is none, then one 250 for each that is ours, once the rows are durable."""
    both = [address_of(installation, installation.company_id, each) for each in Direction]
    with receiving(installation, **told), speaking(told) as line:
        assert [line.docmd(f"RCPT TO:<{each}>")[0] for each in (both[0], UNKNOWN, both[1])] == [250, 550, 250]
        assert content(line, mails.invoice_mail(), 2) == [250, 250]
        assert {each.direction for each in logged(installation)} == set(Direction)
        assert line.docmd("NOOP")[0] == 250, "there was an answer too many"


def test_the_same_mail_handed_over_again_is_imported_once(installation, told):
    """IN-3: LMTP: the answer that was lost: imported once, logged twice."""
    address = address_of(installation, installation.company_id)
    with receiving(installation, **told), speaking(told) as line:
        for _each in range(2):
            line.docmd(f"MAIL FROM:<{SENDER}>")
            line.docmd(f"RCPT TO:<{address}>")
            assert content(line, mails.invoice_mail(), 1) == [250]
    assert [each.state.value for each in logged(installation)] == ["received", "repeated"]


def test_its_port_is_open_to_this_machine_alone(installation, told):
    """S10: wherever SMTP listens: strangers would guess addresses there, as nobody counts what LMTP names."""
    with receiving(installation, intake_smtp_host="127.0.0.2", **told), speaking(told) as line:
        assert line.docmd(f"RCPT TO:<{UNKNOWN}>")[0] == 550
        with pytest.raises(ConnectionRefusedError):
            smtplib.LMTP("127.0.0.2", told["intake_lmtp_port"])


def test_too_large_is_told_to_each_recipient(installation, told):
    """R2: 552 for both, nothing in the log."""
    both = [address_of(installation, installation.company_id, each) for each in Direction]
    with receiving(installation, largest_message=2000, **told), speaking(told) as line:
        for each in both:
            line.docmd(f"RCPT TO:<{each}>")
        assert content(line, b"Subject: x\r\n\r\n" + b"x" * 3000 + b"\r\n", 2) == [552, 552]
    assert not logged(installation)


def test_a_mail_server_is_not_shut_out_for_what_its_senders_guess(installation, told):
    """S10: it speaks for many; over SMTP the same number of guesses ends the session."""
    address = address_of(installation, installation.company_id)
    with receiving(installation, smtp_guesses=3, **told), speaking(told) as line:
        assert {line.docmd(f"RCPT TO:<{UNKNOWN}>")[0] for _each in range(8)} == {550}
        assert line.docmd(f"RCPT TO:<{address}>")[0] == 250


@BOTH
def test_only_lhlo_is_a_greeting_and_nothing_listens_unless_asked(installation, told):
    """IN-2: EHLO and HELO are refused there; without the setting there is no LMTP."""
    with receiving(installation, **told), speaking(told) as line:
        assert [line.docmd(word)[0] for word in ("EHLO x", "HELO x")] == [500, 500]
        if path := told.get("intake_lmtp_socket"):
            assert stat.S_IMODE(Path(path).stat().st_mode) == 0o660
    with (
        receiving(installation, intake_lmtp_port=0, intake_lmtp_socket=""),
        pytest.raises(OSError),
        speaking(told),
    ):
        pass


def test_a_receiver_that_dies_after_the_commit_imports_it_once_all_the_same(installation, told, monkeypatch):
    """IN-3: killed between commit and answer, the mail server hands it over again: one import."""
    for name, value in ({"intake_smtp_port": free_port()} | told).items():
        setattr(installation.config["SETTINGS"], name, value)
    address, codes = address_of(installation, installation.company_id), []
    for point in ("receiver.after_commit", ""):
        monkeypatch.setenv(DIE_AT, point)
        process = FORK.Process(target=receive, args=(installation.config["SETTINGS"],))
        process.start()
        codes.append(_handed_over(told, address))
        process.terminate()
        process.join(20)
    assert codes == [None, [250]]
    assert [each.state.value for each in logged(installation)] == ["received", "repeated"]


def _handed_over(told, address: str) -> list[int] | None:
    """The answers, or None where the line was cut."""
    for _each in range(200):
        try:
            with speaking(told) as line:
                line.docmd(f"RCPT TO:<{address}>")
                return content(line, mails.invoice_mail(), 1)
        except smtplib.SMTPServerDisconnected:
            return None
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody listens")
