"""Rules per sender: mails from there that attach no document are documents themselves."""

from __future__ import annotations

from email.utils import parseaddr

from sqlalchemy import select

from app.audit import trail
from app.core.database import insert_unless_there
from app.extensions import db
from app.intake.models import IntakeRule, Message
from app.users.models import Company, User


def address_of(message: Message) -> str:
    """The address a rule for this message would be about; empty where it names none."""
    address = parseaddr(message.sender)[1].strip().lower()
    return address if "@" in address and len(address) <= 254 else ""


def add(company: Company, sender: str, *, by: User) -> None:
    """Make the rule, once."""
    facts = {"company_id": company.id, "sender": sender, "created_by_id": by.id}
    made = insert_unless_there(db.session(), IntakeRule).values(facts).returning(IntakeRule.id)
    if rule_id := db.session.scalar(made):
        rule = db.session.get_one(IntakeRule, rule_id)
        trail.record(rule, by=by, act="created", changes={"email": [None, sender]})


def remove(rule: IntakeRule, *, by: User) -> None:
    """Its sender's mails are looked at like all others again."""
    trail.record(rule, by=by, act="discarded", changes={"email": [rule.sender, None]})
    db.session.delete(rule)


def holds_for(message: Message) -> bool:
    """Is there one for the sender of this message?"""
    query = select(IntakeRule.id).where(
        IntakeRule.company_id == message.company_id, IntakeRule.sender == address_of(message)
    )
    return db.session.scalar(query) is not None
