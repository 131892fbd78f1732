"""A gateway for tests: a real HTTP server that keeps what it takes, and answers, waits or cuts as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.mailboxes.dovecot import certify

CUT = 0
"""Instead of an answer, once the whole request was taken."""


@dataclass
class Taken:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Gateway:
    """`status` is what is answered next, with `text`; `at` is called with each request before, and may wait.

    With a folder as `certified` it speaks TLS, by a certificate there that nobody vouches for.
    """

    status: int = 200
    text: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    at: Callable[[Taken], None] = lambda taken: None
    taken: list[Taken] = field(default_factory=list)
    certified: Path | None = None

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        if self.certified:
            certify(self.certified)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.certified / "certificate.pem", self.certified / "key.pem")
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self.certified else 'http'}://127.0.0.1:{self.port}/send?key=canary-query"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler_of(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.taken.append(taken := Taken(self.path, dict(self.headers), body))
            gateway.at(taken)
            if gateway.status == CUT:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(gateway.status)
            for name, value in gateway.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(gateway.text.encode())))
            self.end_headers()
            self.wfile.write(gateway.text.encode())

        do_GET = do_POST

        def log_message(self, *_said: Any) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway that takes everything."""
    server = Gateway()
    yield server
    server.close()
