"""The line to a mail server: where it may lead, time limits, and TLS that checks certificates (SAFETY R20)."""

from __future__ import annotations

import imaplib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from imap_tools import BaseMailBox

from app.mailboxes.models import Tls

ANSWER_SECONDS = 30
LONGEST_SECONDS = 240
"""However slowly a server speaks, its line is cut then."""


class NotAllowed(OSError):
    """It would lead into a private network, or out of this machine without encryption."""


@dataclass(frozen=True)
class Account:
    """What is needed to open a mailbox."""

    host: str
    port: int
    tls: Tls
    login: str
    password: str = field(repr=False)
    folder: str
    most: int
    """Bytes a mail may have."""
    private_hosts: tuple[str, ...] = ()


def dial(account: Account) -> socket.socket:
    """Connect to the host, at an address that was looked at first: what a name means may change in between."""
    trouble: OSError = NotAllowed(account.host)
    for *_kind, where in socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM):
        if not may_reach(str(where[0]), account):
            continue
        try:
            return socket.create_connection((str(where[0]), account.port), ANSWER_SECONDS)
        except OSError as error:
            trouble = error
    raise trouble


def may_reach(address: str, account: Account) -> bool:
    """The open network, this machine, and private ones that the installation names; plain text only on this machine."""
    found: Any = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback or account.tls is Tls.NONE:
        return found.is_loopback
    return (found.is_global and not found.is_multicast) or account.host.lower() in account.private_hosts


class _Line(imaplib.IMAP4):
    """A client that goes where it may, takes no more than it asked for, and lasts no longer than it may.

    Once `is_flooded`, the server sends more than was asked for, and the line is of no use any more.
    """

    def __init__(self, account: Account) -> None:
        self.account, self.is_flooded = account, False
        self.watch = threading.Timer(LONGEST_SECONDS, self._cut)
        self.watch.daemon = True
        self.watch.start()
        try:
            super().__init__(account.host, account.port, timeout=ANSWER_SECONDS)
        except BaseException:
            self.watch.cancel()
            raise

    def _cut(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            return

    def _create_socket(self, _timeout: Any) -> socket.socket:
        line = dial(self.account)
        if self.account.tls is not Tls.SSL:
            return line
        try:
            return ssl.create_default_context().wrap_socket(line, server_hostname=self.account.host)
        except BaseException:
            line.close()
            raise

    def read(self, size: int) -> bytes:
        """A literal, of the length the server announced."""
        if size > self.account.most:
            self.is_flooded = True
            raise self.abort(f"{size} bytes")
        return super().read(size)

    def shutdown(self) -> None:
        """Hang up; a line that is broken already is no trouble."""
        self.watch.cancel()
        with suppress(OSError):
            super().shutdown()


class Line(BaseMailBox):
    """The library's mailbox on a line of ours."""

    def __init__(self, account: Account) -> None:
        self.account = account
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Line(self.account)
        if self.account.tls is Tls.STARTTLS:
            try:
                client.starttls(ssl.create_default_context())
            except BaseException:
                client.shutdown()
                raise
        return client

    def hang_up(self) -> None:
        """Say goodbye if the server still listens."""
        try:
            self.client.sock.settimeout(5)
            self.client.logout()
        except (OSError, imaplib.IMAP4.error):
            self.client.shutdown()


def capabilities(answers: Iterable[Any]) -> set[str]:
    """What a server can do, from what it says of itself."""
    said = b" ".join(each for each in answers if isinstance(each, bytes))
    return set(said.decode("ascii", "replace").upper().split())
