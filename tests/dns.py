"""A DNS of our own on the loopback: what stands in a zone, and nothing else; it can also keep silent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from flask import Flask

from app.intake import names


class Zone(threading.Thread):
    """Answers every question by UDP, from `records`: (name, type) → texts as a zone file writes them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.records: dict[tuple[str, str], list[str]] = {}
        self.asked: list[str] = []
        self.is_silent = False
        self.silent_about = ""
        """A domain whose own servers do not answer."""

    def add(self, name: str, kind: str, *texts: str) -> None:
        """Publish these."""
        self.records[(name, kind)] = list(texts)

    def say(self, name: str, text: str) -> None:
        """Publish a text, in pieces as long as a record may have."""
        pieces = [text[start : start + 250] for start in range(0, len(text), 250)]
        self.add(name, "TXT", " ".join(f'"{piece}"' for piece in pieces))

    def run(self) -> None:
        while True:
            try:
                wire, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer:
                self.socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(True).lower(), question.rdtype.name
        self.asked.append(f"{name} {kind}")
        if self.is_silent or (self.silent_about and name.endswith(self.silent_about)):
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if texts := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
        elif not any(name == known for known, _kind in self.records) and name != ".":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@pytest.fixture
def zone() -> Iterator[Zone]:
    """A zone that answers."""
    made = Zone()
    made.start()
    yield made
    made.socket.close()
    names._silent_until.clear()


@pytest.fixture
def asking(app: Flask, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> Zone:
    """The application asks this zone about senders."""
    monkeypatch.setattr(app.config["SETTINGS"], "name_servers", [zone.address])
    return zone


def seconds_of(call) -> float:
    """How long it took."""
    start = time.monotonic()
    call()
    return time.monotonic() - start
