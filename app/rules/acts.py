"""What a rule may do, in a closed list, and doing it to one document without ever overruling a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app.documents import assigning, tagging
from app.documents.models import Category, Document
from app.extensions import db
from app.extraction import fields
from app.rules.models import Rule
from app.tags.models import Tag
from app.users.models import User
from app.web.access import Permission, allowed


class Act(StrEnum):
    """One thing a rule may do."""

    VALIDATE = "validate"
    APPROVE = "approve"
    MOVE = "move"
    CATEGORY = "category"
    TAG = "tag"
    ASSIGN = "assign"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS = {
    Act.APPROVE: _("Submit for approval"),
    Act.VALIDATE: _("Validate automatically at import"),
    Act.CATEGORY: _("Set the category"),
    Act.TAG: _("Add the tag"),
    Act.ASSIGN: _("Assign to"),
    Act.MOVE: _("Move to another company"),
}
"""In the order they are offered."""
BEFORE_VALIDATION = {Act.VALIDATE, Act.MOVE, Act.CATEGORY}
"""What a rule no longer does to what somebody validated."""
COLUMNS = {Act.CATEGORY: "category_id", Act.ASSIGN: "assignee_id"}


@dataclass(frozen=True)
class Done:
    """What a rule changed of a document, for the trail."""

    rule: Rule
    changes: dict[str, list[Any]]


def of(rule: Rule, act: Act) -> list[dict[str, Any]]:
    """The rule's actions of this kind."""
    return [each for each in rule.actions if each.get("act") == act]


def winner(rules: list[Rule], act: Act) -> Rule | None:
    """Of the rules a document meets, the first that does this: later ones change nothing."""
    return next((rule for rule in rules if of(rule, act)), None)


def perform(document: Document, met: list[Rule], fresh: list[Rule]) -> list[Done]:
    """Let the `fresh` ones among the rules that are `met` change its category, its person and its tags."""
    done = []
    for rule in fresh:
        changes: dict[str, list[Any]] = {}
        for act in (Act.CATEGORY, Act.ASSIGN):
            if winner(met, act) is rule and not (document.validated_at and act in BEFORE_VALIDATION):
                changes |= _set(document, act, of(rule, act)[0]["value"])
        for action in of(rule, Act.TAG):
            changes |= _hang(document, action["value"], changes)
        if changes:
            done.append(Done(rule, changes))
    return done


def _set(document: Document, act: Act, value: int) -> dict[str, list[Any]]:
    """Set the fact, unless a person has said something about it, or what the rule names is gone."""
    column = COLUMNS[act]
    if getattr(document, column) == value or column in said_by_people(document):
        return {}
    named = _named(document, act, value)
    if named is None:
        return {}
    was = getattr(document, column)
    fact = column.removesuffix("_id")
    before = getattr(document, fact)
    setattr(document, fact, named)
    return {column: [was, value], fact: [before and before.name, named.name]}


def tell(document: Document, done: Done) -> None:
    """Whoever it was given to is told, as where a person gives it."""
    if "assignee" in done.changes and document.assignee:
        assigning.tell(document, document.assignee, by=None)


def said_by_people(document: Document) -> set[str]:
    """The facts a person has said something about, and says just now."""
    now = document.cause.changed if document.cause and document.cause.by else set()
    return fields.typed(document) | now


def _named(document: Document, act: Act, value: int) -> Category | User | None:
    """The category or the person, where it may still be set."""
    if act is Act.CATEGORY:
        query = select(Category).where(Category.id == value, Category.company_id == document.company_id)
        category = db.session.scalar(query.where(Category.archived_at.is_(None)))
        fits = category and category.direction in (None, document.direction)
        return category if fits else None
    user = db.session.get(User, value)
    return user if user and assigning.may_see_to(user, document) else None


def _hang(document: Document, tag_id: int, before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    query = select(Tag).where(Tag.id == tag_id, Tag.company_id == document.company_id, Tag.archived_at.is_(None))
    tag = db.session.scalar(query)
    if tag is None or tag in document.tags or tag.id in _taken_off(document):
        return {}
    was = before["tags"][0] if "tags" in before else [each.name for each in document.tags]
    document.tags.append(tag)
    return {"tags": [was, [each.name for each in document.tags]]}


def _taken_off(document: Document) -> set[int]:
    """The tags a person took off before, and takes off just now."""
    cause = document.cause
    was, now = cause.told.get("tag_ids", [[], []]) if cause and cause.by else ([], [])
    return tagging.taken_off_by_people(document) | set(was) - set(now)


def may_move(rule: Rule, company_id: int) -> bool:
    """Does whoever saved it last still administer both companies?"""
    by = rule.saved_by
    if by is None or by.is_disabled:
        return False
    return all(each in by.company_ids(Permission.ADMINISTER) for each in (rule.company_id, company_id))


def deciders(company_id: int) -> list[User]:
    """Who may decide in a company when asked, by name."""
    return _people_with(Permission.DECIDE, company_id)


def assignable(company_id: int) -> list[User]:
    """To whom a document may be given, by name."""
    return _people_with(Permission.EDIT, company_id)


def _people_with(permission: Permission, company_id: int) -> list[User]:
    query = select(User).where(User.memberships.any(company_id=company_id), User.is_disabled.is_(False))
    found = db.session.scalars(query.order_by(User.name, User.id))
    return [user for user in found if allowed(user, permission, company_id)]
