"""Under which counterparty another one is shown, such as a branch under its head office, and whose account it is."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties import confirming
from app.counterparties.models import Counterparty
from app.extensions import db
from app.users.models import User


def put_under(child: Counterparty, parent: Counterparty | None, *, by: User) -> None:
    """Show it under that one, or by itself; never in a circle, also where two people say so at once."""
    hold(db.session, f"counterparties:{child.company_id}")
    db.session.refresh(child)
    if parent is not None:
        db.session.refresh(parent)
        _check(child, parent)
    if child.parent_id == (parent.id if parent else None):
        return
    was = db.session.get(Counterparty, child.parent_id) if child.parent_id else None
    child.parent_id = parent.id if parent else None
    trail.record(child, by=by, act="put under another", changes={"parent": [was and was.name, parent and parent.name]})


def _check(child: Counterparty, parent: Counterparty) -> None:
    if parent.company_id != child.company_id or parent.merged_into_id:
        raise Refused(_("Choose another one of the same company. Nothing was changed."))
    if any(each == child.id for each in _line(parent)):
        says = _("%(parent)s is shown under %(child)s already: a circle is not possible.")
        raise Refused(says % {"parent": parent.name, "child": child.name})


def _line(counterparty: Counterparty) -> Iterator[int]:
    """Itself, what it is shown under, and so on up; as the database has it now."""
    up: int | None = counterparty.id
    passed: set[int] = set()
    while up and up not in passed:
        yield up
        passed.add(up)
        up = db.session.scalar(select(Counterparty.parent_id).where(Counterparty.id == up))


def children(counterparty: Counterparty, user: User) -> list[Counterparty]:
    """Those shown under it, as far as this person sees them."""
    query = Counterparty.visible_to(user).where(
        Counterparty.parent_id == counterparty.id, Counterparty.merged_into_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(Counterparty.name, Counterparty.id)))


def parent(counterparty: Counterparty, user: User) -> Counterparty | None:
    """Under which it is shown, where this person sees that one."""
    return db.session.scalar(Counterparty.visible_to(user).filter_by(id=counterparty.parent_id or 0))


def follow(gone: Counterparty, into: Counterparty) -> None:
    """Of two that are merged: what was under the first is under the second, which never is under itself."""
    if gone.id in _line(into) or (into.parent_id is None and into.id not in _line(gone)):
        into.parent_id = gone.parent_id
    gone.parent_id = None
    db.session.flush()
    mine = update(Counterparty).where(Counterparty.parent_id == gone.id, Counterparty.id != into.id)
    db.session.execute(mine.values(parent_id=into.id))
    merged = update(Counterparty).where(Counterparty.merged_into_id == gone.id)
    db.session.execute(merged.values(merged_into_id=into.id))


def give_to(counterparty: Counterparty, owner: User | None, *, by: User) -> None:
    """Whose account it is: one of those who see it and may change it."""
    if owner is not None and owner not in owners(counterparty):
        raise Refused(_("Choose somebody who sees this customer or supplier. Nothing was changed."))
    if counterparty.owner_id == (owner.id if owner else None):
        return
    was = counterparty.owner
    counterparty.owner = owner
    trail.record(
        counterparty, by=by, act="given to somebody", changes={"owner": [was and was.name, owner and owner.name]}
    )


owners = confirming.able
"""Who could own it."""
