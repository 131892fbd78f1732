"""Where a seat changes hands, the one place: delegated, reassigned, given to a stand-in, and back again."""

from __future__ import annotations

from flask_babel import gettext as _

from app.approval import asking, colleagues, handings, holding, links, seating
from app.approval.handings import Handing
from app.approval.models import Handed, Seat
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db
from app.notices.models import NoticeKind
from app.notices.telling import tell
from app.users.models import User

ACTS = {
    Handed.DELEGATED: "approval delegated",
    Handed.ABSENT: "approval left to a stand-in",
    Handed.REASSIGNED: "approval reassigned",
}


def hand_over(seat: Seat, to: User, *, by: User | None, handed: Handed, reason: str = "") -> Handing:
    """Let `to` decide at this seat from now on: the mailed links of whoever sat there die, and `to` is asked."""
    document = _claim(seat)
    if said := colleagues.objection(to, seat.step):
        raise Refused(said)
    handing = move(seat, to, by=by, handed=handed, reason=reason)
    _ask(seat)
    names = [colleagues.named(handing.giver), colleagues.named(to)]
    status.settle(document, by=by, act=ACTS[handed], why=reason, changes={"approver": names})
    _tell(handing.giver, handing, by)
    return handing


def move(seat: Seat, to: User, *, by: User | None, handed: Handed, reason: str = "") -> Handing:
    """Only put `to` in that place, where the seat is about to be asked anyway."""
    handing = Handing(seat=seat, giver=seat.user, taker=to, by=by, handed=handed, reason=reason.strip()[:500])
    db.session.add(handing)
    seat.named_id, seat.user, seat.handed = seat.named_id or seat.user_id, to, handed
    db.session.flush()
    return handing


def take_back(handing: Handing, *, by: User | None) -> None:
    """Give the seat back to whoever left it, with all that happened to it since; once, however many try."""
    seat, giver, holder = handing.seat, handing.giver, handing.seat.user
    document = _claim(seat)
    if not seating.may_decide(giver, document.company_id):
        raise Refused(_("%(name)s cannot decide in this company. Nothing was changed.", name=colleagues.named(giver)))
    if giver.id in {each.user_id for each in seat.step.seats if each is not seat}:
        raise Refused(_("%(name)s has a say in this step already. Nothing was changed.", name=colleagues.named(giver)))
    if not change_if(db.session(), handing, Handing.ended_at.is_(None), ended_at=clock.now()):
        raise Refused(_("It was given back already."))
    _unwind(seat, handing)
    _ask(seat)
    act = "approval given back" if handing.handed is Handed.ABSENT else "approval taken back"
    status.settle(document, by=by, act=act, changes={"approver": [colleagues.named(holder), colleagues.named(giver)]})
    _tell(holder, handing, by, is_back=True)


def _unwind(seat: Seat, handing: Handing) -> None:
    """As it was before: what was handed on later ends with it."""
    before = []
    for each in handings.standing(seat):
        if each.id < handing.id:
            before.append(each)
        else:
            each.ended_at = clock.now()
    seat.user = handing.giver
    seat.named_id, seat.handed = (before[0].from_id, before[-1].handed) if before else (None, None)
    db.session.flush()


def _claim(seat: Seat) -> Document:
    """The document, with nobody else deciding or handing over at the same moment."""
    approval = holding.held(seat.step.approval)
    if seat.decision or seat.step.ended_at or approval.ended_at:
        raise Refused(_("It is decided already. Nothing was changed."))
    return approval.document


def _ask(seat: Seat) -> None:
    """Write to whoever sits there now, if it is their turn; what others were sent is dead."""
    links.end(seat)
    if seat.step.opened_at:
        asking.ask(seat)


def _tell(user: User, handing: Handing, by: User | None, *, is_back: bool = False) -> None:
    """Whoever had it learns that it is another's now; whom it was given to is asked."""
    document = handing.seat.step.approval.document
    key = f"handed:{handing.id}:{'back' if is_back else 'over'}"
    to = handing.giver if is_back else handing.taker
    facts = {"to": colleagues.named(to), "handed": handing.handed.value, "reason": handing.reason, "is_back": is_back}
    tell(user, NoticeKind.HANDED_OVER, key=key, company_id=document.company_id, about=document, by=by, **facts)
