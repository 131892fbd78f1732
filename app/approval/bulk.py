"""Many decisions at once: each checked on its own, as if it were the only one."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from app.approval import checks, decisions, facts, waiting
from app.approval.checks import AlreadyDecided
from app.approval.models import Choice, Decision, Seat, Way
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User

MOST = 200


@dataclass
class Result:
    """How many went which way; `refused` counts them by the sentence, `decided` lists them by who decided what."""

    approved: int = 0
    changed: int = 0
    decided: dict[tuple[str, Choice], list[Decision]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)


def approve(user: User, company: Company, seen: dict[int, str]) -> Result:
    """Approve these seats, each for the revision that was seen; what can't be is left as it is."""
    result = Result()
    found = db.session.scalars(waiting.mine(user, company).where(Seat.id.in_(list(seen))))
    seats = {seat.id: seat for seat in found}
    gone = set(seen) - set(seats)
    decided = _decided_meanwhile(gone, user, company)
    for seat_id in sorted(gone):
        _note(decided.get(seat_id), result)
    for seat_id, seat in seats.items():
        _approve(seat, user, seen[seat_id], result)
    return result


def _approve(seat: Seat, user: User, revision: str, result: Result) -> None:
    try:
        with db.session.begin_nested():
            decisions.decide(seat, Choice.APPROVE, by=user, way=Way.BULK, revision=revision)
    except AlreadyDecided as already:
        _note(already.decision, result)
    except Refused as refused:
        if revision == facts.revision_of(seat.step.approval.document):
            result.refused[str(refused)] += 1
        else:
            result.changed += 1
    else:
        result.approved += 1


def _decided_meanwhile(seat_ids: set[int], user: User, company: Company) -> dict[int, Decision | None]:
    """What was decided at these, as far as they are this person's own; of all others nothing is said."""
    mine = waiting.visible_to(user).where(Seat.id.in_(seat_ids), Seat.user_id == user.id)
    found = db.session.scalars(mine.where(Document.company_id == company.id))
    return {seat.id: seat.decision or checks.settled_by(seat.step.approval, seat) for seat in found}


def _note(decision: Decision | None, result: Result) -> None:
    if decision:
        result.decided[checks.name_of(decision), decision.choice].append(decision)
    else:
        result.changed += 1
