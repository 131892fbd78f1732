"""What customers answer to our mails: read back from the intake, and unread until somebody says so (SPEC DN-2)."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Any

import structlog
from sqlalchemy import select, update

from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.counterparties.models import Counterparty
from app.dunning import quoting
from app.dunning.answered import KINDS, action_of, reply_of
from app.dunning.customer_models import Reply
from app.extensions import db
from app.intake import automatic
from app.intake.kinds import MessageKind
from app.intake.letter import Letter
from app.intake.models import Message
from app.outbox.models import OutgoingMail
from app.outbox.writing import is_ours
from app.users.models import User

log = structlog.get_logger()
KEY = "customer_reply"
ABOUT = re.compile(rf"<[^<>\s]{{1,200}}\.(?:{'|'.join(KINDS)})@[^<>\s]{{1,200}}>")
"""The Message-ID of a mail to a customer."""
MACHINES = {"bounce", "auto_reply"}


def recognise(letter: Letter) -> dict[str, Any] | None:
    """Does a person answer a mail of ours to a customer? Machines answer too: they pause nothing."""
    said = " ".join([*letter.headers.all("in-reply-to"), *letter.headers.all("references")])
    found = list(dict.fromkeys(each for each in ABOUT.findall(said) if is_ours(each)))
    if not found or automatic.kind_of(letter.headers, envelope_sender="", ours=set()) in MACHINES:
        return None
    return {"answers": found, "text": quoting.new_text(letter)}


def take(message: Message, facts: dict[str, Any]) -> None:
    """Keep the answer, once; its customer is whoever our mail was about, whatever address it comes from."""
    hold(db.session, f"reply:{message.id}")
    mail = _answered(message, facts["answers"])
    action, earlier = (action_of(mail), reply_of(mail)) if mail else (None, None)
    customer = action.counterparty if action else earlier.counterparty if earlier else None
    if customer is None or message.envelope_sender == automatic.NOBODY:
        log.info("reply.to_nothing", message=message.id)
        return
    if db.session.scalar(select(Reply.id).filter_by(message_id=message.id)):
        return
    message.counterparty_id = customer.id
    about = action or (earlier.action if earlier else None)
    reply = Reply(company_id=message.company_id, counterparty=customer, action=about, message_id=message.id)
    reply.sender, reply.subject = parseaddr(message.sender)[1][:254], message.subject[:300]
    reply.text, reply.received_at = facts["text"], message.received_at
    db.session.add(reply)
    trail.record(customer, by=None, act="reply received", why=reply.subject)


KIND = MessageKind(KEY, recognise, take)


def _answered(message: Message, answers: list[str]) -> OutgoingMail | None:
    """The last of them that this company sent."""
    ours = select(OutgoingMail).where(OutgoingMail.message_id.in_(answers), OutgoingMail.kind.in_(KINDS))
    mine = ours.where(OutgoingMail.company_id == message.company_id).order_by(OutgoingMail.id.desc())
    return db.session.scalar(mine.limit(1))


def is_stranger(reply: Reply) -> bool:
    """Does it come from an address that neither got our mail nor is known of the customer?"""
    known = {each.email.lower() for each in reply.counterparty.contacts} | {reply.counterparty.email.lower()}
    mail = reply.action.mail if reply.action else None
    known |= {each.address.lower() for each in mail.recipients} if mail else set()
    return reply.sender.lower() not in known - {""}


def read(reply: Reply, *, by: User) -> None:
    """Somebody saw to it: the plan goes on."""
    if reply.read_at is None:
        reply.read_at, reply.read_by = clock.now(), by
        trail.record(reply, by=by, act="reply read")


def unread(reply: Reply, *, by: User) -> None:
    """It is to be seen to after all; the customer is not reminded meanwhile."""
    if reply.read_at is not None:
        reply.read_at = reply.read_by = None
        trail.record(reply, by=by, act="reply unread")


def message_of(reply: Reply) -> Message:
    """As it stands in the mail log, with what was attached."""
    return db.session.get_one(Message, reply.message_id)


def follow_merged(gone: Counterparty, into: Counterparty, by: User) -> None:
    """The first one's replies, and whatever else came back from it, are the second one's."""
    for kept in (Reply, Message):
        db.session.execute(update(kept).where(kept.counterparty_id == gone.id).values(counterparty_id=into.id))
    db.session.expire_all()
