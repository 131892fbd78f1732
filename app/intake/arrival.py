"""The one entrance of everything that comes in: bytes made durable, a row in the mail log, and the task to open it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake.jobs import open_message
from app.intake.letter import text_of
from app.intake.models import IntakeAddress, Message, MessageState, Source
from app.intake.types import MEDIA, UNKNOWN
from app.users.models import Company, User


def take_message(raw: bytes | Iterable[bytes], *, is_mail: bool = True, **facts: Any) -> Message:
    """Log what arrived; see `enter`. It may be acknowledged once the caller has committed.

    The bytes survive a power cut before the row is written (SAFETY R1), and the row before anyone is told.
    """
    return enter(store.keep(raw, MEDIA["mail"] if is_mail else UNKNOWN), is_mail=is_mail, **facts)


def enter(
    file: File,
    *,
    address: IntakeAddress | None = None,
    company: Company | None = None,
    direction: Direction | None = None,
    source: Source,
    is_mail: bool = True,
    by: User | None = None,
    name: str = "",
    envelope_sender: str = "",
) -> Message:
    """The row of bytes that are kept, and its task; for an address, or for a company and direction.

    The same mail come again is imported once and logged twice (SPEC IN-3).
    """
    facts = {
        "raw": file,
        "company": address.company if address else company,
        "direction": address.direction if address else direction,
        "address": address,
        "source": source,
        "is_mail": is_mail,
        "by": by,
        "raw_name": text_of(name)[:300],
        "envelope_sender": text_of(envelope_sender)[:254],
    }
    try:
        with db.session.begin_nested():
            db.session.add(message := Message(**facts))
    except IntegrityError:
        return _log_again(facts)
    open_message.later(message.id)
    return message


def _log_again(facts: dict[str, Any]) -> Message:
    first = db.session.scalars(
        select(Message).where(
            Message.company_id == facts["company"].id,
            Message.direction == facts["direction"],
            Message.raw_id == facts["raw"].id,
            Message.is_mail,
            Message.state != MessageState.REPEATED,
        )
    ).one()
    told = {"sender": first.sender, "subject": first.subject, "message_id": first.message_id}
    message = Message(**facts, **told, state=MessageState.REPEATED, first=first)
    db.session.add(message)
    db.session.flush()
    return message
