"""Writing a mail: a row with its cause, in the same transaction; it leaves later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from email.utils import make_msgid
from typing import Any

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import select

from app.extensions import db
from app.files.models import File
from app.outbox import addresses, delivery, sealed
from app.outbox.addresses import one_line
from app.outbox.composing import sender_address
from app.outbox.models import MailAttachment, OutgoingMail

LONGEST_SUBJECT, LONGEST_NAME = 300, 200


def write(
    kind: str,
    *,
    key: str,
    to: str | Sequence[str],
    cc: Sequence[str] = (),
    sender_name: str = "",
    return_path: str = "",
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

    `sender_name` is shown as the sender's, with our own address; what cannot be delivered comes back to `return_path`.
    `secrets` are the tokens in its text, kept sealed until it has left; `pictures` are shown in it, each under `cid:`
    and its key.
    """
    known = db.session.scalar(select(OutgoingMail).filter_by(key=key))
    if known:
        return known
    recipients = addresses.recipients([to] if isinstance(to, str) else to, cc)
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
        sender_name=one_line(sender_name)[:LONGEST_NAME],
        return_path=addresses.spelled(return_path) if return_path else "",
        text=text,
        html=html,
        headers={name: one_line(value) for name, value in (headers or {}).items()},
        message_id=make_msgid(kind, domain=_domain()),
        recipients=recipients,
        attachments=[*_shown(pictures or {}), *_attached(attachments)],
    )
    sealed.seal(mail, secrets)
    db.session.add(mail)
    db.session.flush()
    delivery.ask()
    return mail


def _attached(files: Iterable[tuple[File, str]]) -> Iterable[MailAttachment]:
    return (MailAttachment(file=file, name=one_line(name)[:300]) for file, name in files)


def _shown(pictures: Mapping[str, File]) -> Iterable[MailAttachment]:
    return (MailAttachment(file=file, name=f"{key}.png", content_id=key) for key, file in pictures.items())


def is_ours(message_id: str) -> bool:
    """Does this Message-ID look like one of ours? Whether there is such a mail the database knows."""
    return message_id.strip("<> ").rpartition("@")[2] == _domain()


def _domain() -> str:
    return sender_address().rpartition("@")[2] or "localhost"
