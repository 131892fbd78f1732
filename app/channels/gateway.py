"""Writing what a gateway is to carry: a row with its cause, in the same transaction; it leaves later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.channels import handing, numbers, sealed
from app.channels.models import GatewayKind, GatewayMessage
from app.channels.text_parts import MOST_PARTS, parts_of
from app.channels.unreachable import Unreachable
from app.extensions import db
from app.files.models import File
from app.users.models import Company


def write(
    kind: str,
    *,
    key: str,
    company_id: int,
    carries: GatewayKind,
    to: str,
    text: str = "",
    file: File | None = None,
    about: Any = None,
    secrets: Iterable[str] = (),
) -> GatewayMessage:
    """The message of this `key`; written once, whoever asks. Raises `Unreachable` where it cannot be sent so.

    `secrets` are the tokens in its text, kept sealed until it has left.
    """
    known = db.session.scalar(select(GatewayMessage).filter_by(key=key))
    if known:
        return known
    if carries is GatewayKind.SMS:
        to, text = numbers.mobile(to, db.session.get_one(Company, company_id).country), _sendable(text)
    message = GatewayMessage(
        key=key,
        kind=kind,
        company_id=company_id,
        carries=carries,
        about_type=about.__tablename__ if about is not None else "",
        about_id=about.id if about is not None else None,
        to=to,
        text=text,
        file=file,
    )
    sealed.seal(message, secrets)
    db.session.add(message)
    db.session.flush()
    handing.ask(message)
    return message


def _sendable(text: str) -> str:
    """A text that is neither empty nor longer than telephones put together."""
    text = "".join(c for c in text.replace("\r\n", "\n").strip() if c.isprintable() or c == "\n")
    if not text:
        raise Unreachable(_("The text message is empty."), "no_wording")
    if (count := parts_of(text)) > MOST_PARTS:
        said = _("The text message would be sent in %(count)s parts: at most %(most)s.", count=count, most=MOST_PARTS)
        raise Unreachable(said, "too_many_parts", count=count, most=MOST_PARTS)
    return text
