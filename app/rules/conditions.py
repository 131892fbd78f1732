"""What a condition means: one expression on `Document`, for one document, for a preview, and for a count."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Exists, Select, and_, bindparam, exists, false, func, inspect, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.visitors import replacement_traverse

from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents.models import Category, Direction, Document, document_tag
from app.extensions import db
from app.intake.models import Message, Part
from app.rules import texts
from app.rules.facts import FACTS
from app.rules.models import Match, Rule
from app.tags.models import Tag
from app.users.models import User

Expression = ColumnElement[bool]
THERE: dict[str, Callable[[int], Exists]] = {
    "counterparty": lambda each: exists().where(Counterparty.id == each, Counterparty.archived_at.is_(None)),
    "category": lambda each: exists().where(Category.id == each, Category.archived_at.is_(None)),
    "tag": lambda each: exists().where(Tag.id == each, Tag.archived_at.is_(None)),
    "user": lambda each: exists().where(User.id == each, User.is_disabled.is_(False)),
}
"""Whether a row that a condition names is still there."""


def holds(rule: Rule) -> Expression:
    """Whether a row of `Document` meets the rule; nothing meets one that names what is gone."""
    return met(rule.conditions, rule.match)


def met(conditions: list[dict[str, Any]], match: Match) -> Expression:
    """The same for conditions that are not saved yet."""
    if not conditions:
        return false()
    parts = [_said(each) for each in conditions]
    return and_(*_still_there(conditions), and_(*parts) if match is Match.ALL else or_(*parts))


def _still_there(conditions: list[dict[str, Any]]) -> Iterator[Expression]:
    for each in conditions:
        table = FACTS[each["fact"]].table if each.get("fact") in FACTS else ""
        if table and each.get("value"):
            yield THERE[table](int(each["value"])).correlate(None)


def _said(condition: dict[str, Any]) -> Expression:
    means = MEANS.get((condition.get("fact", ""), condition.get("test", "")))
    return means(condition) if means else false()


def which(document: Document, rules: list[Rule]) -> list[Rule]:
    """The rules a document meets as it stands, in their order; one SELECT for all of them."""
    if not rules:
        return []
    said = json.dumps([[rule.match, rule.conditions] for rule in rules])
    return [rule for rule, is_met in zip(rules, _answers(document, said), strict=True) if is_met]


def that_hold(document: Document, conditions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those among these conditions that a document meets."""
    said = json.dumps([[None, [each]] for each in conditions])
    return [each for each, is_met in zip(conditions, _answers(document, said), strict=True) if is_met]


def _answers(document: Document, said: str) -> Any:
    """What each of these tests says of a document, kept or only drafted."""
    if inspect(document).transient:
        return db.session.execute(_testing_draft(said), _facts(document)).one()
    return db.session.execute(_testing(said), {"document_id": document.id}).one()


@lru_cache(maxsize=64)
def _testing(said: str) -> Select[Any]:
    """Made once for rules that say this: putting it together takes far longer than its answer."""
    return select(*_columns(said)).select_from(Document).where(Document.id == bindparam("document_id"))


def _columns(said: str) -> Iterator[ColumnElement[bool]]:
    for place, (match, conditions) in enumerate(json.loads(said)):
        test = met(conditions, Match(match)) if match else _said(conditions[0])
        yield test.label(f"test_{place}")


# --- A document that is only drafted --------------------------------------------------------------


@lru_cache(maxsize=64)
def _testing_draft(said: str) -> Select[Any]:
    """The same tests of facts that stand in no row: each column is a value to be filled in."""
    return select(*(replacement_traverse(column, {}, _filled_in) for column in _columns(said)))


def _filled_in(element: Any, **_how: Any) -> Any:
    is_fact = isinstance(element, Column) and getattr(element.table, "name", "") == Document.__tablename__
    return bindparam(f"document_{element.name}", type_=element.type) if is_fact else None


def _facts(draft: Document) -> dict[str, Any]:
    """What stands in the draft, and for all else what the document it was made of says."""
    kept = db.session.get(Document, draft.id) if draft.id else None
    names = {each.key: each.columns[0].name for each in Document.__mapper__.column_attrs}
    said = {key: getattr(draft if key in inspect(draft).dict else kept, key, None) for key in names}
    return {f"document_{names[key]}": value for key, value in said.items()}


# --- What each test means -------------------------------------------------------------------------


def _amount(column: Any, low: bool, high: bool) -> Callable[[dict[str, Any]], Expression]:
    def means(said: dict[str, Any]) -> Expression:
        bounds = [column >= said["value"]] if low else []
        bounds += [column <= (said["to"] if low else said["value"])] if high else []
        return and_(Document.currency == said["currency"], *bounds)

    return means


def _amounts(name: str, column: Any) -> dict[tuple[str, str], Callable[[dict[str, Any]], Expression]]:
    ends = {"at_least": (True, False), "at_most": (False, True), "between": (True, True)}
    return {(name, test): _amount(column, *bounds) for test, bounds in ends.items()}


def _has_tag(said: dict[str, Any]) -> Expression:
    mine = exists().where(document_tag.c.document_id == Document.id, document_tag.c.tag_id == said["value"])
    return mine.correlate(Document)


def _came_from(test: Expression) -> Expression:
    """The mail that brought it is from such a sender."""
    brought = exists().where(Part.document_id == Document.id, Message.id == Part.message_id, test)
    return brought.correlate(Document)


def _sender_is(said: dict[str, Any]) -> Expression:
    address = said["value"].lower()
    sender = func.lower(Message.sender)
    return _came_from(or_(sender == address, sender.contains(f"<{address}>", autoescape=True)))


def _is_new_supplier() -> Expression:
    """Nothing of the supplier was validated before this one was, or at all."""
    other = aliased(Document)
    before = or_(Document.validated_at.is_(None), other.validated_at < Document.validated_at)
    known = exists().where(
        other.counterparty_id == Document.counterparty_id,
        other.id != Document.id,
        other.validated_at.is_not(None),
        other.trashed_at.is_(None),
        before,
    )
    return and_(Document.direction == Direction.PURCHASE, ~known.correlate(Document))


def has_other_iban() -> Expression:
    """The IBAN printed is neither the supplier's first nor confirmed, while it has others.

    What a validation brought is not known by that, nor is it once somebody confirms it afterwards: whoever was asked
    to approve because of it still is.
    """
    printed = func.upper(func.replace(Document.iban, " ", ""))
    other, own, first = aliased(CounterpartyIban), aliased(CounterpartyIban), aliased(CounterpartyIban)
    others = exists().where(other.counterparty_id == Document.counterparty_id, other.iban != printed)
    before = exists().where(
        first.counterparty_id == own.counterparty_id,
        first.id != own.id,
        or_(first.id < own.id, first.confirmed_at.is_not(None)),
    )
    in_time = or_(Document.validated_at.is_(None), own.confirmed_at <= Document.validated_at)
    is_known = or_(and_(own.confirmed_at.is_not(None), in_time), ~before.correlate(own))
    known = exists().where(own.counterparty_id == Document.counterparty_id, own.iban == printed, is_known)
    here = (Document.direction == Direction.PURCHASE, Document.iban != "")
    return and_(*here, others.correlate(Document), ~known.correlate(Document))


MEANS: dict[tuple[str, str], Callable[[dict[str, Any]], Expression]] = {
    ("direction", "is"): lambda said: Document.direction == said["value"],
    ("kind", "is"): lambda said: Document.kind == said["value"],
    ("counterparty", "is"): lambda said: Document.counterparty_id == said["value"],
    ("counterparty", "is_not"): lambda said: Document.counterparty_id.is_distinct_from(said["value"]),
    **_amounts("gross", Document.gross_minor),
    **_amounts("net", Document.net_minor),
    ("category", "is"): lambda said: Document.category_id == said["value"],
    ("category", "none"): lambda said: Document.category_id.is_(None),
    ("tag", "has"): _has_tag,
    ("tag", "has_not"): lambda said: ~_has_tag(said),
    ("sender", "contains"): lambda said: _came_from(texts.contains(Message.sender, said["value"])),
    ("sender", "is"): _sender_is,
    ("label", "contains"): lambda said: texts.contains(Document.label, said["value"]),
    ("text", "contains"): lambda said: texts.is_read_on(said["value"]),
    ("source", "is"): lambda said: Document.source == said["value"],
    ("supplier_new", "is"): lambda said: _is_new_supplier(),
    ("iban_changed", "is"): lambda said: has_other_iban(),
    ("assignee", "is"): lambda said: Document.assignee_id == said["value"],
    ("assignee", "none"): lambda said: Document.assignee_id.is_(None),
}
