"""Slowing down who guesses passwords: a delay that grows with the failures of an account and of an address.

A failure counts for its account at its address, for the account wherever it comes from, and for the address whatever
the account. Someone who signed in from an address before answers there only for the first, so that what others try
locks nobody out of their own office (SAFETY S75).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select

from app.core import clock
from app.core.database import hold
from app.extensions import db
from app.users.models import SignIn, SignInAttempt, User

FREE_TRIES = 5
FREE_TRIES_OF_ADDRESS = 20
"""An office shares an address; its people may all have a bad morning."""
LONGEST_HERE = timedelta(minutes=15)
LONGEST_ELSEWHERE = timedelta(minutes=1)
MEMORY = timedelta(hours=24)


def delay(failures: int, free: int, longest: timedelta) -> timedelta:
    """None at first, then 1, 2, 4, 8… seconds."""
    return timedelta(0) if failures < free else min(longest, timedelta(seconds=2 ** min(failures - free, 20)))


def try_begins(email: str, address: str) -> timedelta:
    """How long to wait before this try is looked at; where it is none, the try is noted as failed until it succeeds.

    Noted before the password is compared: of a thousand tries at once, all are counted.
    """
    hold(db.session, f"sign-in:{email}")
    wait = remaining(email, address)
    if not wait:
        db.session.add(SignInAttempt(email=email, address=address))
        db.session.flush()
    return wait


def remaining(email: str, address: str) -> timedelta:
    """What is left of the longest delay in force for this account and address."""
    of_account, of_address = SignInAttempt.email == email, SignInAttempt.address == address
    waits = [_left(FREE_TRIES, LONGEST_HERE, of_account, of_address)]
    if not _is_known(email, address):
        waits.append(_left(FREE_TRIES, LONGEST_ELSEWHERE, of_account))
        waits.append(_left(FREE_TRIES_OF_ADDRESS, LONGEST_HERE, of_address))
    return max(waits)


def _left(free: int, longest: timedelta, *which: ColumnElement[bool]) -> timedelta:
    now = clock.now()
    # Those of a clock that was ahead do not count: they would lock people out until that time comes.
    of_late = SignInAttempt.at.between(now - MEMORY, now + clock.MAY_DIFFER)
    failures, last = db.session.execute(select(func.count(), func.max(SignInAttempt.at)).where(of_late, *which)).one()
    wait = delay(failures, free, longest)
    return min(wait, max(timedelta(0), last + wait - now)) if last else timedelta(0)


def _is_known(email: str, address: str) -> bool:
    """Did the person sign in from this address before?"""
    known = exists().where(SignIn.user_id == User.id, User.email == email, SignIn.address == address)
    return bool(db.session.scalar(select(known)))


def succeeded(email: str, address: str) -> None:
    """Forget the failures of this account at this address."""
    db.session.execute(delete(SignInAttempt).filter_by(email=email, address=address))


def forget_old() -> None:
    """Drop what no longer counts; called by the sweep once a day."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - MEMORY))
