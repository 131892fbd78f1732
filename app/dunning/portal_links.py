"""Links by which a customer sees what is open, without an account: kept as hashes, revocable (SAFETY R9, S70)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from app.audit import trail
from app.core import clock
from app.counterparties.models import Counterparty
from app.dunning.customer_models import PortalLink
from app.extensions import db
from app.users.mails import address
from app.users.models import User
from app.users.sessions import digest

LIVES = timedelta(days=90)


def make(counterparty: Counterparty, by: User | None) -> tuple[str, str]:
    """A link for this customer: its address, and the token in it, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    facts = {"token_hash": digest(token), "expires_at": clock.now() + LIVES, "created_by": by}
    db.session.add(PortalLink(counterparty=counterparty, **facts))
    trail.record(counterparty, by=by, act="portal link made")
    return address(f"/portal/{token}"), token


def find(token: str) -> PortalLink | None:
    """The link of this token, while it lives; of one that does not nothing is told."""
    return db.session.scalar(select(PortalLink).where(PortalLink.token_hash == digest(token), *_living()))


def living(counterparty: Counterparty) -> list[PortalLink]:
    """Those that work, the newest first."""
    query = select(PortalLink).where(PortalLink.counterparty_id == counterparty.id, *_living())
    query = query.options(joinedload(PortalLink.created_by))
    return list(db.session.scalars(query.order_by(PortalLink.id.desc())))


def _living() -> tuple[ColumnElement[bool], ...]:
    now = clock.now()  # a link made by a clock that was ahead would live too long
    is_made = PortalLink.created_at <= now + clock.MAY_DIFFER
    return PortalLink.revoked_at.is_(None), PortalLink.expires_at > now, is_made


def revoke(link: PortalLink, *, by: User) -> None:
    """It shows nothing from now on."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        trail.record(link.counterparty, by=by, act="portal link revoked")


def revoke_all(counterparty: Counterparty, *, by: User) -> None:
    """The same for all of a customer."""
    for link in living(counterparty):
        revoke(link, by=by)


def follow_merged(gone: Counterparty, into: Counterparty, by: User) -> None:
    """Links of one that was merged show nothing any more: they were for what it alone owed."""
    revoke_all(gone, by=by)
