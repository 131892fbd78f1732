"""Random histories of one document that is validated, edited, decided about, taken back, trashed and handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.approval import asking, decisions, demands, facts, links, seating
from app.approval import waiting as lists
from app.approval.demands import Demand, WantedStep
from app.approval.links import LinkState
from app.approval.models import Approval, Choice, Decision, DecisionLink, Mode, Outcome, Way
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions as documents
from app.documents.models import Document, Status
from app.documents.status import settle, status_of
from app.extensions import db
from app.users import memberships
from app.users.models import User
from app.web.access import Role
from tests.approval.making import Firm, rounds
from tests.factories import make_document

KINDS = (
    *("validate", "decide", "decide", "decide", "decide", "undo", "edit", "label", "trash", "restore"),
    *("hand over", "demand", "stale", "expire", "leave", "pay"),
)
"""What may happen, the usual more often."""
Step = tuple[str, int, int]
"""What happens, and two numbers that say with whom and how."""


@dataclass
class History:
    """One document and what happened to it so far."""

    firm: Firm
    document: Document
    shown: set[tuple[int, str]] = field(default_factory=set)
    """Who was shown which revision."""
    told: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[User]:
        return [self.firm.lea, self.firm.bob, self.firm.tom, self.firm.admin, self.firm.zoe]

    def play(self, steps: list[Step]) -> None:
        """Do all of it; what is refused changes nothing. What must hold is looked at after each."""
        for kind, one, two in steps:
            act: Callable[[int, int], Any] = getattr(self, kind.replace(" ", "_"))
            said, asked_for = f"{kind} {one} {two}", demands.asks[:]
            try:
                with db.session.begin_nested():
                    act(one, two)
            except Refused as refused:
                said += f": {refused}"
                demands.asks[:] = asked_for
            self.told.append(said)
            self._look()
            for broken in broken_in(self):
                raise AssertionError(f"{broken}, after {self.told}")

    def _look(self) -> None:
        """Whoever is asked sees the document as it is, and whoever came back finds it in their list."""
        last = db.session.scalar(Approval.last_of(self.document).limit(1))
        if last and last.open_step:
            waiting = {seat for user in self.people for seat in db.session.scalars(lists.mine(user, self.firm.company))}
            asked = [seat for seat in last.open_step.seats if seat.asked_at or seat in waiting]
            self.shown |= {(seat.user_id, last.revision) for seat in asked}

    # --- What may happen ------------------------------------------------------------------------

    def validate(self, who: int, _how: int) -> None:
        documents.validate(self.document, by=self.people[3 + who % 2])

    def edit(self, who: int, much: int) -> None:
        gross = Decimal(100 + much % 3)
        changes = {"gross": gross, "net": gross, "tax": Decimal(0)} if much % 2 else {"iban": f"FR{much % 3}"}
        documents.edit(self.document, changes, by=self.people[3 + who % 2], version=self.document.version)

    def label(self, who: int, much: int) -> None:
        documents.edit(self.document, {"label": f"{much}"}, by=self.people[who % 5], version=self.document.version)

    def decide(self, who: int, how: int) -> None:
        self._decide(rounds(self.document)[-1:], who, how)

    def stale(self, who: int, how: int) -> None:
        self._decide(rounds(self.document)[:1], who, how)

    def _decide(self, asked: list[Approval], who: int, how: int) -> None:
        """By whoever it is, at their seat or another's, about what was seen in that round."""
        for approval in asked:
            seats = [seat for seat in approval.seats if seat.user_id == self.people[who % 5].id] or approval.seats
            choice, seat = list(Choice)[max(0, how % 6 - 3)], seats[how % len(seats)]
            by = self.people[who % 5]
            decisions.decide(seat, choice, by=by, way=Way.APP, revision=approval.revision, reason="so")

    def undo(self, who: int, which: int) -> None:
        given = list(db.session.scalars(select(Decision).order_by(Decision.id)))
        if given:
            decision = given[which % len(given)]
            decisions.undo(decision, by=None if who % 3 == 0 else decision.by)

    def trash(self, who: int, _how: int) -> None:
        documents.trash(self.document, by=self.people[who % 5])

    def restore(self, who: int, _how: int) -> None:
        documents.restore(self.document, by=self.people[who % 5])

    def hand_over(self, who: int, which: int) -> None:
        seats = [seat for each in rounds(self.document)[-1:] for seat in each.seats if not seat.decision]
        if not seats:
            return
        seat, to = seats[which % len(seats)], self.people[who % 5]
        if to.id in {each.user_id for each in seat.step.seats} or to.id in seating.kept_out(self.document):
            raise Refused("not to them")
        links.end(seat)
        seat.user = to
        asking.ask(seat)

    def demand(self, which: int, mode: int) -> None:
        self._demand_of(which, mode)
        settle(self.document, by=None, act="edited")

    def _demand_of(self, which: int, mode: int) -> None:
        firm, mode_of_it = self.firm, list(Mode)[mode % 2]
        steps = ([], [[firm.lea]], [[firm.lea, firm.bob], [firm.tom]], [[firm.admin], [firm.lea, firm.bob]])[which % 4]
        wanted = tuple(WantedStep(tuple(user.id for user in users), mode_of_it) for users in steps)
        demands.asks[:] = [lambda document: Demand(None, {}, wanted) if wanted else None]

    def expire(self, _who: int, which: int) -> None:
        known = list(db.session.scalars(select(DecisionLink)))
        if known:
            known[which % len(known)].expires_at = clock.now()

    def leave(self, who: int, _how: int) -> None:
        role = None if self.people[who % 3].memberships else Role.APPROVER
        memberships.set_access(self.people[who % 3], self.firm.company, role, [], by=self.firm.admin)

    def pay(self, _who: int, much: int) -> None:
        if self.document.validated_at and not self.document.awaits_approval:
            self.document.settled_minor = min(much, self.document.gross_minor or 0) % 2
            settle(self.document, by=None, act="edited")

    def again(self) -> None:
        """As at the beginning; the caller has taken back what happened."""
        self.shown.clear()
        self.told.clear()
        self._demand_of(2, 0)
        self._look()


def broken_in(history: History) -> list[str]:
    """What must always hold and does not."""
    document = history.document
    asked = rounds(document)
    waits = [each for each in asked if each.ended_at is None]
    found = ["a status that does not follow"] if document.status is not status_of(document) else []
    found += ["two open rounds"] if len(waits) > 1 else []
    found += ["it waits for nobody"] if document.awaits_approval != bool(waits) else []
    found += ["asked although it is not there"] if waits and (document.trashed_at or not document.validated_at) else []
    found += _of_approval(document, asked[-1] if asked else None)
    for approval in asked:
        found += _of_round(history, approval)
    return found


def _of_approval(document: Document, last: Approval | None) -> list[str]:
    """What went on was approved as it is, where that is demanded."""
    is_past = document.status in (Status.TO_MATCH, Status.TO_PAY, Status.VALIDATED)
    if not is_past or demands.of(document) is None or document.settled_minor:
        return []
    is_given = last is not None and last.outcome is Outcome.APPROVED
    if not is_given or last is None:
        return ["it went on unapproved"]
    return ["approved as nobody saw it"] if last.revision != facts.revision_of(document) else []


def _of_round(history: History, approval: Approval) -> list[str]:
    """One decision a seat, about what was shown, by who may; and no living link where nothing is asked."""
    found = []
    for seat in approval.seats:
        standing = [each for each in seat.decisions if each.undone_at is None]
        found += ["two decisions at one seat"] if len(standing) > 1 else []
        for decision in standing:
            is_seen = (decision.by_id, decision.revision) in history.shown
            found += [] if is_seen and decision.revision == approval.revision else ["decided unseen"]
        for link in db.session.scalars(select(DecisionLink).where(DecisionLink.seat_id == seat.id)):
            may_live = approval.ended_at is None and seat.step.is_open and not standing and link.user_id == seat.user_id
            is_living = links.state_of(link) is LinkState.LIVING
            found += ["a link lives on"] if is_living and not may_live else []
    if approval.outcome is Outcome.APPROVED:
        found += [] if all(any(seat.decision for seat in step.seats) for step in approval.steps) else ["unasked"]
    return found


def begin(firm: Firm) -> History:
    """A document just validated, where Lea or Bob, and then Tom approve."""
    document = make_document(firm.company, category=firm.category, net_minor=10_000, tax_minor=0, gross_minor=10_000)
    history = History(firm, document)
    history.again()
    history.validate(1, 0)
    db.session.commit()
    return history
