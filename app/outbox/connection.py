"""The connection to the mail server: with time limits, and with TLS that checks certificates (SAFETY R20)."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import current_app

ANSWER_SECONDS = 30
LAST_ANSWER_SECONDS = 600
"""How long to wait for the reply to the final dot."""
GOODBYE_SECONDS = 5
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
        mail, tls = self.mail, ssl.create_default_context()
        if mail.use_ssl:
            host: smtplib.SMTP = smtplib.SMTP_SSL(mail.server, mail.port, timeout=ANSWER_SECONDS, context=tls)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=ANSWER_SECONDS)
            host.ehlo()
            if host.has_extn("starttls"):
                host.starttls(context=tls)
            elif mail.username or mail.server not in {"localhost", "127.0.0.1", "::1"}:
                host.close()
                raise smtplib.SMTPNotSupportedError("the mail server offers no encryption")
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
