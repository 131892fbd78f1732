"""The month's mails, as they would arrive: real messages with the drawn papers attached."""

from __future__ import annotations

import mimetypes
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from app.demo.story import Mail

LOGO = "image001.png"
"""A picture of this name belongs to the signature, not to the papers."""


def written(mail: Mail, folder: Path, recipient: str, now: datetime) -> bytes:
    """The whole message with the files that were drawn for it into `folder`."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = mail.sender, recipient, mail.subject
    message["Date"] = format_datetime(now - timedelta(days=mail.days_ago))
    message["Message-ID"] = make_msgid(domain=mail.sender.partition("@")[2])
    message.set_content(mail.body + "\n")
    if LOGO in mail.files:
        _sign(message, mail.body, (folder / LOGO).read_bytes())
    for name in mail.files:
        if name != LOGO:
            _attach(message, folder / name)
    return message.as_bytes()


def _sign(message: EmailMessage, body: str, logo: bytes) -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body.split("\n\n"))
    message.add_alternative(f'<html><body>{paragraphs}<img src="cid:logo" alt=""></body></html>', subtype="html")
    page = message.get_payload()[1]
    page.add_related(logo, "image", "png", cid="<logo>", filename=LOGO, disposition="inline")  # type: ignore[union-attr]


def _attach(message: EmailMessage, file: Path) -> None:
    kind, _, subtype = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
    message.add_attachment(file.read_bytes(), maintype=kind, subtype=subtype, filename=file.name)
