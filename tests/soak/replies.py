"""Our reply never reaches the sender, who sends again: a proxy that cuts the line after the final dot (SAFETY S7)."""

from __future__ import annotations

import random
import smtplib
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask

from app.intake.models import MessageState
from tests.intake import mails
from tests.intake.receiving import SENDER, address_of, company_in, dot, logged
from tests.live import free_port, make_live_app
from tests.soak.receiver import FORK, receive, until_it_listens
from tests.soak.told import Told

SENDERS = 4
END = b"\r\n.\r\n"


class Cutter:
    """Passes on what is said on both sides; after the final dot the sender hears nothing more, and the line is cut."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self.behind, self.chance, self.cut = port, chance, 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                sender, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(sender,), daemon=True).start()

    def _pass_on(self, sender: socket.socket) -> None:
        ended = threading.Event()
        with suppress(OSError), sender, socket.create_connection(("127.0.0.1", self.behind)) as receiver:
            threading.Thread(target=self._answers, args=(receiver, sender, ended), daemon=True).start()
            tail = b""
            while piece := sender.recv(65536):
                tail = (tail + piece)[-len(END) :]
                if tail == END:
                    ended.set()
                receiver.sendall(piece)

    def _answers(self, receiver: socket.socket, sender: socket.socket, ended: threading.Event) -> None:
        """Up to the reply to the final dot: that one is swallowed, at once or once it has come."""
        with suppress(OSError):
            while piece := receiver.recv(65536):
                if ended.is_set():
                    break
                sender.sendall(piece)
        self.cut += ended.is_set()
        for side in (sender, receiver):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


@contextmanager
def receiving_apart(app: Flask) -> Iterator[None]:
    """A receiver in a process of its own."""
    app.config["SETTINGS"].intake_smtp_port = free_port()
    process = FORK.Process(target=receive, args=(app.config["SETTINGS"],), daemon=True)
    process.start()
    until_it_listens(app)
    yield
    process.terminate()
    process.join(20)


@contextmanager
def cutting(app: Flask, chance: random.Random) -> Iterator[Cutter]:
    """Before the receiver of this installation."""
    cutter = Cutter(app.config["SETTINGS"].intake_smtp_port, chance)
    yield cutter
    cutter.close()


def reply_loop(folder: Path, seed: int, kills: int = 1000) -> Told:
    """Send `kills` mails whose reply is cut away, each once more or twice, as mail servers do; then compare."""
    chance, app = random.Random(seed), make_live_app(folder)
    address = address_of(app, company_in(app))
    again = [chance.choice((1, 1, 2)) for _each in range(kills)]
    sizes = [chance.randrange(40_000) for _each in range(kills)]
    with receiving_apart(app), cutting(app, chance) as cutter:
        ports = (cutter.port, app.config["SETTINGS"].intake_smtp_port)
        with ThreadPoolExecutor(SENDERS) as senders:
            codes = Counter(
                code
                for told in senders.map(lambda n: _send(ports, address, n, sizes[n], again[n]), range(kills))
                for code in told
            )
    return _compare(app, kills, cutter.cut, codes)


def _send(ports: tuple[int, int], address: str, number: int, size: int, times: int) -> list[str]:
    """Through the proxy until its cut, `times`, and then past it; what was heard each time."""
    raw = mails.mail(("f.pdf", b"%PDF-1.7 " + b"x" * size, mails.PDF), subject=str(number))
    return [_answer(port, address, raw) for port in (*[ports[0]] * times, ports[1])]


def _answer(port: int, address: str, raw: bytes) -> str:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
            smtp.ehlo("sender.example")
            smtp.docmd(f"MAIL FROM:<{SENDER}>")
            smtp.docmd(f"RCPT TO:<{address}>")
            smtp.docmd("DATA")
            return str(dot(smtp, raw)[0])
    except (OSError, smtplib.SMTPException):
        return "nothing"


def _compare(app: Flask, count: int, cut: int, codes: Counter[str]) -> Told:
    messages = logged(app)
    once = Counter(each.raw_id for each in messages if each.state is not MessageState.REPEATED)
    told = Told({
        "mails": count,
        "replies cut away": cut,
        "sent again until 250": codes["250"],
        "sent again and known": len(messages) - once.total(),
        "lost": count - len(once),
        "imported twice": once.total() - len(once),
    })  # fmt: skip
    told.check(codes["250"] == count, "not every mail was acknowledged in the end")
    told.check(len(once) == once.total() == count, "a mail is in the log twice as a first one, or not at all")
    told.check(cut == codes["nothing"], "a reply that was to be cut away came through")
    told.summary = f"{cut:,} cut replies, {told.figures['lost']} lost, {told.figures['imported twice']} imported twice"
    return told
