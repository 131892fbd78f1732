"""The SMTP receiver's dialogue."""

from __future__ import annotations

import hashlib
import time

import pytest

from app.config import load
from app.core import clock
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.intake import addresses
from app.intake.models import MessageState
from app.tasks import due
from app.tasks.models import State, Task
from app.users.models import Company
from tests.intake import mails
from tests.intake.receiving import (
    Dialogue,
    address_of,
    company_in,
    connect,
    dot,
    logged,
    receiving,
    send,
    until,
    wait_for,
)

pytestmark = pytest.mark.alone


def test_a_mail_is_acknowledged_stored_logged_and_rung_for(live_app):
    """IN-3: 250 only once bytes and row are durable; the task waits, the bell rings after the answer."""
    address, raw = address_of(live_app, company_in(live_app)), mails.invoice_mail()
    with receiving(live_app):
        assert send(live_app, raw, address) == (250, "2.0.0 Taken")

    [message] = logged(live_app)
    assert (message.state, message.envelope_sender) == (MessageState.RECEIVED, "compta@fournisseur.example")
    with live_app.app_context():
        assert store.read(message.raw) == raw
        [task] = db.session.query(Task).filter_by(kind="open_message", state=State.READY)
        assert live_app.config["BELLS"] == [("default", task.id)]
        due.run_due()
        assert db.session.query(Document).count() == 1


def test_unknown_rotated_and_misspelt_addresses_get_one_answer(installation):
    """IN-1: the old address stops at once; S9: the same text for all unknown, case ignored."""
    old = address_of(installation, installation.company_id)
    with installation.app_context():
        addresses.rotate(db.session.get_one(Company, installation.company_id), Direction.PURCHASE, by=None)
        db.session.commit()
    new = address_of(installation, installation.company_id)
    with receiving(installation), Dialogue(installation) as smtp:
        smtp.docmd("MAIL FROM:<x@f.example>")
        answers = {smtp.docmd(f"RCPT TO:<{each}>") for each in (old, "nobody@in.example", new[1:], f"x{new}")}
        assert answers == {(550, b"5.1.1 No such address here")}  # S9
        assert smtp.docmd(f"RCPT TO:<{new.upper()}>")[0] == 250
        assert smtp.docmd("RCPT TO:<someone@elsewhere.example>")[0] == 554
        assert smtp.docmd("DATA")[0] == 354
        assert dot(smtp, mails.invoice_mail())[0] == 250
    assert len(logged(installation)) == 1


def test_one_mail_to_both_addresses_serves_both(installation):
    """IN-3: two of our addresses in one mail are two imports; the same one named twice is one."""
    both = [address_of(installation, installation.company_id, direction) for direction in Direction]
    with receiving(installation):
        assert send(installation, mails.invoice_mail(), *both, both[0].upper())[0] == 250  # S9

    messages = logged(installation)
    assert {message.direction for message in messages} == set(Direction) and len(messages) == 2


def test_a_sender_that_never_saw_our_250_sends_again(installation):
    """S7: imported once, logged twice."""
    address, raw = address_of(installation, installation.company_id), mails.invoice_mail()
    with receiving(installation):
        with connect(installation) as line:
            line.sendall(b"EHLO x\r\nMAIL FROM:<x@f.example>\r\nRCPT TO:<" + address.encode() + b">\r\nDATA\r\n")
            wait_for(line, b"354")
            line.sendall(raw + b".\r\n")
            until(lambda: len(logged(installation)) == 1)  # taken, and the line is cut before the answer is read
        assert send(installation, raw, address)[0] == 250  # S7

    assert [message.state.value for message in logged(installation)] == ["received", "repeated"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_mail_too_large_is_refused_for_good(installation, declared):
    """R2: 552 at one byte past the limit, declared or not; at the edge it is taken."""
    address, limit = address_of(installation, installation.company_id), 20_000
    raw = b"Subject: x\r\n\r\n" + b"x" * (limit - 16) + b"\r\n"
    size = " SIZE=%d" if declared else ""
    with receiving(installation, largest_message=limit), Dialogue(installation) as smtp:
        assert smtp.docmd("MAIL FROM:<x@f.example>" + (size % limit if size else ""))[0] == 250
        smtp.docmd(f"RCPT TO:<{address}>")
        smtp.docmd("DATA")
        assert dot(smtp, raw)[0] == 250
        if declared:
            assert smtp.docmd(f"MAIL FROM:<x@f.example> SIZE={limit + 1}")[0] == 552
            return
        smtp.docmd("MAIL FROM:<x@f.example>")
        smtp.docmd(f"RCPT TO:<{address}>")
        smtp.docmd("DATA")
        assert dot(smtp, raw[:-2] + b"x\r\n")[0] == 552
        assert smtp.docmd("NOOP")[0] == 250
    assert len(logged(installation)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"a line of any length " + b"x" * 300_000 + b"\r\n",
        b"..two dots\r\n.one dot\r\n",
        b"a bare line feed\n.\nends nothing\r\n",
        b"x" * (64 * 1024 - 1) + b"\r\n.\n" + b"y" * (64 * 1024) + b"\r\n",
        b"8-bit \xe9\x00\xff\r\n",
    ],
)
def test_content_is_stored_byte_for_byte(installation, body):
    """IN-5: the raw download is what was sent; a lone dot ends a mail between CR LF only."""
    raw = b"Subject: x\r\n\r\n" + body
    with receiving(installation):
        assert send(installation, raw, address_of(installation, installation.company_id))[0] == 250

    [message] = logged(installation)
    assert message.raw.sha256 == hashlib.sha256(raw).hexdigest()


def test_a_dot_at_the_end_of_a_long_line_ends_nothing(installation):
    """IN-3: a line that comes in pieces, the last of which is a dot, is no end of the mail."""
    address, raw = address_of(installation, installation.company_id), b"Subject: x\r\n\r\n" + b"x" * 70_000 + b"."
    with receiving(installation), connect(installation) as line:
        line.sendall(b"EHLO x\r\nMAIL FROM:<x@f.example>\r\nRCPT TO:<" + address.encode() + b">\r\nDATA\r\n")
        wait_for(line, b"354")
        line.sendall(raw)
        time.sleep(0.3)  # so that the receiver has read all of it but the dot
        line.sendall(b"\r\nmore\r\n.\r\n")
        wait_for(line, b"250 2.0.0")

    assert logged(installation)[0].raw.sha256 == hashlib.sha256(raw + b"\r\nmore\r\n").hexdigest()


def test_a_mail_going_round_in_circles_is_refused(installation):
    """S14: more than 50 Received lines: 554; 50 are taken."""
    address, line = address_of(installation, installation.company_id), b"Received: from a by b\r\n"
    with receiving(installation):
        assert send(installation, line * 51 + mails.mail(), address)[0] == 554  # S14
        assert send(installation, line * 50 + mails.mail(), address)[0] == 250
    assert len(logged(installation)) == 1


def test_the_empty_sender_is_taken_and_logged(installation):
    """IN-7: a bounce is one log line, no document."""
    with receiving(installation):
        assert (
            send(installation, mails.invoice_mail(), address_of(installation, installation.company_id), sender="")[0]
            == 250
        )
    with installation.app_context():
        due.run_due()
        assert not db.session.query(Document).count()
    assert logged(installation)[0].envelope_sender == "<>"  # S14


def test_addresses_of_bytes_that_are_no_text_stop_nothing(installation):
    """S9, S20: a sender that is no text is taken as well as may be, a recipient that is none is unknown."""
    address = address_of(installation, installation.company_id)
    with receiving(installation), connect(installation) as line:
        line.sendall(b"EHLO x\r\nMAIL FROM:<\xff\xfe@f.example>\r\nRCPT TO:<\xff@in.example>\r\n")
        wait_for(line, b"550 ")  # S9
        line.sendall(b"RCPT TO:<" + address.encode() + b">\r\nDATA\r\n")
        wait_for(line, b"354")
        line.sendall(mails.invoice_mail() + b".\r\n")
        wait_for(line, b"250 2.0.0")  # S20
    assert logged(installation)[0].envelope_sender.endswith("@f.example")


def test_strangers_are_limited_relays_and_loopback_are_not(installation):
    """R2: too many connections from one address are told to come later."""
    with receiving(installation, smtp_per_address=2, smtp_connections=3, relay_hosts=["127.0.0.9"]):
        first, second = connect(installation, "127.0.0.2"), connect(installation, "127.0.0.2")
        assert first.recv(3) == second.recv(3) == b"220"
        with connect(installation, "127.0.0.2") as third:
            assert third.recv(100).startswith(b"421")
        with connect(installation, "127.0.0.3") as other:
            assert other.recv(3) == b"220"
            with connect(installation, "127.0.0.4") as fourth:
                assert fourth.recv(3) == b"421"
            for exempt in ("127.0.0.9", "127.0.0.1"):
                with connect(installation, exempt) as free:
                    assert free.recv(3) == b"220"
        first.close()
        until(lambda: _greeting(installation, "127.0.0.2") == b"220")
        second.close()


def test_relays_are_named_in_one_setting(monkeypatch):
    """OP-7: FACTEUR_RELAY_HOSTS, separated by commas."""
    monkeypatch.setenv("FACTEUR_RELAY_HOSTS", "10.0.0.1, 10.0.0.2")

    assert load().relay_hosts == ["10.0.0.1", "10.0.0.2"]


def _greeting(app, source: str) -> bytes:
    with connect(app, source) as line:
        return line.recv(3)


def test_the_moment_of_arrival_is_ours(installation):
    """IN-5: the log says when it came, whatever its Date header says."""
    began = clock.now()
    with receiving(installation):
        raw = mails.mail(Date="Thu, 01 Jan 1970 00:00:00 +0000")
        send(installation, raw, address_of(installation, installation.company_id))

    assert began <= logged(installation)[0].received_at <= clock.now()
