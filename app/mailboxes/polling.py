"""Taking the mails of a mailbox: one poll at a time, each mail committed alone, marked only then (SAFETY R1, S18)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, update

from app.core import clock, storage
from app.core.faultpoint import faultpoint, hurried
from app.extensions import db
from app.files import store
from app.mailboxes import folder as folders
from app.mailboxes import found, reaching, resting, wanting
from app.mailboxes.folder import Folder, Heading
from app.mailboxes.found import Known
from app.mailboxes.line import Account
from app.mailboxes.models import AfterAction, Mailbox
from app.mailboxes.wanting import Wanted
from app.mailboxes.words import Trouble
from app.tasks.jobs import short_transaction

log = structlog.get_logger()
LEASE = timedelta(seconds=hurried(300))
"""Longer than a line to a server may last."""
MOST_AT_ONCE = 200
LONGEST_SECONDS = 120
"""Then a poll ends in order, and what is left is taken by the next."""
TRIES = 3
"""For a mail the server does not give out; then it is told in the mail log."""


class Overtaken(Exception):
    """The mailbox was removed, or another took it over: nothing more is done here."""


@dataclass(frozen=True)
class Turn:
    """One poll: whose turn it is, and what it needs to know."""

    mailbox_id: int
    fence: int
    place: int
    account: Account
    wanted: Wanted
    after: AfterAction
    target: str

    @property
    def writes(self) -> bool:
        """Is anything done in the mailbox itself?"""
        return self.after is not AfterAction.NOTHING

    def numbering(self, folder: Folder) -> str:
        """Within which the numbers of a folder are each one mail's."""
        return f"{self.place}:{folder.uidvalidity}"


@dataclass
class Result:
    """What a poll came to."""

    taken: int = 0
    is_more: bool = False
    told: dict[str, Any] | None = None


def poll(mailbox_id: int) -> None:
    """Take what is new in a mailbox; nothing where another does it already, or where it rests."""
    if (fence := claim(mailbox_id)) is None:
        return
    result = Result()
    try:
        turn = _turn(mailbox_id, fence)
        with folders.opened(turn.account, writes=turn.writes) as folder:
            _take_all(turn, folder, result)
    except Trouble as trouble:
        result.told = trouble.told
    except Overtaken:
        log.warning("mailbox.overtaken", mailbox=mailbox_id)
        return
    except BaseException:
        _let_go(mailbox_id, fence)
        raise
    with short_transaction():
        resting.note(mailbox_id, fence, result.taken, result.told, is_more=result.is_more)
    log.info("mailbox.polled", mailbox=mailbox_id, taken=result.taken, trouble=(result.told or {}).get("key"))


def claim(mailbox_id: int) -> int | None:
    """The fence of our turn; None where it is another's, or nobody's. Committed."""
    now = clock.now()
    free = or_(Mailbox.lease_until.is_(None), Mailbox.lease_until < now, Mailbox.lease_until > now + 2 * LEASE)
    ours = (Mailbox.id == mailbox_id, Mailbox.is_on, Mailbox.paused_at.is_(None), free)
    values = {"fence": Mailbox.fence + 1, "lease_until": now + LEASE}
    with short_transaction():
        return db.session.scalar(_changed(*ours).values(**values).returning(Mailbox.fence))


def _changed(*where: Any) -> Any:
    return update(Mailbox).where(*where).execution_options(synchronize_session=False)


def _let_go(mailbox_id: int, fence: int) -> None:
    """Something unforeseen: the task is tried again, and need not wait for the lease."""
    db.session.rollback()
    with short_transaction():
        db.session.execute(_changed(Mailbox.id == mailbox_id, Mailbox.fence == fence).values(lease_until=None))


def _turn(mailbox_id: int, fence: int) -> Turn:
    with short_transaction():
        mailbox = db.session.get_one(Mailbox, mailbox_id, populate_existing=True)
        account = reaching.account(mailbox)
        wanted = wanting.of(mailbox, account.most)
        return Turn(mailbox_id, fence, mailbox.place, account, wanted, mailbox.after, mailbox.target_folder)


def _take_all(turn: Turn, folder: Folder, result: Result) -> None:
    """The oldest first; what was committed before and not marked is marked now."""
    with short_transaction():
        known = found.known(turn.mailbox_id, turn.numbering(folder))
    for uid in known.unsettled:
        _settle(turn, folder, uid)
    uids = folder.search(unread=turn.wanted.is_unread_only, since=turn.wanted.since)
    new, ends = [uid for uid in uids if uid not in known.ended], time.monotonic() + LONGEST_SECONDS
    is_over = lambda: result.taken >= MOST_AT_ONCE or time.monotonic() > ends  # noqa: E731
    for at in range(0, len(new), folders.AT_ONCE):
        if is_over():  # also where nothing is wanted: ten thousand newsletters are no broken line
            result.is_more = True
            return
        for heading in _wanted(turn, folder, new[at : at + folders.AT_ONCE]):
            if is_over():
                result.is_more = True
                return
            _take_or_tell(turn, folder, heading, known, result)


def _wanted(turn: Turn, folder: Folder, uids: list[int]) -> list[Heading]:
    """Those of these that are to be taken, or told; of the others it is noted that they are not."""
    judged = {each: wanting.against(each, turn.wanted) for each in folder.headings(uids)}
    unwanted = [each.uid for each, why in judged.items() if why not in {"", "large", "seen"}]
    with short_transaction():
        found.note_unwanted(turn.mailbox_id, turn.numbering(folder), unwanted)
    return [each for each, why in judged.items() if why in {"", "large"}]


def _take_or_tell(turn: Turn, folder: Folder, heading: Heading, known: Known, result: Result) -> None:
    try:
        if heading.size > turn.wanted.most:
            raise Trouble("too_much")
        _take(turn, folder, heading, result)
    except Trouble as trouble:
        if trouble.told["key"] == "too_much":
            _tell(turn, folder, heading, "too_large", ask=trouble.__cause__ is None)
            if trouble.__cause__:  # the server said it was smaller, and goes on sending
                raise Trouble("cut") from trouble
        elif trouble.told["key"] == "not_given":
            result.told = trouble.told
            if known.tries.get(heading.uid, 0) + 1 >= TRIES:
                _tell(turn, folder, heading, "not_given")
            else:
                with short_transaction():
                    found.note_try(turn.mailbox_id, turn.numbering(folder), heading.uid)
        else:
            raise


def _take(turn: Turn, folder: Folder, heading: Heading, result: Result) -> None:
    """Bytes durable, row committed, then marked; killed in between, the next poll marks it."""
    if not store.has_room(heading.size):
        raise Trouble("no_room")
    if (raw := folder.raw(heading.uid)) is None:
        return
    kept = storage.store(store.root(), raw)
    faultpoint("mailbox.stored")
    with short_transaction():
        _extend(turn)
        is_new = found.take(turn.mailbox_id, turn.numbering(folder), heading.uid, kept, settled=not turn.writes)
        faultpoint("mailbox.before_commit")
    result.taken += is_new
    faultpoint("mailbox.after_commit")
    if turn.writes:
        _settle(turn, folder, heading.uid)


def _extend(turn: Turn) -> None:
    """Our turn still, and longer; in the transaction that depends on it."""
    ours = _changed(Mailbox.id == turn.mailbox_id, Mailbox.fence == turn.fence, Mailbox.is_on)
    if not db.session.execute(ours.values(lease_until=clock.now() + LEASE)).rowcount:
        raise Overtaken


def _settle(turn: Turn, folder: Folder, uid: int) -> None:
    """Mark or move it, and remember that."""
    if turn.after is AfterAction.SEEN:
        folder.mark_seen(uid)
    elif turn.after is AfterAction.MOVE:
        folder.move(uid, turn.target)
    faultpoint("mailbox.marked")
    with short_transaction():
        found.settle(turn.mailbox_id, turn.numbering(folder), uid)


def _tell(turn: Turn, folder: Folder, heading: Heading, why: str, *, ask: bool = True) -> None:
    """In the mail log, with its header and the reason; it is not fetched again, and stays where it is."""
    header = folder.header(heading.uid) if ask else b""
    header = header or f"From: {heading.sender}\r\nSubject: {heading.subject}\r\n\r\n".encode("utf-8", "replace")
    kept = storage.store(store.root(), header)
    with short_transaction():
        _extend(turn)
        found.tell(turn.mailbox_id, turn.numbering(folder), heading, kept, why)
