"""Many decisions at once: each checked on its own, as if it were the only one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.approval import decisions, facts, waiting
from app.approval.models import Choice, Seat, Way
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User

MOST = 200


@dataclass
class Result:
    """How many went which way; `refused` counts them by the sentence."""

    approved: int = 0
    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def approve(user: User, company: Company, seen: dict[int, str]) -> Result:
    """Approve these seats, each for the revision that was seen; what can't be is left as it is."""
    result = Result()
    found = db.session.scalars(waiting.mine(user, company).where(Seat.id.in_(list(seen))))
    seats = {seat.id: seat for seat in found}
    result.changed = len(set(seen) - set(seats))
    for seat_id, seat in seats.items():
        _approve(seat, user, seen[seat_id], result)
    return result


def _approve(seat: Seat, user: User, revision: str, result: Result) -> None:
    try:
        with db.session.begin_nested():
            decisions.decide(seat, Choice.APPROVE, by=user, way=Way.BULK, revision=revision)
    except Refused as refused:
        if revision == facts.revision_of(seat.step.approval.document):
            result.refused[str(refused)] += 1
        else:
            result.changed += 1
    else:
        result.approved += 1
