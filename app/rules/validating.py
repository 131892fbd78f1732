"""Validating without a person's look: only what is sure, complete, and from a supplier as it always was (SPEC LC-3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.counterparties import ibans
from app.documents import decisions, doubts, entering, twins
from app.documents.models import Direction, Document, ReadState, Status
from app.documents.required import missing
from app.extensions import db
from app.rules import acts, conditions
from app.rules.acts import Act
from app.rules.applications import standing
from app.rules.facts import PROVES_NOTHING
from app.rules.models import Match, Rule

KEY = "not_automatic"


def validate(document_id: int) -> None:
    """Validate it, or say on it why not; nothing where nobody wants it validated by itself any more."""
    document = db.session.get(Document, document_id, with_for_update=True, populate_existing=True)
    if document is None or not _waits(document) or _was_decided(document):
        return
    rule = _rule(document)
    if rule is None and not _is_trusted(document):
        return
    if held := held_by(document, rule):
        document.reason = {"key": KEY} | held
        return
    why = rule.reason if rule else document.party_name
    try:
        with db.session.begin_nested():
            decisions.validate(document, by=None, why=why)
    except Refused:  # whatever it is, a person sees it in the review
        document.reason = {"key": KEY}


def _waits(document: Document) -> bool:
    return document.read_state is ReadState.READ and not document.validated_at and not document.trashed_at


def _was_decided(document: Document) -> bool:
    """Was it validated once, and sent back? Then people have it in hand."""
    return db.session.scalar(AuditEntry.about(document).where(AuditEntry.act == "validated").limit(1)) is not None


def _rule(document: Document) -> Rule | None:
    known = [rule for rule, _has_acted in standing(document) if acts.of(rule, Act.VALIDATE)]
    return next(iter(conditions.which(document, known)), None)


def _is_trusted(document: Document) -> bool:
    return document.counterparty is not None and document.counterparty.is_validated_automatically


def held_by(document: Document, rule: Rule | None) -> dict[str, Any] | None:
    """What stands in the way, as `words.held` says it; None where nothing does."""
    return next((said for look in LOOKS if (said := look(document, rule))), None)


def _by_sender(document: Document, rule: Rule | None) -> dict[str, Any] | None:
    alone = rule and rests_on_sender(rule.conditions, rule.match) and not _is_trusted(document)
    return {"code": "sender"} if alone else None


def _by_reading(document: Document, _rule: Rule | None) -> dict[str, Any] | None:
    """Flagged, such as for an XML that says another amount than the page, or missing, or not read for sure."""
    if document.flags:
        return {"code": "flagged"}
    doubtful = dict.fromkeys([*document.unsure, *missing(document)])
    return _fields("unsure", document, doubtful) if doubtful else None


def _by_party(document: Document, _rule: Rule | None) -> dict[str, Any] | None:
    """Unknown, or with another account than the ones it had."""
    party = document.counterparty
    if party is None or party.archived_at:
        return {"code": "unknown"}
    is_usual = not document.iban or ibans.is_usual(document.iban, party)
    return None if is_usual or document.direction is Direction.SALE else {"code": "iban"}


def _by_doubt(document: Document, _rule: Rule | None) -> dict[str, Any] | None:
    found = doubts.of(document)
    return _fields("doubt", document, found) if found else None


def _by_twin(document: Document, _rule: Rule | None) -> dict[str, Any] | None:
    return {"code": "twin"} if has_twin(document) else None


def _fields(code: str, document: Document, names: Iterable[str]) -> dict[str, Any]:
    return {"code": code, "fields": list(names), "direction": document.direction.value}


LOOKS = (_by_sender, _by_reading, _by_party, _by_doubt, _by_twin)


def has_twin(document: Document) -> bool:
    """Is there another with its number or its file, the trash included?"""
    file = document.original.file if document.original else None
    if twins.same_number(document):
        return True
    if file is None:
        return False
    same = twins.same_bytes(document.company_id, file, but=document)
    return bool(same or twins.same_bytes_in_trash(document.company_id, file, but=document))


def rests_on_sender(said: list[dict[str, Any]], match: Match) -> bool:
    """Would the sender of a mail be enough to meet these conditions? Anybody can write any sender (SAFETY S16)."""
    facts = {each.get("fact") for each in said}
    if "sender" not in facts:
        return False
    return match is Match.ANY or facts <= PROVES_NOTHING


def is_of_hand(said: list[dict[str, Any]], match: Match) -> bool:
    """Would only what somebody typed into the form meet these conditions? They decide themselves, there and then."""
    typed = [each.get("fact") == "source" and each.get("value") == entering.SOURCE for each in said]
    return any(typed) if match is Match.ALL else bool(typed) and all(typed)


def reason(document: Document) -> dict[str, Any] | None:
    """The line of one that was not validated by itself, as long as something stands in the way (SPEC LC-8)."""
    if document.status is not Status.TO_PROCESS or document.reason.get("key") != KEY:
        return None
    held = held_by(document, _rule(document))
    return {"key": KEY} | held if held else None
