"""Mails that came back: tied to what they were about, and put before a person (SPEC SE-7, SAFETY S54)."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import exists, func, select

from app.audit import trail
from app.core import clock
from app.counterparties.models import Contact, Counterparty
from app.documents import sent
from app.documents.models import Document
from app.dunning import actions, returned
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.answered import action_of, reply_of
from app.extensions import db
from app.intake.kinds import MessageKind
from app.intake.models import Message
from app.outbox import kinds, returning
from app.outbox.models import Mark, OutgoingMail, Recipient
from app.users.models import User

log = structlog.get_logger()
KEY, MENDED = "bounced", "address_mended"
OPEN_KEYS = (KEY, "letter_proposed")
"""Reasons of actions that wait because a mail came back."""


def take(message: Message, facts: dict[str, Any]) -> None:
    """Note who did not get our mail, and bring back what it was to do; a forged report or a second one does nothing."""
    mail = returning.found(facts["mails"], message.company_id)
    if mail is None or returning.has_left_since(mail, message.received_at):
        log.info("bounce.of_nothing", message=message.id)
        return
    refused = [each for fate in facts["fates"] if (each := _noted(mail, fate))]
    log.info("bounce.noted", message=message.id, mail=mail.id, refused=len(refused))
    action = action_of(mail)
    message.counterparty_id = action.counterparty_id if action else message.counterparty_id
    if refused:
        returning.settle(mail)
        _follow(mail, action, refused)


KIND = MessageKind("bounce", returned.read, take)


def _noted(mail: OutgoingMail, fate: returned.Fate) -> Recipient | None:
    """The recipient who is known only now not to have got it."""
    recipient = returning.recipient(mail, fate.address)
    if recipient is None:
        log.info("bounce.of_nobody", mail=mail.id)
    elif fate.is_final:
        return recipient if returning.refuse(recipient, fate.why) else None
    elif recipient.mark is Mark.SENT:
        recipient.answer = f"Delayed: {fate.why}"
    return None


def _follow(mail: OutgoingMail, action: Action | None, refused: list[Recipient]) -> None:
    """Its customer's addresses are doubted; where nobody got it, it is to do once more, by a person.

    What somebody answered is unread again when our answer to it came back.
    """
    if reply := reply_of(mail):
        reply.read_at = reply.read_by_id = None
    if action is None:
        kinds.tell_returned(mail, _why(refused))
        return
    addresses = {each.address.lower() for each in refused}
    for address in addresses:
        _doubt(action.counterparty, address)
    why = _why(refused)
    action.bounced_at, action.bounce_reason = clock.now(), why
    trail.record(action, by=None, act="came back", why=why)
    if not any(each.mark in (Mark.SENT, Mark.QUEUED) for each in mail.recipients if each.role == "to"):
        _bring_back(action, {"key": KEY, "why": why, "addresses": sorted(addresses)})


def _why(refused: list[Recipient]) -> str:
    return "; ".join(f"{each.address}: {each.answer}" for each in refused)[:500]


def _doubt(counterparty: Counterparty, address: str) -> None:
    """Wherever the company knows this address."""
    of_it = Counterparty.company_id == counterparty.company_id
    contacts = select(Contact).join(Counterparty).where(of_it, func.lower(Contact.email) == address)
    for contact in db.session.scalars(contacts):
        contact.bounced_at = clock.now()
    for party in db.session.scalars(select(Counterparty).where(of_it, func.lower(Counterparty.email) == address)):
        party.email_bounced_at = clock.now()
    trail.record(counterparty, by=None, act="mail came back", changes={"email": [address, None]})


def _bring_back(action: Action, reason: dict[str, Any]) -> None:
    """The action is a person's, or a new one is where it was done; an invoice that came back is *to send*."""
    if action.state in actions.ALIVE:
        actions.hand_over(action, reason)
    elif action.state is not ActionState.DONE or _came_otherwise(action):
        return
    else:
        _once_more(action, reason)
    if action.kind is ActionKind.SENDING:
        sent.come_back(action.document, why=reason["why"])


def _once_more(action: Action, reason: dict[str, Any]) -> None:
    """The same again, for a person; made before its document settles, so that nothing else is made of it."""
    covers = {each.document: each.reached_days for each in action.covers if _is_needed(each.document, action)}
    if not covers:
        return
    document = action.document if action.document in covers else next(iter(covers))
    facts = {"channel": action.channel, "due_at": clock.now(), "step": action.step, "reason": reason}
    if made := actions.make(action.kind, document, key=_next_key(action), covers=covers, **facts):
        made.to, made.cc, made.language = action.to, action.cc, action.language
        made.subject, made.text = action.subject, action.text
        trail.record(made, by=None, act="handed to a person", why=KEY)


def _came_otherwise(action: Action) -> bool:
    """Did the invoice reach its customer by another message, such as a letter?"""
    same = (Action.kind == ActionKind.SENDING, Action.document_id == action.document_id, Action.id != action.id)
    arrived = exists().where(*same, Action.state == ActionState.DONE, Action.bounced_at.is_(None))
    return action.kind is ActionKind.SENDING and bool(db.session.scalar(select(arrived)))


def _is_needed(document: Document, action: Action) -> bool:
    """Nobody is reminded of what is paid, nor sent what was thrown away or is another customer's now."""
    if document.trashed_at or document.counterparty_id != action.counterparty_id:
        return False
    return action.kind is ActionKind.SENDING or (document.open_minor or 0) > 0


def _next_key(action: Action) -> str:
    """The next round of a sending; a reminder's second one is named after the first."""
    if action.kind is ActionKind.SENDING:
        return actions.next_round(action.document)
    return f"{action.kind.value}:{action.document_id}:after:{action.id}"


def mended(counterparty: Counterparty, was: str, now: str, by: User) -> None:
    """An address was changed: what waits because mails to the old one came back says so."""
    if not now:
        return
    waiting = select(Action).where(Action.counterparty_id == counterparty.id, Action.state == ActionState.TO_DO)
    for action in db.session.scalars(waiting):
        if action.reason.get("key") in OPEN_KEYS and was.lower() in action.reason.get("addresses", []):
            action.reason = {"key": MENDED, "address": now}
            action.to = [each for each in action.to if each.lower() != was.lower()]
            trail.record(action, by=by, act="address mended", changes={"email": [was, now]})
