"""The links in the mails to the accountant: kept as hashes, for one mail's documents, to be withdrawn (SAFETY R9)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.accounting.answer_models import AnswerLink
from app.accounting.run_models import Delivery, Envelope, Run
from app.audit import trail
from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import Mark
from app.users.mails import address
from app.users.models import User
from app.users.sessions import digest

LIVES = timedelta(days=90)
LATEST = 20
"""Links to the same address that are asked how suspect they are."""


class LinkState(StrEnum):
    """What a link is good for now."""

    LIVING = "living"
    WITHDRAWN = "withdrawn"
    """An admin withdrew it, its mail was cancelled, or nothing of what it held is there any more."""
    EXPIRED = "expired"


def make(envelope: Envelope) -> tuple[str, str]:
    """A link for the documents of this mail: its address, and the token in it, which is nowhere but in the mail."""
    token = secrets.token_urlsafe(32)
    facts = {"token_hash": digest(token), "expires_at": clock.now() + LIVES, "suspicion": _suspicion(envelope)}
    db.session.add(AnswerLink(envelope=envelope, **facts))
    db.session.flush()
    return address(f"/accounting/links/{token}"), token


def _suspicion(envelope: Envelope) -> int:
    """What was at work on the last links to the same address opens this mail too (SAFETY S58)."""
    earlier = select(AnswerLink.suspicion).join(AnswerLink.envelope).where(Envelope.address == envelope.address)
    latest = earlier.order_by(AnswerLink.id.desc()).limit(LATEST).subquery()
    return db.session.scalar(select(func.max(latest.c.suspicion))) or 0


def find(token: str) -> AnswerLink | None:
    """The link of this token, living or dead; None where there never was one."""
    return db.session.scalar(select(AnswerLink).filter_by(token_hash=digest(token)))


def state_of(link: AnswerLink) -> LinkState:
    """What the link is good for now. It may be used often: received today, booked next week."""
    mail, now = link.envelope.mail, clock.now()
    if link.ended_at or (mail is not None and mail.mark is Mark.CANCELLED) or not deliveries(link):
        return LinkState.WITHDRAWN
    if link.expires_at <= now or link.created_at > now + clock.MAY_DIFFER:  # made by a clock that was ahead
        return LinkState.EXPIRED
    return LinkState.LIVING


def deliveries(link: AnswerLink) -> list[Delivery]:
    """The documents of its mail, as far as they are there and still the company's."""
    query = select(Delivery).join(Delivery.document).options(contains_eager(Delivery.document))
    query = query.where(Delivery.envelope_id == link.envelope_id, Document.company_id == link.envelope.run.company_id)
    return list(db.session.scalars(query.order_by(Delivery.id)))


def living(run: Run) -> list[AnswerLink]:
    """Those of a run's mails that nobody withdrew and that are not too old."""
    query = select(AnswerLink).join(AnswerLink.envelope).where(Envelope.run_id == run.id)
    query = query.where(AnswerLink.ended_at.is_(None), AnswerLink.expires_at > clock.now())
    return list(db.session.scalars(query.order_by(AnswerLink.id)))


def withdraw(run: Run, *, by: User) -> None:
    """Nobody answers by the links of this run from now on; what was answered stays."""
    found = living(run)
    for link in found:
        link.ended_at = clock.now()
    if found:
        trail.record(run, by=by, act="accountant's links withdrawn")
