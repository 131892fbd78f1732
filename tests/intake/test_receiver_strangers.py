"""The receiver and those who guess, relay, hold its line or flood it, while others want to deliver."""

from __future__ import annotations

import socket
import time
from collections import Counter
from contextlib import ExitStack, suppress
from statistics import median

import pytest

from app.intake import guesses, smtp
from tests.intake import mails
from tests.intake.receiving import Dialogue, address_of, connect, logged, receiving, send, until, wait_for

pytestmark = pytest.mark.alone
STRANGER = "127.0.0.7"


def ask(line: socket.socket, *commands: str) -> bytes:
    """Say these, one after the other; the last answer, empty where the line was cut."""
    answer = b""
    with suppress(ConnectionError):
        for command in commands:
            line.sendall(command.encode() + b"\r\n")
            answer = line.recv(1000)
    return answer


def greeted(app, source: str = STRANGER) -> socket.socket:
    """A connection that said EHLO and MAIL."""
    line = connect(app, source)
    if line.recv(1000).startswith(b"220"):
        line.sendall(b"EHLO x\r\n")
        wait_for(line, b"HELP")
        assert ask(line, "MAIL FROM:<x@f.example>").startswith(b"250")
    return line


def guess(app, count: int, source: str = STRANGER) -> Counter[bytes]:
    """Try so many recipients, on as many connections as it takes; the codes."""
    codes: Counter[bytes] = Counter()
    while codes.total() < count:
        with greeted(app, source) as line:
            while codes.total() < count:
                code = ask(line, f"RCPT TO:<guess-{codes.total()}@in.example>")[:3] or b"421"
                codes[code] += 1
                if code == b"421":
                    break
    return codes


@pytest.mark.parametrize("source", [STRANGER, "127.0.0.1"])
def test_who_guesses_is_slowed_down_and_then_shut_out(installation, source, monkeypatch):
    """S10: 1,000 guesses: few are looked up, then 421 and no way in; others are served; later it may try again."""
    address = address_of(installation, installation.company_id)
    with receiving(installation, smtp_guesses=8):
        began = time.monotonic()
        assert guess(installation, 1000, source) == {b"550": 7, b"421": 993}  # S10
        assert time.monotonic() - began > 0.05 + 0.1 + 0.2
        with connect(installation, source) as shut_out:
            assert shut_out.recv(1000).startswith(b"421")
        with greeted(installation, "127.0.0.8") as other:
            assert ask(other, f"RCPT TO:<{address}>").startswith(b"250")
        monkeypatch.setattr(guesses, "MEMORY_SECONDS", 0)
        with greeted(installation, source) as line:
            assert ask(line, f"RCPT TO:<{address}>").startswith(b"250")
    assert not logged(installation)


def test_a_relay_may_name_unknown_addresses_and_still_deliver(installation):
    """S10: it speaks for many, and for those who guess too."""
    with receiving(installation, smtp_guesses=4, relay_hosts=[STRANGER]):
        assert guess(installation, 30) == {b"550": 30}


def test_the_wait_tells_nothing_about_an_address(installation):
    """S9: S10: known and unknown take the same time, at first and when slowed down."""
    address, unknown = (
        address_of(installation, installation.company_id),
        "atelier-zoe-2222222222222222222222@in.example",
    )
    with receiving(installation, smtp_guesses=120), greeted(installation) as line:
        times: dict[str, list[float]] = {address: [], unknown: []}
        for _each in range(55):
            for recipient, taken in times.items():
                began = time.perf_counter()
                ask(line, f"RCPT TO:<{recipient}>")
                taken.append(time.perf_counter() - began)
        known, other = (median(taken) for taken in times.values())
        assert abs(known - other) < 0.3 * max(known, other) + 0.001  # S9
        for _each in range(8):
            ask(line, f"RCPT TO:<{unknown}>")
        began = time.perf_counter()
        assert ask(line, f"RCPT TO:<{address}>").startswith(b"250")
        assert time.perf_counter() - began > 0.3  # slowed down like a wrong one


def test_nothing_is_revealed_and_nothing_relayed(installation):
    """S10: VRFY and EXPN answer alike for known and unknown; an outside recipient is refused for good."""
    address = address_of(installation, installation.company_id)
    with receiving(installation), greeted(installation) as line:
        for command in ("VRFY", "EXPN"):
            known, unknown = (ask(line, f"{command} {each}") for each in (address, "x@in.example"))
            assert known == unknown and address.encode() not in known
        outside = ("x@elsewhere.example", f"{address}@elsewhere.example", f"x%elsewhere.example@{address[:-1]}")
        assert {ask(line, f"RCPT TO:<{each}>")[:3] for each in outside} <= {b"554", b"553"}
        assert ask(line, "RCPT TO:<x@elsewhere.example>").startswith(b"554")  # S10
        assert ask(line, "DATA").startswith(b"503")


def test_idle_lines_keep_nobody_out_for_long(installation):
    """S12: 500 sockets: capped by address, then in all; they are cut in the end, and a sender gets through."""
    address = address_of(installation, installation.company_id)
    with receiving(installation) as receiver:
        with ExitStack() as idle:
            lines = [idle.enter_context(connect(installation, STRANGER)) for _each in range(500)]
            assert Counter(line.recv(3) for line in lines) == {b"220": 5, b"421": 495}  # S12
            with greeted(installation, "127.0.0.8") as other:
                assert ask(other, f"RCPT TO:<{address}>").startswith(b"250")
        until(lambda: not receiver.present.total())

        receiver.settings.smtp_session_seconds = 4
        with ExitStack() as idle:
            lines = [idle.enter_context(connect(installation, f"127.0.1.{each % 40 + 1}")) for each in range(120)]
            assert Counter(line.recv(3) for line in lines) == {b"220": 50, b"421": 70}  # S12
            assert send(installation, mails.invoice_mail(), address)[0] == 250  # from the loopback, a relay of our own
            until(lambda: not receiver.present.total())
            with greeted(installation, "127.0.0.8") as other:
                assert ask(other, f"RCPT TO:<{address}>").startswith(b"250")


def test_a_content_that_trickles_keeps_its_place_from_nobody(installation, monkeypatch):
    """S12: one byte a minute: cut after a while, so that the next may send its content."""
    monkeypatch.setattr(smtp, "A_WHILE_SECONDS", 0.5)
    address = address_of(installation, installation.company_id)
    with receiving(installation, smtp_in_data=1), greeted(installation) as slow:
        assert ask(slow, f"RCPT TO:<{address}>", "DATA").startswith(b"354")
        slow.sendall(b"x")
        began = time.monotonic()
        assert send(installation, mails.invoice_mail(), address)[0] == 250  # S12
        assert 0.3 < time.monotonic() - began < 5
        assert slow.recv(1000).startswith(b"421") and slow.recv(1000) == b""
    assert len(logged(installation)) == 1


def test_a_flood_of_commands_is_cut(installation):
    """S12: NOOP without end: 100 are answered, then the line is cut; others are served meanwhile."""
    address = address_of(installation, installation.company_id)
    with receiving(installation), greeted(installation) as flood:
        with suppress(ConnectionError):
            flood.sendall(b"NOOP\r\n" * 10_000)
        began = time.monotonic()
        assert send(installation, mails.invoice_mail(), address)[0] == 250
        assert time.monotonic() - began < 5
        heard = b""
        with suppress(ConnectionError):
            while piece := flood.recv(65536):
                heard += piece
        assert heard.count(b"250 OK") <= 100 and heard.count(b"421") <= 1  # S12


ENDS = [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\x00.\r\n", b"\n.\r", b"\r\n .\r\n"]


@pytest.mark.parametrize("end", ENDS)
def test_another_way_to_write_the_end_makes_no_second_mail(installation, end):
    """S13: what others may take for an end is content here: one mail, never two."""
    address = address_of(installation, installation.company_id).encode()
    begun = b"MAIL FROM:<boss@f.example>\r\nRCPT TO:<" + address + b">\r\nDATA\r\n"
    content = b"Subject: x\r\n\r\nbody" + end + begun + b"Subject: smuggled\r\n\r\nx\r\n"
    with receiving(installation), connect(installation) as line:
        line.sendall(b"EHLO x\r\n" + begun)
        wait_for(line, b"354")
        line.sendall(content + b".\r\nQUIT\r\n")
        heard = b""
        while piece := line.recv(1000):
            heard += piece
        assert heard.split() == [b"250", b"2.0.0", b"Taken", b"221", b"Bye"]  # S13
    assert [message.raw.size for message in logged(installation)] == [len(content.replace(b"\r\n.", b"\r\n"))]


def test_what_follows_the_end_in_the_same_packet_is_the_next_command(installation):
    """S13: a second mail sent along with the end of the first is a second mail."""
    begun = f"MAIL FROM:<x@f.example>\r\nRCPT TO:<{address_of(installation, installation.company_id)}>\r\nDATA\r\n"
    whole = "".join(f"{begun}Subject: {number}\r\n\r\nx\r\n.\r\n" for number in range(3))
    with receiving(installation), connect(installation) as line:
        line.sendall(b"EHLO x\r\n" + whole.encode() + b"QUIT\r\n")
        wait_for(line, b"221")
    assert len(logged(installation)) == 3


def test_no_encryption_is_offered_and_none_pretended(installation):
    """S13: STARTTLS is not announced and refused; the commands sent along stay what they are, plain ones."""
    with receiving(installation), connect(installation) as line:
        line.sendall(b"EHLO x\r\n")
        heard = b""
        while b"HELP" not in heard:
            heard += line.recv(1000)
        assert b"STARTTLS" not in heard and b"AUTH" not in heard
        line.sendall(b"STARTTLS\r\nNOOP\r\n")
        wait_for(line, b"250 OK")
        assert ask(line, "STARTTLS").startswith(b"454")  # S13


def test_who_is_refused_may_start_again_in_the_same_session(installation):
    """R2: after trouble of ours the next mail begins afresh."""
    address = address_of(installation, installation.company_id)
    with receiving(installation, largest_message=2000), Dialogue(installation) as line:
        for content, code in ((b"x" * 3000, 552), (b"Subject: x\r\n\r\nx", 250)):
            line.docmd("MAIL FROM:<x@f.example>")
            line.docmd(f"RCPT TO:<{address}>")
            line.docmd("DATA")
            line.send(content + b"\r\n.\r\n")
            assert line.getreply()[0] == code
