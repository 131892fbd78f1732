"""Whom a message goes to, by e-mail; or why nobody can be reached so (SPEC SE-5, SAFETY S49)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Refused
from app.counterparties.models import Contact, Counterparty, Position
from app.dunning import words
from app.dunning.action_models import Action, ActionKind
from app.dunning.models import PlanStep
from app.outbox import addresses

MOST = 20
"""More people than that are no recipients of an invoice."""
POSITIONS = {
    ActionKind.SENDING: (Position.BILLING, Position.ACCOUNTING),
    ActionKind.REMINDER: (Position.DUNNING, Position.BILLING),
}
"""Whom each kind is for, where the step names nobody or there is no such contact."""


class CannotReach(Refused):
    """Nothing was written; `reason` is what the action keeps, {"key": …}."""

    def __init__(self, key: str, **said: Any) -> None:
        self.reason = {"key": key, **said}
        super().__init__(words.in_words(self.reason))


@dataclass(frozen=True)
class Recipients:
    """Addresses, and how whoever reads it first is called and spoken to."""

    to: list[str]
    cc: list[str] = field(default_factory=list)
    language: str = "fr"
    name: str = ""


def whom(counterparty: Counterparty, step: PlanStep | None, kind: ActionKind) -> Recipients:
    """As the step and the customer's contacts say. Raises `CannotReach`."""
    contacts = _contacts(counterparty, step, kind)
    to = [each.email for each in contacts] or _own(counterparty)
    language = next((each.language for each in contacts if each.language), counterparty.company.customer_language)
    name = contacts[0].name if contacts else ""
    return Recipients(*checked(to, addresses.listed(step.cc if step else "")), language, name)


def of(action: Action) -> Recipients:
    """As somebody chose them for this action, else as `whom` finds them."""
    if not action.to:
        found = whom(action.counterparty, action.step, action.kind)
        cc = action.cc or found.cc
        return Recipients(*checked(found.to, cc), action.language or found.language, found.name)
    chosen = {each.lower() for each in action.to}
    known = [each for each in action.counterparty.contacts if each.email.lower() in chosen]
    spoken = next((each.language for each in known if each.language), action.counterparty.company.customer_language)
    to, cc = checked(action.to, action.cc)
    return Recipients(to, cc, action.language or spoken, known[0].name if known else "")


def checked(to: Iterable[str], cc: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Each address once. Raises `CannotReach` where there is none, too many, or one that cannot be used."""
    by_key = {each.lower(): each for each in map(_checked, to)}
    if not by_key:
        raise CannotReach("no_contact")
    beside = {each.lower(): each for each in map(_checked, cc) if each.lower() not in by_key}
    if len(by_key) + len(beside) > MOST:
        raise CannotReach("too_many", count=len(by_key) + len(beside), most=MOST)
    return list(by_key.values()), list(beside.values())


def _checked(address: str) -> str:
    try:
        plain = addresses.spelled(address)
    except Refused:
        raise CannotReach("bad_address", address=addresses.one_line(address)[:100]) from None
    if addresses.comes_back(plain):
        raise CannotReach("own_address", address=plain)
    return plain


def _contacts(counterparty: Counterparty, step: PlanStep | None, kind: ActionKind) -> list[Contact]:
    """Those with an e-mail address from which no mail came back."""
    usable = [each for each in counterparty.contacts if each.email and not each.bounced_at]
    return by_position(usable, step, kind)


def by_position(usable: list[Contact], step: PlanStep | None, kind: ActionKind) -> list[Contact]:
    """All of the first position that has one of these, else the first there is."""
    wanted = [step.position] if step and step.position else []
    for position in [*wanted, *POSITIONS[kind]]:
        if found := [each for each in usable if each.position is position]:
            return found
    return usable[:1]


def _own(counterparty: Counterparty) -> list[str]:
    """The counterparty's own address, where no contact has one."""
    if counterparty.email and not counterparty.email_bounced_at:
        return [counterparty.email]
    bounced = [each.email for each in counterparty.contacts if each.email and each.bounced_at]
    bounced += [counterparty.email] if counterparty.email else []
    if bounced:
        raise CannotReach("all_bounced", address=", ".join(bounced)[:200])
    return []
