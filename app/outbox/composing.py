"""A mail's bytes as they leave: the same in every attempt."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable, Iterator
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from posixpath import splitext
from urllib.parse import quote

from flask import current_app

from app.files import store
from app.outbox import sealed
from app.outbox.models import MailAttachment, OutgoingMail

AS_SENT = compat32.clone(linesep="\r\n", mangle_from_=False)  # the newer policies take ten times as long
LINE = 76
LONGEST_SPELLING = 900
"""Of a file's name in its header, which is one line: 998 are the most mail servers take."""


def compose(mail: OutgoingMail) -> bytes:
    """The whole message; raises `storage.Damaged` where an attachment is not what it was.

    Raises `sealing.Unreadable` where its texts were sealed with another secret.
    """
    said = sealed.whole(mail)
    texts = [_text(said.text, "plain"), *([_text(said.html, "html")] if said.html else [])]
    body = texts[0] if len(texts) == 1 else _together(mail, "alternative", texts)
    message = _together(mail, "mixed", [body, *map(_place_of, mail.attachments)]) if mail.attachments else body
    for name, value in _headers(mail):
        message[name] = value
    return b"".join(_filled(message.as_bytes(policy=AS_SENT), mail.attachments))


def sender_address() -> str:
    """Facteur's own address, from the settings."""
    return parseaddr(current_app.config["SETTINGS"].mail_from)[1]


def _headers(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    yield "Subject", mail.subject if mail.subject.isascii() else Header(mail.subject, "utf-8").encode()
    name = mail.sender_name or parseaddr(current_app.config["SETTINGS"].mail_from)[0]
    yield "From", formataddr((name if name.isascii() else Header(name, "utf-8").encode(), sender_address()))
    for header, role in (("To", "to"), ("Cc", "cc")):
        if addresses := [each.address for each in mail.recipients if each.role == role]:
            yield header, ", ".join(addresses)
    yield "Date", format_datetime(mail.dated_at)
    yield "Message-ID", mail.message_id
    yield from mail.headers.items()


def _text(text: str, kind: str) -> Message:
    """A part that any mail server takes: short lines of plain signs."""
    part = Message(AS_SENT)
    part.add_header("Content-Type", f"text/{kind}", charset="utf-8")
    part.add_header("Content-Transfer-Encoding", "quoted-printable")
    part.set_payload(b2a_qp(text.encode(), istext=True).decode())
    return part


def _together(mail: OutgoingMail, kind: str, parts: Iterable[Message]) -> Message:
    return MIMEMultipart(kind, boundary=_secret(f"{mail.message_id} {kind}"), _subparts=list(parts), policy=AS_SENT)


def _place_of(attachment: MailAttachment) -> Message:
    """Its headers, and something that stands for its bytes: those would take the library many times as long."""
    part, name = Message(AS_SENT), _fitting(attachment.name)
    part["Content-Type"] = attachment.file.type
    part["Content-Transfer-Encoding"] = "base64"
    how = "inline" if attachment.content_id else "attachment"
    part.add_header("Content-Disposition", how, filename=name if name.isascii() else ("utf-8", "", name))
    if attachment.content_id:
        part["Content-ID"] = f"<{attachment.content_id}>"
    part.set_payload(_secret(f"attachment {attachment.id}"))
    return part


def _fitting(name: str) -> str:
    """The name, cut before its ending where its spelling in a header would be longer than a line may be."""
    stem, ending = splitext(name)
    while len(quote(stem + ending[:10])) > LONGEST_SPELLING and stem:
        stem = stem[:-1]
    return stem + ending[:10] if len(quote(name)) > LONGEST_SPELLING else name


def _secret(name: str) -> str:
    """What no text can hold by accident, nor because somebody knew it."""
    return hashlib.sha256(f"{current_app.config['SECRET_KEY']} {name}".encode()).hexdigest()[:40]


def _filled(message: bytes, attachments: Iterable[MailAttachment]) -> Iterator[bytes]:
    """The message with what really goes along."""
    for attachment in attachments:
        before, _found, message = message.partition(_secret(f"attachment {attachment.id}").encode())
        yield before
        encoded = b64encode(store.read(attachment.file))
        yield b"\r\n".join([encoded[begin : begin + LINE] for begin in range(0, len(encoded), LINE)])
    yield message
