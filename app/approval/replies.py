"""Answers to our mails that reach an intake address: never a decision, never a document; told once how (SAFETY S69)."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Any

from sqlalchemy import select

from app.approval import mails
from app.core.database import hold
from app.extensions import db
from app.intake import automatic
from app.intake.kinds import MessageKind
from app.intake.letter import Letter
from app.intake.models import Message
from app.outbox.models import OutgoingMail
from app.outbox.writing import is_ours
from app.users import people

KEY = "approval_reply"
ABOUT = re.compile(r"<[^<>\s]+\.approval-[a-z]+@[^<>\s]+>")
"""The Message-ID of a mail about an approval."""


def recognise(letter: Letter) -> dict[str, Any] | None:
    """Does a person answer one of our mails about approvals? Machines answer too; nobody tells them anything."""
    said = " ".join([*letter.headers.all("in-reply-to"), *letter.headers.all("references")])
    found = [each for each in ABOUT.findall(said) if is_ours(each)]
    if not found or automatic.kind_of(letter.headers, envelope_sender="", ours=set()):
        return None
    return {"answers": found[0]}


def take(message: Message, facts: dict[str, Any]) -> None:
    """Tell whoever answered that it decided nothing: once for each mail, and only whom it was written to."""
    hold(db.session, f"answers to {facts['answers']}")
    mail = db.session.scalar(select(OutgoingMail).filter_by(message_id=facts["answers"]))
    sender = parseaddr(message.sender)[1].lower()
    is_known = mail is not None and sender in {each.address.lower() for each in mail.recipients}
    user = people.by_email(sender) if is_known else None
    if mail and user and message.envelope_sender not in ("", automatic.NOBODY):
        mails.no_decision(user, mail, message.message_id)


KIND = MessageKind(KEY, recognise, take)
