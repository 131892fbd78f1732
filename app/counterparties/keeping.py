"""Making a counterparty, changing it, and saying who looks after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.users.models import Company, Membership, User

FACTS = ("name", "is_customer", "is_supplier", "vat_number", "siren", "siret", "email", "address")
FACTS_OF_A_SUPPLIER = ("numbering_restarts_yearly",)


def create(company: Company, facts: dict[str, Any], *, by: User | None) -> Counterparty:
    """A counterparty with these facts; its IBANs wait for somebody to confirm them (SAFETY R16)."""
    if not str(facts.get("name", "")).strip():
        raise Refused(_("A counterparty needs a name."))
    known = {name: facts[name] for name in (*FACTS, *FACTS_OF_A_SUPPLIER) if facts.get(name)}
    counterparty = Counterparty(company=company, **known)
    counterparty.name = " ".join(counterparty.name.split())[:200]
    counterparty.ibans = [CounterpartyIban(iban=iban) for iban in dict.fromkeys(facts.get("ibans") or []) if iban]
    db.session.add(counterparty)
    trail.record(counterparty, by=by, act="created", changes={name: [None, value] for name, value in known.items()})
    return counterparty


def edit(counterparty: Counterparty, facts: dict[str, Any], *, by: User) -> None:
    """Change these facts; what was and what is now go into the trail."""
    changes = {}
    for name in (*FACTS, *FACTS_OF_A_SUPPLIER):
        was = getattr(counterparty, name)
        if name in facts and facts[name] != was:
            setattr(counterparty, name, facts[name])
            changes[name] = [was, facts[name]]
    if not (counterparty.is_customer or counterparty.is_supplier):
        raise Refused(_("Say whether it is a customer, a supplier, or both."))
    if changes:
        trail.record(counterparty, by=by, act="edited", changes=changes)


def assign(counterparty: Counterparty, user_ids: Iterable[int], *, by: User) -> None:
    """Let exactly these people of its company look after it (SPEC US-2)."""
    members = select(User).join(Membership).where(Membership.company_id == counterparty.company_id)
    people = list(db.session.scalars(members.where(User.id.in_(list(user_ids))).order_by(User.id)))
    was = sorted(user.name for user in counterparty.assigned_users)
    counterparty.assigned_users = people
    now = sorted(user.name for user in people)
    if was != now:
        trail.record(counterparty, by=by, act="assigned", changes={"assigned_users": [was, now]})


def archive(counterparty: Counterparty, *, by: User, back: bool = False) -> None:
    """Leave it out of lists and choices, or take it back; its documents stay."""
    counterparty.archived_at = None if back else clock.now()
    trail.record(counterparty, by=by, act="taken back" if back else "archived")
