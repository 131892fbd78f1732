"""The contacts of a counterparty: whom to write to about what (SPEC CP-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.core.errors import Refused
from app.counterparties.models import Contact, Counterparty
from app.users.models import User

MOST = 50
FACTS = ("position", "name", "email", "phone", "address", "language")
after_new_address: list[Callable[[Counterparty, str, str, User], None]] = []
"""What waits for another e-mail address than the first of these; `pipeline` fills it."""


def add(counterparty: Counterparty, facts: dict[str, Any], *, by: User) -> Contact:
    """One more."""
    if len(counterparty.contacts) >= MOST:
        raise Refused(_("%(most)s contacts are the most. Remove one first.", most=MOST))
    contact = Contact(**{name: facts[name] for name in FACTS})
    counterparty.contacts.append(contact)
    trail.record(counterparty, by=by, act="contact added", changes={"contact": [None, called(contact)]})
    return contact


def change(contact: Contact, facts: dict[str, Any], *, by: User) -> None:
    """Other facts; what was and what is now go into the trail of its counterparty."""
    changes = {name: [getattr(contact, name), facts[name]] for name in FACTS if getattr(contact, name) != facts[name]}
    if not changes:
        return
    was = called(contact)
    for name, (_was, now) in changes.items():
        setattr(contact, name, now)
    if "email" in changes:
        contact.bounced_at = None
        tell_new_address(contact.counterparty, *changes["email"], by=by)
    told = {"contact": [was, called(contact)]} | {name: pair for name, pair in changes.items() if name != "name"}
    trail.record(contact.counterparty, by=by, act="contact changed", changes=told)


def remove(contact: Contact, *, by: User) -> None:
    """It is written to no more."""
    counterparty, name = contact.counterparty, called(contact)
    counterparty.contacts.remove(contact)
    trail.record(counterparty, by=by, act="contact removed", changes={"contact": [name, None]})


def called(contact: Contact) -> str:
    """By its name, or how it is reached."""
    return contact.name or contact.email or contact.phone or contact.address.partition("\n")[0]


def trust(contact: Contact, *, by: User) -> None:
    """Its address is right although a mail came back: it is written to again."""
    contact.bounced_at = None
    trail.record(contact.counterparty, by=by, act="address confirmed", changes={"email": [None, contact.email]})


def tell_new_address(counterparty: Counterparty, was: str, now: str, *, by: User) -> None:
    """Whoever waits for another address than this one is told."""
    for follow in after_new_address:
        follow(counterparty, was, now, by)
