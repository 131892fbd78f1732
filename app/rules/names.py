"""What the rows that rules name are called, for all rules of a list at once, and which of them are gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.counterparties.models import Counterparty
from app.documents.models import Category
from app.extensions import db
from app.rules.acts import Act
from app.rules.facts import FACTS
from app.rules.models import Rule
from app.tags.models import Tag
from app.users.models import Company, User

TABLES: dict[str, Any] = {
    "counterparty": Counterparty,
    "category": Category,
    "tag": Tag,
    "user": User,
    "company": Company,
}
OF_ACT = {Act.CATEGORY: "category", Act.TAG: "tag", Act.ASSIGN: "user", Act.MOVE: "company"}


class Names:
    """Table and id → a name; without any, the name that was noted when the rule was saved."""

    def __init__(self, conditions: Iterable[dict[str, Any]] = (), actions: Iterable[dict[str, Any]] = ()) -> None:
        self.known: dict[tuple[str, int], str] = {}
        self.gone: set[tuple[str, int]] = set()
        wanted: dict[str, set[int]] = {}
        for table, each in [*_in_conditions(conditions), *_in_actions(actions)]:
            wanted.setdefault(table, set()).add(each)
        for table, ids in wanted.items():
            self._look(table, ids)

    def _look(self, table: str, ids: set[int]) -> None:
        model = TABLES[table]
        ended = {"user": "is_disabled", "company": None}.get(table, "archived_at")
        columns = (model.id, model.name, *([getattr(model, ended)] if ended else []))
        found = {row[0]: row for row in db.session.execute(select(*columns).where(model.id.in_(ids)))}
        for each in ids:
            row = found.get(each)
            if row is None or (ended and row[2]):
                self.gone.add((table, each))
            if row is not None:
                self.known[(table, each)] = row[1]

    def of_condition(self, said: dict[str, Any]) -> str:
        """What it compares with."""
        fact = FACTS.get(said.get("fact", ""))
        if fact is None or not fact.table or not said.get("value"):
            return str(said.get("value", ""))
        return self._named(fact.table, said["value"], said.get("name", ""))

    def of_action(self, said: dict[str, Any]) -> str:
        """What it sets, or where it leads."""
        table = OF_ACT.get(Act(said["act"]))
        return self._named(table, said["value"], said.get("name", "")) if table else ""

    def user(self, user_id: int) -> str:
        """A person who is asked."""
        return self._named("user", user_id, "")

    def missing(self, conditions: Iterable[dict[str, Any]], actions: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
        """What of these names something that is gone: conditions (then nothing meets the rule), actions (not done)."""
        said = {"conditions": _in_conditions(conditions), "actions": _in_actions(actions)}
        found = {kind: [self._named(*pair, "") for pair in pairs if pair in self.gone] for kind, pairs in said.items()}
        return {kind: names for kind, names in found.items() if names}

    def _named(self, table: str, each: int, noted: str) -> str:
        name = self.known.get((table, each)) or noted or _("somebody who is gone")
        return _("%(name)s (removed)", name=name) if (table, each) in self.gone else name


def follow_merged_tag(gone: Tag, into: Tag, _by: User) -> None:
    """Let the rules that name one of two tags that are merged name the other from now on."""
    for rule in db.session.scalars(select(Rule).filter_by(company_id=gone.company_id)):
        rule.conditions = [_with_tag(each, each.get("fact") == "tag", gone, into) for each in rule.conditions]
        rule.actions = [_with_tag(each, each.get("act") == Act.TAG, gone, into) for each in rule.actions]


def follow_merged_party(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """Let the rules that name one of two counterparties that are merged name the other from now on."""
    for rule in db.session.scalars(select(Rule).filter_by(company_id=gone.company_id)):
        rule.conditions = [_with_party(each, gone, into) for each in rule.conditions]


def count_of_party(gone: Counterparty) -> tuple[Any, int]:
    """How many rules name it."""
    rules = db.session.scalars(select(Rule).filter_by(company_id=gone.company_id))
    return _("Rules"), sum(any(_names(each, gone) for each in rule.conditions) for rule in rules)


def _names(said: dict[str, Any], party: Counterparty) -> bool:
    return said.get("fact") == "counterparty" and said.get("value") == party.id


def _with_party(said: dict[str, Any], gone: Counterparty, into: Counterparty) -> dict[str, Any]:
    return said | {"value": into.id, "name": into.name} if _names(said, gone) else said


def _with_tag(said: dict[str, Any], is_tag: bool, gone: Tag, into: Tag) -> dict[str, Any]:
    return said | {"value": into.id, "name": into.name} if is_tag and said.get("value") == gone.id else said


def _in_conditions(conditions: Iterable[dict[str, Any]]) -> Iterable[tuple[str, int]]:
    for each in conditions:
        fact = FACTS.get(each.get("fact", ""))
        if fact and fact.table and each.get("value"):
            yield fact.table, each["value"]


def _in_actions(actions: Iterable[dict[str, Any]]) -> Iterable[tuple[str, int]]:
    for each in actions:
        table = OF_ACT.get(Act(each["act"]))
        if table:
            yield table, each["value"]
        for step in each.get("steps", []):
            yield from (("user", user) for user in step["users"])
