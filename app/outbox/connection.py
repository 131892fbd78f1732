"""The connection to the mail server: with time limits, and with TLS that checks certificates (SAFETY R20)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import current_app

ANSWER_SECONDS = 30
LAST_ANSWER_SECONDS = 600
"""How long to wait for the reply to the final dot."""
GOODBYE_SECONDS = 5
MOST_MAILS = 100
"""Over one connection: many servers end it then."""
CLOSING, GO_ON = 421, 354
TROUBLES = (OSError, smtplib.SMTPException)
PORTS = {"smtp": 587, "smtps": 465}


def config_of(mail_url: str, sender: str) -> dict[str, Any]:
    """Flask-Mail's settings for `smtp://user:password@host:port` or `smtps://…`."""
    parts = urlsplit(mail_url)
    return {
        "MAIL_SERVER": parts.hostname or "",
        "MAIL_PORT": parts.port or PORTS.get(parts.scheme, 25),
        "MAIL_USE_SSL": parts.scheme == "smtps",
        "MAIL_USERNAME": unquote(parts.username or "") or None,
        "MAIL_PASSWORD": unquote(parts.password or "") or None,
        "MAIL_DEFAULT_SENDER": sender,
        "MAIL_SUPPRESS_SEND": False,
    }


class Connection(flask_mail.Connection):
    """Flask-Mail's connection with time limits and verified certificates.

    On a plain `smtp://` address STARTTLS is used where it is offered, and is required with a password or for a
    host that is not this machine.
    """

    def configure_host(self) -> smtplib.SMTP:
        mail = self.mail
        if mail.use_ssl:
            tls = ssl.create_default_context()
            host: smtplib.SMTP = smtplib.SMTP_SSL(mail.server, mail.port, timeout=ANSWER_SECONDS, context=tls)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=ANSWER_SECONDS)
            host.ehlo_or_helo_if_needed()
            if host.has_extn("starttls"):
                host.starttls(context=ssl.create_default_context())
            elif mail.username or mail.server not in {"localhost", "127.0.0.1", "::1"}:
                host.close()
                raise smtplib.SMTPNotSupportedError("the mail server offers no encryption")
        host.ehlo_or_helo_if_needed()
        if mail.username and mail.password:
            host.login(mail.username, mail.password)
        return host

    def __exit__(self, error: Any, *_rest: Any) -> None:
        """Say goodbye, unless something went wrong; a server that has gone already changes nothing."""
        if self.host is None:
            return
        try:
            if error is None and self.host.sock is not None:
                self.host.sock.settimeout(GOODBYE_SECONDS)
                self.host.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self.host.close()


def connect() -> Connection:
    """A connection to the configured mail server, to be used in a `with`."""
    return Connection(current_app.extensions["mail"])


def _dotted(content: bytes) -> bytes:
    """Its lines as they go over the line: those that begin with a dot have one more."""
    return content.replace(b"\r\n.", b"\r\n..") if content.endswith(b"\r\n") else _dotted(content + b"\r\n")


class Line:
    """One connection for many mails, in a `with`: opened when it is needed, anew where the server had enough of it."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._host: Any = None
        self._used_count = 0
        self._is_amid = False
        """Was a mail begun whose content was not sent?"""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._connection:
            self._connection.__exit__(*error)

    @property
    def is_open(self) -> bool:
        """Is somebody there?"""
        return self._host is not None

    def open(self) -> None:
        """Call the server; raises what the call raises."""
        self._connection = connect()
        self._host = self._connection.__enter__().host
        self._used_count, self._is_amid = 0, False

    def hang_up(self) -> None:
        """Without a goodbye: what was said on it is over."""
        if self._host is not None:
            self._host.close()
        self._connection = self._host = None

    def mail(self, sender: str, size: int) -> tuple[int, bytes]:
        """MAIL; on a fresh connection where the server ended the one that earlier mails went over."""
        if self._used_count >= MOST_MAILS:
            self._anew()
        try:
            code, answer = self._mail(sender, size)
        except (smtplib.SMTPServerDisconnected, OSError):
            code, answer = CLOSING, b""
            if not self._used_count:
                raise
        if code == CLOSING and self._used_count:
            self._anew()
            code, answer = self._mail(sender, size)
        self._used_count += 1
        return self._hung_up_at(code, answer)

    def _mail(self, sender: str, size: int) -> tuple[int, bytes]:
        if self._is_amid:
            self._host.rset()
        self._is_amid = True
        return self._host.mail(sender, [f"size={size}"] if self._host.has_extn("size") else [])

    def _anew(self) -> None:
        self.hang_up()
        self.open()

    def rcpt(self, address: str) -> tuple[int, bytes]:
        """RCPT."""
        return self._hung_up_at(*self._host.rcpt(address)) if self.is_open else (CLOSING, b"the server hung up")

    def data(self, content: bytes, meanwhile: Callable[[], None]) -> tuple[int, bytes]:
        """DATA and the content; its last answer may take long, and `meanwhile` is done before we listen to it."""
        self._host.sock.settimeout(LAST_ANSWER_SECONDS)
        code, answer = self._host.docmd("DATA")
        if code == GO_ON:
            self._host.send(_dotted(content) + b".\r\n")
            meanwhile()
            code, answer = self._host.getreply()
            self._is_amid = False
        if self._host.sock:
            self._host.sock.settimeout(ANSWER_SECONDS)
        return self._hung_up_at(code, answer)

    def _hung_up_at(self, code: int, answer: bytes | str) -> tuple[int, bytes]:
        """A server that says 421 closes the connection."""
        if code == CLOSING:
            self.hang_up()
        return code, answer.encode() if isinstance(answer, str) else answer
