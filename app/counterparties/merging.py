"""Making one of two counterparties: all that was the first one's is the second one's from then on (SPEC CP-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update

from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties import family
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.users.models import User

after_merging: list[Callable[[Counterparty, Counterparty, User], None]] = []
"""What was the first one's and is the second one's now, such as documents, lessons and rules; `pipeline` fills it."""
FILLED = (
    *("vat_number", "siren", "siret", "email", "address", "account_code", "default_category_id", "treasury_category"),
    *("default_label", "owner_id", "dunning_plan_id"),
)
"""Where the second one has none, the first one's is taken."""


def merge(gone: Counterparty, into: Counterparty, *, by: User, typed: str) -> None:
    """The first is archived, and leads to the second, which has all that was its; this cannot be undone.

    Accounts that only the first one had are confirmed anew: they were confirmed for another name.
    Raises `Refused`; nothing is changed then.
    """
    hold(db.session, f"counterparties:{gone.company_id}")
    for each in (gone, into):
        db.session.refresh(each)
    _check(gone, into, typed)
    filled = _fill(gone, into)
    _move_accounts(gone, into, by)
    _move_people(gone, into)
    family.follow(gone, into)
    gone.merged_into_id, gone.archived_at = into.id, gone.archived_at or clock.now()
    gone.version, into.version = gone.version + 1, into.version + 1
    trail.record(gone, by=by, act="merged into another", changes={"name": [gone.name, into.name]})
    trail.record(into, by=by, act="took another over", changes={"other_names": [None, gone.name]} | filled)
    db.session.flush()
    for follow in after_merging:
        follow(gone, into, by)


def _check(gone: Counterparty, into: Counterparty, typed: str) -> None:
    if gone.id == into.id or gone.company_id != into.company_id:
        raise Refused(_("Choose another one of the same company. Nothing was changed."))
    if gone.merged_into_id or into.merged_into_id:
        raise Refused(_("One of them was merged meanwhile. Nothing was changed."))
    if " ".join(typed.split()).casefold() != " ".join(gone.name.split()).casefold():
        raise Refused(_("Type “%(name)s” to confirm. Nothing was changed.", name=gone.name))


def _fill(gone: Counterparty, into: Counterparty) -> dict[str, Any]:
    """What the second one lacks; it is found by the first one's names, and is all that either was."""
    filled = {name: [None, getattr(gone, name)] for name in FILLED if getattr(gone, name) and not getattr(into, name)}
    for name, (_was, now) in filled.items():
        setattr(into, name, now)
    if into.terms is None and gone.terms:
        into.terms, into.terms_days = gone.terms, gone.terms_days
    into.default_tags = into.default_tags or list(gone.default_tags)
    into.numbering_restarts_yearly = into.numbering_restarts_yearly or gone.numbering_restarts_yearly
    names = dict.fromkeys([*into.other_names, gone.name, *gone.other_names])
    into.other_names = [name for name in names if name != into.name]
    into.is_customer, into.is_supplier = into.is_customer or gone.is_customer, into.is_supplier or gone.is_supplier
    into.is_validated_automatically = into.is_validated_automatically and gone.is_validated_automatically
    return filled


def _move_accounts(gone: Counterparty, into: Counterparty, by: User) -> None:
    """Those both had stay as the second one has them; the others go along, not confirmed."""
    known = {each.iban for each in into.ibans}
    for row in list(gone.ibans):
        if row.iban in known:
            continue
        facts = {"counterparty_id": into.id, "confirmed_at": None, "confirmed_by_id": None, "channel": ""}
        facts |= {"added_by_id": by.id, "created_at": clock.now()}
        db.session.execute(update(CounterpartyIban).where(CounterpartyIban.id == row.id).values(**facts))
    for each in (gone, into):
        db.session.expire(each, ["ibans"])


def _move_people(gone: Counterparty, into: Counterparty) -> None:
    """Contacts and whoever looks after it; a contact with the same address once."""
    known = {each.email.lower() for each in into.contacts if each.email}
    for contact in list(gone.contacts):
        if not contact.email or contact.email.lower() not in known:
            contact.counterparty = into
    for user in list(gone.assigned_users):
        gone.assigned_users.remove(user)
        if user not in into.assigned_users:
            into.assigned_users.append(user)


counted: list[Callable[[Counterparty], tuple[Any, int]]] = []
"""What and how many of it moves, for the page that asks; `pipeline` fills it."""


def what_moves(gone: Counterparty, into: Counterparty) -> dict[str, Any]:
    """For the page that asks: what goes along, which facts are taken from the first, which accounts wait again."""
    lacking = [name for name in FILLED if getattr(gone, name) and not getattr(into, name)]
    known = {each.iban for each in into.ibans}
    counts = [(_("Contacts"), len(gone.contacts)), *(count(gone) for count in counted)]
    return {"counts": counts, "facts": lacking, "ibans": [each.iban for each in gone.ibans if each.iban not in known]}
