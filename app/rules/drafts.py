"""A rule as it stands in the builder: what was typed, row by row, with what is wrong beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol
from flask_babel import get_locale

from app.core import money
from app.rules.acts import Act
from app.rules.facts import FACTS, Test, Value
from app.rules.models import Match, Rule
from app.rules.names import Names
from app.users.models import Company

MOST_CONDITIONS, MOST_ACTIONS, MOST_STEPS = 20, 10, 10


@dataclass
class Step:
    """Who is asked, as strings of ids, and whether all of them must agree."""

    users: list[str] = field(default_factory=list)
    mode: str = "any"
    error: str = ""


@dataclass
class Row:
    """One condition or action: field → what stands in it, and field → what is wrong with it."""

    said: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def fact(self) -> str:
        """Of a condition."""
        return self.said["fact"] if self.said.get("fact") in FACTS else next(iter(FACTS))

    @property
    def test(self) -> str:
        """Of a condition: one that its fact has."""
        tests = FACTS[self.fact].tests
        return self.said["test"] if self.said.get("test") in tests else next(iter(tests))

    @property
    def asks(self) -> Test:
        """What its test compares with."""
        return FACTS[self.fact].tests[self.test]

    @property
    def act(self) -> Act:
        """Of an action."""
        said = self.said.get("act", "")
        return Act(said) if said in set(Act) else Act.APPROVE


@dataclass
class Draft:
    """All of it; `errors` are those of the rule as a whole: name, conditions, actions."""

    name: str = ""
    match: Match = Match.ALL
    version: int = 0
    apply: bool = False
    conditions: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        """Is something wrong anywhere?"""
        rows = [*self.conditions, *self.actions]
        return bool(self.errors or any(row.errors or any(step.error for step in row.steps) for row in rows))


def blank() -> Draft:
    """What a new one begins with."""
    return Draft(conditions=[Row({"fact": "direction"})], actions=[Row({"act": Act.APPROVE.value}, steps=[Step()])])


def typed(form: Any, company: Company) -> Draft:
    """What the form holds; what is no part of it is not looked at."""
    draft = Draft(name=" ".join(form.get("name", "").split()), version=form.get("version", 0, type=_version))
    draft.match = Match.ANY if form.get("match") == Match.ANY else Match.ALL
    draft.apply = form.get("apply") == "yes"
    names = ("fact", "test", "value", "to", "currency")
    for place in range(MOST_CONDITIONS):
        if f"c{place}-fact" in form:
            said = {name: form.get(f"c{place}-{name}", "").strip()[:300] for name in names}
            draft.conditions.append(Row(said | {"currency": said["currency"] or company.currency}))
    for place in range(MOST_ACTIONS):
        if f"a{place}-act" in form:
            said = {name: form.get(f"a{place}-{name}", "").strip()[:300] for name in ("act", "value")}
            draft.actions.append(Row(said, steps=_steps(form, place)))
    return draft


def _version(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _steps(form: Any, place: int) -> list[Step]:
    found = []
    for number in range(MOST_STEPS):
        prefix = f"a{place}-s{number}"
        if f"{prefix}-mode" in form:
            mode = "all" if form.get(f"{prefix}-mode") == "all" else "any"
            found.append(Step(form.getlist(f"{prefix}-users")[:50], mode))
    return found or [Step()]


def of(rule: Rule) -> Draft:
    """The rule as it is stored, for its form."""
    names = Names(rule.conditions, rule.actions)
    draft = Draft(rule.name, rule.match, rule.version)
    draft.conditions = [Row(_condition(each, names)) for each in rule.conditions]
    for each in rule.actions:
        steps = [Step([str(user) for user in step["users"]], step["mode"]) for step in each.get("steps", [])]
        draft.actions.append(Row({"act": each["act"], "value": str(each.get("value", ""))}, steps=steps or [Step()]))
    return draft


def _condition(each: dict[str, Any], names: Names) -> dict[str, str]:
    said = {name: str(each.get(name, "")) for name in ("fact", "test", "value", "to", "currency")}
    if each.get("fact") in ("gross", "net"):
        amounts = {name: written(each[name], each["currency"]) for name in ("value", "to") if name in each}
        return said | amounts
    return said | ({"value": names.of_condition(each)} if each.get("fact") == "counterparty" else {})


def written(minor: int, currency: str) -> str:
    """An amount as the person's language writes it."""
    decimals = money.decimals(currency)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(money.from_minor(minor, currency), format=pattern, locale=get_locale())


def amount_of(text: str) -> Decimal | None:
    """An amount as the person's language writes it, else as any other does."""
    return money.parse_amount(text, decimal_mark=get_decimal_symbol(get_locale())) or money.parse_amount(text)


def change(draft: Draft, act: str) -> None:
    """What the buttons of the builder do: add-condition, remove-condition-2, add-step-0, remove-step-0-1, …"""
    verb, _dash, rest = act.partition("-")
    what, *places = rest.split("-")
    numbers = [int(each) for each in places if each.isdecimal() and len(each) < 4]
    if verb == "add":
        _add(draft, what, numbers)
    elif verb == "remove":
        _remove(draft, what, numbers)


def _add(draft: Draft, what: str, at: list[int]) -> None:
    if what == "condition" and len(draft.conditions) < MOST_CONDITIONS:
        used = {row.fact for row in draft.conditions}
        draft.conditions.append(Row({"fact": next((fact for fact in FACTS if fact not in used), "label")}))
    elif what == "action" and len(draft.actions) < MOST_ACTIONS:
        draft.actions.append(Row({"act": Act.CATEGORY.value}, steps=[Step()]))
    elif what == "step" and at and at[0] < len(draft.actions) and len(draft.actions[at[0]].steps) < MOST_STEPS:
        draft.actions[at[0]].steps.append(Step())


def _remove(draft: Draft, what: str, at: list[int]) -> None:
    rows: list[Any] = {"condition": draft.conditions, "action": draft.actions}.get(what, [])
    if what == "step" and at and at[0] < len(draft.actions):
        rows, at = draft.actions[at[0]].steps, at[1:]
    if at and at[0] < len(rows):
        del rows[at[0]]


__all__ = ["Draft", "Row", "Step", "Value", "amount_of", "blank", "change", "of", "typed", "written"]
