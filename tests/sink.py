"""A mail server for tests: keeps what it takes, and answers, waits, cuts or vanishes where it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

CUT = "cut"


@dataclass
class Sink:
    """`answers` maps a moment (`connect mail rcpt data dot`, or `rcpt:ADDRESS`) to a reply line or `CUT`.

    `at` is called with each moment before it is answered, and may wait; `answered:dot` comes after the last answer.
    """

    answers: dict[str, str] = field(default_factory=dict)
    at: Callable[[str], None] = lambda moment: None
    messages: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    """Of each of these messages, in its order."""
    host: str = "127.0.0.1"
    port: int = 0

    def __post_init__(self) -> None:
        self._server = socket.create_server((self.host, 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rwb") as stream:
            try:
                self._dialogue(stream)
            except (_Cut, OSError):
                client.close()

    def _say(self, stream, moment: str, usual: str) -> bool:
        self.at(moment)
        return self._write(stream, self.answers.get(moment, usual))

    def _write(self, stream, answer: str) -> bool:
        if answer == CUT:
            raise _Cut
        stream.write(answer.encode() + b"\r\n")
        stream.flush()
        return answer[0] in "23"

    def _dialogue(self, stream) -> None:
        self._say(stream, "connect", "220 sink")
        sender, recipients = "", []
        while line := stream.readline():
            command, _space, rest = line.decode().strip().partition(" ")
            match command.upper():
                case "EHLO" | "HELO":
                    self._say(stream, "helo", "250 sink")
                case "MAIL":
                    sender, recipients = rest[rest.index("<") + 1 : rest.index(">")], []
                    self._say(stream, "mail", "250 ok")
                case "RCPT":
                    address = rest[rest.index("<") + 1 : rest.index(">")]
                    if self._say(stream, f"rcpt:{address}", self.answers.get("rcpt", "250 ok")):
                        recipients.append(address)
                case "DATA":
                    if self._say(stream, "data", "354 go on"):
                        self._take(stream, sender, recipients)
                case "QUIT":
                    self._say(stream, "quit", "221 bye")
                    return
                case _:
                    self._say(stream, "other", "250 ok")

    def _take(self, stream, sender: str, recipients: list[str]) -> None:
        lines = []
        while (line := stream.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.at("dot")
        answer = self.answers.get("dot", "250 taken")  # read once: whoever waited above may be told something else
        if answer[0] == "2" or answer == CUT:
            self.messages.append(b"".join(lines))
            self.senders.append(sender)
            self.recipients.append(recipients)
        self._write(stream, answer)
        self.at("answered:dot")


class _Cut(Exception):
    """The server goes away."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that takes everything until told otherwise."""
    server = Sink()
    yield server
    server.close()
