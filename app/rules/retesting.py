"""Testing the rules again when the facts of a document change: inside `settle`, and without ever calling it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.documents.models import Document, ReadState
from app.documents.paying_to import LISTED
from app.rules import acts, conditions
from app.rules.acts import Act, Done
from app.rules.applications import forget, note, standing
from app.rules.models import Rule

FACTS = {
    *("gross_minor", "net_minor", "currency", "counterparty_id", "category_id", "tags", "kind", "direction"),
    *("label", "iban", "assignee_id", "company_id"),
}
"""A change of one of these tests the rules again."""
LEFT = "rules"
"""Under which name `following` finds what is left to it."""
WORTH = {"gross_minor", "net_minor", "currency", "counterparty_id", "iban", "kind"}
"""Of what is paid already, only a change of one of these is asked about."""
BESIDE_A_PERSON = {"counterparty suggested"}
"""Acts of the program while somebody looks at the document: nothing is validated under their hands."""
ARRIVALS = {"read", "not read"}
"""Acts that bring facts, whether or not a column changed."""


@dataclass
class Left:
    """What follows once the document has its status: lines of the trail, and what would settle it once more."""

    done: list[Done] = field(default_factory=list)
    mover: Rule | None = None
    is_validated: bool = False


def retest(document: Document) -> None:
    """Let the rules that are met act, each once; one that is met no more may act again another time."""
    cause = document.cause
    is_told = cause and (cause.act in ARRIVALS | {"validated"} or cause.changed & FACTS)
    if not is_told or document.trashed_at or document.read_state is ReadState.READING:
        return
    known = standing(document)
    met = conditions.which(document, [rule for rule, _has_acted in known])
    acted = {rule.id for rule, has_acted in known if has_acted}
    forget(document, acted - {rule.id for rule in met})
    fresh = [rule for rule in met if rule.id not in acted]
    if cause.act == "validated":  # it only asks who must approve
        note(document, [rule for rule in fresh if rule.asks_approval])
        return
    act(document, met, fresh, [rule for rule, has_acted in known if not has_acted])


def act(document: Document, met: list[Rule], fresh: list[Rule], waiting: Iterable[Rule] = ()) -> None:
    """Do at once what is a fact of the document; what would settle it is left to a task.

    What one rule sets may let another of those `waiting` be met; each acts once, so that it comes to an end.
    """
    left, acted = Left(), list(fresh)
    document.cause.left[LEFT] = left
    while fresh:
        note(document, (rule for rule in fresh if not (rule.asks_approval and _is_too_late(document))))
        done = acts.perform(document, met, fresh)
        left.done += done
        now = conditions.which(document, [rule for rule in waiting if rule not in acted]) if done else []
        met, fresh = sorted([*met, *now], key=lambda rule: (rule.position, rule.id)), now
        acted += now
    if left.done:
        document.version += 1
    if document.validated_at:
        return
    mover = acts.winner(met, Act.MOVE)
    left.mover = mover if mover in acted else None
    left.is_validated = not left.mover and _comes_by_itself(document) and _validates(document, met)


def _comes_by_itself(document: Document) -> bool:
    """Does nobody look at it just now? Whoever imports a list of hundreds has not looked at each."""
    is_alone = document.cause.by is None or document.cause.act == LISTED
    return is_alone and document.cause.act not in BESIDE_A_PERSON


def _is_too_late(document: Document) -> bool:
    """Is it validated and paid, and was nothing changed now that was paid for?"""
    is_paid = document.validated_at and (document.settled_minor or document.pay_date)
    return bool(is_paid) and not document.cause.changed & WORTH


def _validates(document: Document, met: list[Rule]) -> bool:
    """Is it to be validated by itself: by a rule, or because its counterparty is trusted so far?"""
    party = document.counterparty
    is_wanted = acts.winner(met, Act.VALIDATE) or (party and party.is_validated_automatically)
    return bool(is_wanted) and document.read_state is ReadState.READ
