"""Invoices and reminders by letter and by text message; and what follows when one was posted, or could not be."""

from __future__ import annotations

from app.channels import gateway, letters
from app.channels.kinds import Carried, MessageKind
from app.channels.models import GatewayKind, GatewayMessage, Letter, LetterState
from app.counterparties.models import Contact
from app.documents.models import SentMeans
from app.dunning import actions, ending, gaps, mails, recipients
from app.dunning.action_models import Action, ActionKind
from app.dunning.recipients import CannotReach, Recipients
from app.extensions import db
from app.outbox.models import Mark
from app.users.models import User


def by_letter(action: Action, by: User | None) -> None:
    """Drawn with its address and the pages of the invoice, once; it waits for the printer or a provider."""
    contact = _by_post(action)
    address = _addressed(action)
    subject, text = mails.compose(action, _reader(action, contact))
    text, _secrets = mails.with_link(action, text, by)
    gaps.take(action, [f"letter:{action.counterparty_id}"], by)
    action.letter = letters.write(
        mails.KINDS_OF[action.kind],
        key=_key(action),
        company=action.counterparty.company,
        address=address,
        language=_reader(action, contact).language,
        subject=subject,
        text=text,
        attachments=[file for file, _name in mails.enclosed(action)],
        about=action,
        counterparty=action.counterparty,
    )
    actions.leave(action, by=by)


def by_text(action: Action, by: User | None) -> None:
    """To the telephone of the contact, once; a gateway carries it."""
    contact = _contact(action, [each for each in action.counterparty.contacts if each.phone.strip()])
    to = next(iter(action.to), contact.phone if contact else "")
    if not to:
        raise CannotReach("no_phone")
    _subject, text = mails.compose(action, _reader(action, contact), needs_subject=False)
    text, tokens = mails.with_link(action, text, by)
    gaps.take(action, [to], by)
    facts = {"carries": GatewayKind.SMS, "to": to, "text": text, "about": action, "secrets": tokens}
    action.gateway_message = gateway.write(
        mails.KINDS_OF[action.kind], key=_key(action), company_id=action.company_id, **facts
    )
    actions.leave(action, by=by)


def postal_address(action: Action) -> str:
    """Where a letter about it goes; empty where nobody knows."""
    contact = _by_post(action)
    return (contact.address if contact else action.counterparty.address).strip()


def _by_post(action: Action) -> Contact | None:
    return _contact(action, [each for each in action.counterparty.contacts if each.address.strip()])


def _contact(action: Action, usable: list[Contact]) -> Contact | None:
    return next(iter(recipients.by_position(usable, action.step, action.kind)), None)


def _reader(action: Action, contact: Contact | None) -> Recipients:
    """In which language, and how they are called."""
    spoken = contact.language if contact else ""
    language = action.language or spoken or action.counterparty.company.customer_language
    return Recipients([], [], language, contact.name if contact else "")


def _addressed(action: Action) -> str:
    """The customer's name above its address, where that does not begin with it."""
    address, name = postal_address(action), action.counterparty.name
    if not address:
        raise CannotReach("no_address")
    return address if address.casefold().startswith(name.casefold()) else f"{name}\n{address}"


def _key(action: Action) -> str:
    return f"{mails.KINDS_OF[action.kind]}:{action.id}:{action.version}"


# --- What becomes of it ---------------------------------------------------------------------------


def _action_of(carried: Carried) -> Action | None:
    is_ours = carried.about_type == Action.__tablename__ and carried.about_id
    return db.session.get(Action, carried.about_id) if is_ours else None


def _carries(action: Action | None, carried: Carried) -> bool:
    if action is None:
        return False
    return (action.letter_id if isinstance(carried, Letter) else action.gateway_message_id) == carried.id


def why_not(carried: Carried) -> str:
    """Asked when its turn has come (SAFETY S52)."""
    action = _action_of(carried)
    return ending.why_not(action, _carries(action, carried))


def after(carried: Carried) -> None:
    """It was posted or taken, refused, nobody knows, or somebody decided about it: the action follows."""
    action = _action_of(carried)
    if action is None or not _carries(action, carried):
        return
    if isinstance(carried, Letter):
        _after_letter(action, carried)
    else:
        _after_message(action, carried)


def _after_letter(action: Action, letter: Letter) -> None:
    if letter.state is LetterState.POSTED:
        ending.arrived(action, SentMeans.LETTER)
    elif letter.state is LetterState.CANCELLED:
        ending.cancelled(action)


def _after_message(action: Action, message: GatewayMessage) -> None:
    if message.mark in {Mark.SENT, Mark.CANCELLED}:
        message.sealed_text = ""
    if message.mark is Mark.SENT:
        ending.arrived(action, SentMeans.SMS)
    elif message.mark is Mark.QUEUED:
        ending.leaves_again(action)
    elif message.mark in {Mark.REFUSED, Mark.UNCERTAIN}:
        ending.failed(action, message.mark.value, message.answer)
    elif message.mark is Mark.CANCELLED:
        ending.cancelled(action)


KINDS = [MessageKind(mails.KINDS_OF[kind], why_not, after) for kind in ActionKind]
