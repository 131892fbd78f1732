"""What came back of a mail that had left: a recipient who did not get it, or gets it later (SPEC SE-7, SAFETY S54)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from app.core import clock
from app.core.database import hold
from app.extensions import db
from app.outbox import kinds, marks
from app.outbox.models import Mark, OutgoingMail, Recipient

LEAVING = (Mark.CLAIMED, Mark.TRANSMITTING)
AT_ONCE = timedelta(minutes=1)
"""A report may be here before we noted that the mail left."""


class StillLeaving(Exception):
    """The report was faster than the end of the delivery: it is read again later."""


def found(message_ids: Iterable[str], company_id: int) -> OutgoingMail | None:
    """Our mail of one of these Message-IDs, held; of this company or of none."""
    mine = or_(OutgoingMail.company_id == company_id, OutgoingMail.company_id.is_(None))
    mail = db.session.scalar(select(OutgoingMail).where(OutgoingMail.message_id.in_(message_ids), mine).limit(1))
    if mail:
        hold(db.session, f"returning:{mail.id}")
        db.session.refresh(mail)
        if mail.mark in LEAVING:
            raise StillLeaving(f"mail {mail.id} is still leaving")
    return mail


def has_left_since(mail: OutgoingMail, moment: datetime) -> bool:
    """Did it leave once more after that? Then what was said of it at that moment is about the time before."""
    return mail.mark is Mark.SENT and moment < mail.marked_at - AT_ONCE


def recipient(mail: OutgoingMail, address: str) -> Recipient | None:
    """Whose address it is; where a report names another one, as after a forwarding, whoever is the only one."""
    named = [each for each in mail.recipients if each.address.lower() == address]
    return next(iter(named or (mail.recipients if len(mail.recipients) == 1 else [])), None)


def refuse(recipient: Recipient, why: str) -> bool:
    """They did not get it; False where that is known, or where it never was on its way to them."""
    may_have = recipient.mark is Mark.QUEUED and recipient.mail.mark in {Mark.UNCERTAIN, Mark.SENT}
    if recipient.mark is not Mark.SENT and not may_have:
        return False
    recipient.mark, recipient.answer = Mark.REFUSED, why[:2000]
    return True


def settle(mail: OutgoingMail) -> None:
    """What came back had left: an uncertain mail is none any more, and reached whoever it did not come back from."""
    if mail.mark is not Mark.UNCERTAIN:
        return
    for each in mail.recipients:
        each.mark = Mark.SENT if each.mark is Mark.QUEUED else each.mark
    arrived = any(each.mark is Mark.SENT for each in mail.recipients)
    mail.mark, mail.marked_at = Mark.SENT if arrived else Mark.REFUSED, clock.now()
    marks.blot(mail)
    kinds.tell(mail)
