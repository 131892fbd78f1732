"""What can go wrong with a mailbox: told as a key, which pages and mails put into the reader's words."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext as _
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)

from app.mailboxes.line import NotAllowed

LONGEST_SAID = 200


class Trouble(Exception):
    """The mailbox could not be used; `told` is the key with what the server said."""

    def __init__(self, key: str, said: str = "") -> None:
        super().__init__(key)
        self.told = {"key": key, "said": said} if said else {"key": key}


@contextmanager
def in_words(otherwise: str = "refused", unsaid: str = "") -> Iterator[None]:
    """Turn whatever a line to a mail server raises into `Trouble`, without `unsaid`: the password."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, IndexError) as error:
        raise Trouble(_key(error, otherwise), _said(error, unsaid)) from error


def _key(error: Exception, otherwise: str) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (NotAllowed, "not_allowed"),
        (ssl.SSLCertVerificationError, "certificate"),
        (ssl.SSLError, "tls"),
        (socket.gaierror, "unknown_host"),
        (TimeoutError, "silent"),
        (ConnectionRefusedError, "nobody"),
        (OSError, "cut"),
        (MailboxLoginError, "login"),
        (MailboxFolderSelectError, "folder"),
    )
    found = next((key for kind, key in kinds if isinstance(error, kind)), "")
    if not found and isinstance(error, imaplib.IMAP4.abort):
        return "no_starttls" if "TLS not supported" in str(error) else "cut"
    return found or otherwise


def _said(error: Exception, password: str) -> str:
    """What the server answered, on one line; never the password, should it repeat that."""
    if isinstance(error, UnexpectedCommandStatusError):
        answer = b" ".join(each for each in error.command_result[1] or [] if isinstance(each, bytes))
        text = answer.decode("utf-8", "replace")
    elif isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
        text = str(error)
    else:
        return ""
    text = text.replace(password, "…") if password else text
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()[:LONGEST_SAID]


def words(told: dict[str, Any]) -> str:
    """Why it failed, and what to do; empty where nothing did."""
    sentences = {
        "certificate": _("The server's certificate is not valid for this name. Check the host, or have it renewed."),
        "cut": _("The server broke the connection off. What was not taken yet is taken the next time."),
        "folder": _("There is no such folder, or it may not be opened. Check its name."),
        "login": _("The server refused user name or password. Type them again; some providers want an app password."),
        "mark": _("Mails were taken, but could not be marked or moved. Check the folder they are moved to."),
        "no_room": _("There is too little room on the disk. Mails stay where they are until there is more."),
        "no_starttls": _("The server offers no STARTTLS, so nothing was sent to it. Choose SSL/TLS or another port."),
        "nobody": _("Nothing answers at this host and port. Check both, and that the server runs."),
        "not_allowed": _(
            "This host is in a private network, or the connection would not be encrypted. "
            "Private hosts are named in FACTEUR_PRIVATE_HOSTS; without encryption only this machine is reached."
        ),
        "not_given": _("The server did not give out every mail. They are tried again, then told in the mail log."),
        "password": _("The password cannot be read any more: the secret key is another. Type the password again."),
        "silent": _("The server did not answer in time. It is tried again."),
        "tls": _("No encrypted connection came about. Check the port and the kind of encryption."),
        "unknown_host": _("There is no host of this name. Check how it is written."),
    }
    return sentences.get(told.get("key", ""), "") or (_("The server refused what was asked of it.") if told else "")
