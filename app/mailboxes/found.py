"""What is remembered of the mails of a mailbox: each is taken once, by its numbers and by its bytes (SPEC IN-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from app.core import clock
from app.core.database import insert_unless_there
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake import arrival
from app.intake.models import Message, MessageState, Source
from app.intake.types import MEDIA
from app.mailboxes.folder import Heading
from app.mailboxes.models import Found, FoundMail, Mailbox

Kept = tuple[str, int]


@dataclass
class Known:
    """The numbers known of a folder."""

    ended: set[int] = field(default_factory=set)
    """Nothing more is to be fetched of these."""
    unsettled: list[int] = field(default_factory=list)
    """Taken, but neither marked nor moved yet."""
    tries: dict[int, int] = field(default_factory=dict)
    """Asked for in vain so often."""


def known(mailbox_id: int, numbering: str) -> Known:
    """What is known in this numbering; a server begins a new one when it makes its folder anew."""
    rows = select(FoundMail.uid, FoundMail.found, FoundMail.settled_at, FoundMail.tries).where(
        FoundMail.mailbox_id == mailbox_id, FoundMail.numbering == numbering
    )
    told = Known()
    for uid, found, settled_at, tries in db.session.execute(rows.order_by(FoundMail.uid)):
        if found is Found.NOT_GIVEN:
            told.tries[uid] = tries
            continue
        told.ended.add(uid)
        if settled_at is None:
            told.unsettled.append(uid)
    return told


def take(mailbox_id: int, numbering: str, uid: int, kept: Kept, *, settled: bool) -> bool:
    """Its row in the mail log, and its task; False where it was taken before. The bytes are durable already."""
    mailbox, now = db.session.get_one(Mailbox, mailbox_id), clock.now()
    if not _reserve(mailbox_id, numbering, uid, Found.TAKEN, settled_at=now if settled else None):
        return False
    file = store.row_of(*kept, MEDIA["mail"])
    before = _taken_under_other_numbers(mailbox, numbering, file)
    facts = {"company": mailbox.company, "direction": mailbox.direction, "source": Source.IMAP}
    message_id = before or arrival.enter(file, **facts).id
    _change(mailbox_id, numbering, uid, message_id=message_id)
    return before is None


def _taken_under_other_numbers(mailbox: Mailbox, numbering: str, file: File) -> int | None:
    """The message of these bytes that this mailbox brought before its folder got new numbers: it did not come again."""
    query = (
        select(Message.id)
        .join(FoundMail, FoundMail.message_id == Message.id)
        .where(
            FoundMail.mailbox_id == mailbox.id,
            FoundMail.numbering != numbering,
            Message.raw_id == file.id,
            Message.direction == mailbox.direction,
        )
    )
    return db.session.scalar(query.order_by(Message.id).limit(1))


def note_unwanted(mailbox_id: int, numbering: str, uids: list[int]) -> None:
    """These are passed over until the filters change."""
    rows = [_row(mailbox_id, numbering, uid, Found.UNWANTED) | {"settled_at": clock.now()} for uid in uids]
    if rows:
        db.session.execute(insert_unless_there(db.session(), FoundMail), rows)


def forget_unwanted(mailbox: Mailbox) -> None:
    """The filters are others now: what they kept out is looked at again."""
    db.session.execute(delete(FoundMail).filter_by(mailbox_id=mailbox.id, found=Found.UNWANTED))


def note_try(mailbox_id: int, numbering: str, uid: int) -> None:
    """Asked for in vain once more."""
    if not _reserve(mailbox_id, numbering, uid, Found.NOT_GIVEN, tries=1):
        _change(mailbox_id, numbering, uid, tries=FoundMail.tries + 1)


def tell(mailbox_id: int, numbering: str, heading: Heading, kept: Kept, why: str) -> None:
    """A row in the mail log that says why its contents are not here; its raw bytes are the header."""
    mailbox = db.session.get_one(Mailbox, mailbox_id)
    _reserve(mailbox_id, numbering, heading.uid, Found.LEFT)
    file = store.row_of(*kept, MEDIA["mail"])
    message_id = _taken_under_other_numbers(mailbox, numbering, file)
    if message_id is None:
        facts = {"company_id": mailbox.company_id, "direction": mailbox.direction, "source": Source.IMAP}
        message = Message(**facts, raw_id=file.id, state=MessageState.FAILED, is_mail=False)
        message.sender, message.subject = heading.sender[:320], heading.subject
        message.notes = [{"key": why, "size": heading.size}]
        db.session.add(message)
        db.session.flush()
        message_id = message.id
    values = {"found": Found.LEFT, "message_id": message_id, "settled_at": clock.now()}
    _change(mailbox_id, numbering, heading.uid, **values)


def settle(mailbox_id: int, numbering: str, uid: int) -> None:
    """It was marked or moved."""
    _change(mailbox_id, numbering, uid, settled_at=clock.now())


def _row(mailbox_id: int, numbering: str, uid: int, found: Found) -> dict[str, Any]:
    return {"mailbox_id": mailbox_id, "numbering": numbering, "uid": uid, "found": found}


def _reserve(mailbox_id: int, numbering: str, uid: int, found: Found, **values: Any) -> bool:
    """The row of these numbers; False where there is one that ended it."""
    row = _row(mailbox_id, numbering, uid, found) | values
    if db.session.scalar(insert_unless_there(db.session(), FoundMail).values(**row).returning(FoundMail.id)):
        return True
    waits = FoundMail.found == Found.NOT_GIVEN
    if found is Found.NOT_GIVEN:
        return False
    return bool(_change(mailbox_id, numbering, uid, waits, found=found, **values))


def _change(mailbox_id: int, numbering: str, uid: int, *where: Any, **values: Any) -> int:
    ours = (FoundMail.mailbox_id == mailbox_id, FoundMail.numbering == numbering, FoundMail.uid == uid)
    query = update(FoundMail).where(*ours, *where).values(**values).execution_options(synchronize_session=False)
    return db.session.execute(query).rowcount
