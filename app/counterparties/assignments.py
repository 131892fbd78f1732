"""Which counterparties are assigned to whom (SPEC US-2)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import selectinload

from app.audit import trail
from app.counterparties.models import Counterparty
from app.extensions import db
from app.users.models import User


def of(user: User, company_ids: Iterable[int]) -> Select[tuple[Counterparty]]:
    """The counterparties of these companies assigned to the person, by name."""
    return _in(company_ids).where(Counterparty.assigned_users.any(User.id == user.id))


def others(user: User, company_ids: Iterable[int], words: str) -> Select[tuple[Counterparty]]:
    """Those not assigned to the person whose name or numbers contain the words."""
    query = _in(company_ids).where(~Counterparty.assigned_users.any(User.id == user.id))
    for word in words.split()[:8]:
        columns = (Counterparty.name, Counterparty.vat_number, Counterparty.siren, Counterparty.email)
        # SQLite knows capitals of the English alphabet only: É is looked for as é, É, and at the beginning of a word.
        spelt = {word, word.lower(), word.upper(), word.capitalize()}
        found = (column.icontains(each, autoescape=True) for column in columns for each in sorted(spelt))
        query = query.where(or_(*found))
    return query.where(Counterparty.archived_at.is_(None))


def _in(company_ids: Iterable[int]) -> Select[tuple[Counterparty]]:
    query = select(Counterparty).where(Counterparty.company_id.in_(list(company_ids)))
    query = query.options(selectinload(Counterparty.assigned_users))
    return query.order_by(Counterparty.name, Counterparty.id)


def change(user: User, add: Iterable[Counterparty], remove: Iterable[Counterparty], *, by: User) -> int:
    """Assign these to the person and those no more; how many changed."""
    added = [each for each in add if user not in each.assigned_users]
    removed = [each for each in remove if user in each.assigned_users]
    for each in added:
        each.assigned_users.append(user)
        trail.record(each, by=by, act="assigned", changes={"assigned": [None, user.email]})
    for each in removed:
        each.assigned_users.remove(user)
        trail.record(each, by=by, act="assignment ended", changes={"assigned": [user.email, None]})
    db.session.flush()
    return len(added) + len(removed)


def give(parties: Iterable[Counterparty], people: list[User], *, instead: bool, by: User) -> int:
    """Let these people look after all of these, beside or instead of those who do; how many assignments changed."""
    count = 0
    for party in parties:
        for user in people:
            count += change(user, [party], [], by=by)
        for user in [each for each in party.assigned_users if instead and each not in people]:
            count += change(user, [], [party], by=by)
    return count
