"""Writing a mail: a row with its cause, in the same transaction; it leaves later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from email.utils import make_msgid, parseaddr
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.core.errors import Refused
from app.extensions import db
from app.files.models import File
from app.outbox import delivery
from app.outbox.models import MailAttachment, OutgoingMail, Recipient

LONGEST_SUBJECT = 300


def write(
    kind: str,
    *,
    key: str,
    to: str | Sequence[str],
    subject: str,
    template: str,
    company_id: int | None = None,
    about: Any = None,
    language: str | None = None,
    attachments: Iterable[tuple[File, str]] = (),
    pictures: Mapping[str, File] | None = None,
    headers: Mapping[str, str] | None = None,
    secrets: Iterable[str] = (),
    **context: Any,
) -> OutgoingMail:
    """The mail of this `key`, made of `template`.txt and .html in that language; written once, whoever asks.

    `secrets` are the tokens in its text, which are blotted out when it has left; `pictures` are shown in it, each
    under `cid:` and its key.
    """
    known = db.session.scalar(select(OutgoingMail).filter_by(key=key))
    if known:
        return known
    addresses = [_checked(address) for address in ([to] if isinstance(to, str) else to)]
    language = language or "fr"
    context["language"] = language
    with force_locale(language):
        text = render_template(f"{template}.txt", **context)
        html = render_template(f"{template}.html", **context)
    mail = OutgoingMail(
        key=key,
        kind=kind,
        company_id=company_id,
        about_type=about.__tablename__ if about is not None else "",
        about_id=about.id if about is not None else None,
        subject=one_line(subject)[:LONGEST_SUBJECT],
        text=text,
        html=html,
        headers=dict(headers or {}),
        secrets=list(secrets),
        message_id=make_msgid(kind, domain=_domain()),
        recipients=[Recipient(address=address) for address in addresses],
        attachments=[*_shown(pictures or {}), *_attached(attachments)],
    )
    db.session.add(mail)
    db.session.flush()
    delivery.ask(mail)
    return mail


def _attached(files: Iterable[tuple[File, str]]) -> Iterable[MailAttachment]:
    return (MailAttachment(file=file, name=one_line(name)[:300]) for file, name in files)


def _shown(pictures: Mapping[str, File]) -> Iterable[MailAttachment]:
    return (MailAttachment(file=file, name=f"{key}.png", content_id=key) for key, file in pictures.items())


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, safe in a header (SAFETY S50)."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def _checked(address: str) -> str:
    """An address a mail can be sent to; refused with the reason while a person is still there to mend it."""
    if address != one_line(address) or "@" not in parseaddr(address)[1] or not address.isascii():
        raise Refused(_("“%(address)s” is not an e-mail address. Nothing was sent.", address=one_line(address)))
    return address


def is_ours(message_id: str) -> bool:
    """Does this Message-ID look like one of ours? Whether there is such a mail the database knows."""
    return message_id.strip("<> ").rpartition("@")[2] == _domain()


def _domain() -> str:
    sender = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    return sender.rpartition("@")[2] or "localhost"
