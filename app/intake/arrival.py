"""The one entrance of everything that comes in: bytes made durable, a row in the mail log, and the task to open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.database import insert_unless_there
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake.addresses import Recipient
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
        "raw_id": file.id,
        "company_id": address.company_id if address else company.id if company else None,
        "direction": address.direction if address else direction,
        "address_id": address.id if address else None,
        "source": source,
        "is_mail": is_mail,
        "by_id": by.id if by else None,
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


@dataclass(frozen=True)
class Mail:
    """A mail whose bytes are kept, on its way into the log."""

    sha256: str
    size: int
    recipients: tuple[Recipient, ...]
    envelope_sender: str
    peer: str = ""
    helo: str = ""


def enter_mails(mails: Iterable[Mail]) -> None:
    """What `enter` does, for many mails at once and in a fixed number of queries; what came before is logged again."""
    mails = list(mails)
    ids = store.ids_of({mail.sha256: mail.size for mail in mails}, MEDIA["mail"])
    rows = [_row(mail, ids[mail.sha256], recipient) for mail in mails for recipient in mail.recipients]
    first = {_key(row): row for row in reversed(rows)}
    query = insert_unless_there(db.session(), Message)
    query = query.returning(Message.id, Message.company_id, Message.direction, Message.raw_id)
    new = {tuple(key): message_id for message_id, *key in db.session.execute(query, list(first.values()))}
    open_message.each_later(new.values())
    for row in rows:
        if _key(row) not in new or row is not first[_key(row)]:
            _log_again(row)


def _row(mail: Mail, raw_id: int, recipient: Recipient) -> dict[str, Any]:
    return {
        "raw_id": raw_id,
        "company_id": recipient.company_id,
        "direction": recipient.direction,
        "address_id": recipient.address_id,
        "source": Source.SMTP,
        "envelope_sender": text_of(mail.envelope_sender)[:254],
        "peer": mail.peer[:45],
        "helo": text_of(mail.helo)[:255],
    }


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    """What a mail is known by (SPEC IN-3)."""
    return row["company_id"], row["direction"], row["raw_id"]


def _log_again(facts: dict[str, Any]) -> Message:
    first = db.session.scalars(
        select(Message).where(
            Message.company_id == facts["company_id"],
            Message.direction == facts["direction"],
            Message.raw_id == facts["raw_id"],
            Message.is_mail,
            Message.state != MessageState.REPEATED,
        )
    ).one()
    told = {"sender": first.sender, "subject": first.subject, "message_id": first.message_id}
    message = Message(**facts, **told, state=MessageState.REPEATED, first=first)
    db.session.add(message)
    db.session.flush()
    return message
