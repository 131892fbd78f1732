"""What stands in the builder is looked at once more when it is saved: each value exists in that company."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import money
from app.counterparties import finding
from app.documents.forms import CURRENCIES
from app.documents.models import Category
from app.extensions import db
from app.rules import acts, validating
from app.rules.acts import Act
from app.rules.drafts import Draft, Row, amount_of
from app.rules.facts import FACTS, WORDS, Value
from app.tags.models import Tag
from app.users.models import Company, User
from app.web.access import Permission

LARGEST_MINOR = 10**15
SHORTEST_TEXT = 2


class Choices:
    """What may be chosen in a company, by the person who builds the rule; each list is asked for once."""

    def __init__(self, company: Company, user: User) -> None:
        self.company, self.user = company, user
        self._lists: dict[str, list[tuple[str, str]]] = {}

    def of(self, what: str) -> list[tuple[str, str]]:
        """(id, name) of each: category, tag, user, decider, company, currency."""
        if what not in self._lists:
            self._lists[what] = [(str(key), str(name)) for key, name in getattr(self, f"_{what}")()]
        return self._lists[what]

    def has(self, what: str, key: str) -> bool:
        """May it be chosen?"""
        return key in {each for each, _name in self.of(what)}

    def name(self, what: str, key: str) -> str:
        """What a choice is called."""
        return dict(self.of(what)).get(key, "")

    def _category(self) -> Any:
        mine = select(Category).where(Category.company_id == self.company.id, Category.archived_at.is_(None))
        found = db.session.scalars(mine.order_by(Category.account_code, Category.name, Category.id))
        return [(each.id, each.name) for each in found]

    def _tag(self) -> Any:
        mine = select(Tag).where(Tag.company_id == self.company.id, Tag.archived_at.is_(None))
        return [(each.id, each.name) for each in db.session.scalars(mine.order_by(Tag.position, Tag.name_key))]

    def _user(self) -> Any:
        return [(each.id, each.name or each.email) for each in acts.assignable(self.company.id)]

    def _decider(self) -> Any:
        return [(each.id, each.name or each.email) for each in acts.deciders(self.company.id)]

    def _company(self) -> Any:
        mine = self.user.company_ids(Permission.ADMINISTER)
        return [(each.id, each.name) for each in self.user.companies if each.id in mine and each != self.company]

    def _currency(self) -> Any:
        return [(code, code) for code in dict.fromkeys([self.company.currency, *CURRENCIES])]


def checked(draft: Draft, choices: Choices) -> dict[str, Any]:
    """The rule's facts as they are stored; what is wrong stands in the draft, and then nothing is to be saved."""
    draft.errors = {} if draft.name else {"name": _("Name it: the trail of every document says which rule acted.")}
    if len(draft.name) > 120:
        draft.errors["name"] = _("At most %(most)d characters.", most=120)
    if not draft.conditions:
        draft.errors["conditions"] = _("Add a condition: a rule without any would act on nothing.")
    if not draft.actions:
        draft.errors["actions"] = _("Add what follows.")
    conditions = [_condition(row, choices) for row in draft.conditions]
    actions = [_action(row, choices) for row in draft.actions]
    _check_together(draft, conditions, actions)
    return {"name": draft.name, "match": draft.match, "conditions": conditions, "actions": actions}


def conditions_of(draft: Draft, choices: Choices) -> list[dict[str, Any]] | None:
    """The conditions alone, for the preview; None while something is wrong with them."""
    conditions = [_condition(row, choices) for row in draft.conditions]
    is_wrong = any(row.errors for row in draft.conditions)
    return None if is_wrong or not conditions else conditions


def _check_together(draft: Draft, conditions: list[dict[str, Any]], actions: list[dict[str, Any]]) -> None:
    said = [each.get("act") for each in actions]
    for act in (Act.CATEGORY, Act.ASSIGN, Act.MOVE, Act.VALIDATE, Act.APPROVE):
        if said.count(act) > 1:
            last = [row for row in draft.actions if row.act is act][-1]
            last.errors["act"] = _("Once is enough: remove one of them.")
    if Act.VALIDATE in said and (refusal := _why_not_validated(conditions, draft)):
        row = next(row for row in draft.actions if row.act is Act.VALIDATE)
        row.errors["act"] = refusal


def _why_not_validated(conditions: list[dict[str, Any]], draft: Draft) -> str:
    """What such conditions can never be enough for; empty where they may be."""
    if validating.rests_on_sender(conditions, draft.match):
        return _(
            "Anybody can write any sender. Add a condition on the counterparty, the amount or the text, and want all."
        )
    if validating.is_of_hand(conditions, draft.match):
        return _("What is entered by hand is validated by whoever enters it. Choose another way it came.")
    return ""


# --- Conditions -----------------------------------------------------------------------------------


def _condition(row: Row, choices: Choices) -> dict[str, Any]:
    """As it is stored."""
    row.errors = {}
    said: dict[str, Any] = {"fact": row.fact, "test": row.test}
    text = row.said.get("value", "")
    kind = row.asks.value
    if kind is Value.WORD:
        return said | {"value": _chosen(row, text, text in WORDS[row.fact])}
    if kind is Value.TEXT:
        return said | {"value": _text(row, text)}
    if kind is Value.ROW:
        return said | (_counterparty(row, text, choices) if row.fact == "counterparty" else _row(row, text, choices))
    return said | (_amounts(row, choices) if kind in (Value.MONEY, Value.BETWEEN) else {})


def _chosen(row: Row, text: str, is_known: bool) -> str:
    if not is_known:
        row.errors["value"] = _("Choose one.")
    return text


def _text(row: Row, text: str) -> str:
    if len(text) < SHORTEST_TEXT:
        row.errors["value"] = _("Enter at least %(count)d characters.", count=SHORTEST_TEXT)
    return text.replace("\0", "")


def _row(row: Row, text: str, choices: Choices) -> dict[str, Any]:
    table = FACTS[row.fact].table
    if not choices.has(table, text):
        row.errors["value"] = _("Choose one.")
        return {}
    return {"value": int(text), "name": choices.name(table, text)}


def _counterparty(row: Row, text: str, choices: Choices) -> dict[str, Any]:
    found = finding.called(choices.company.id, text)
    if len(found) == 1:
        return {"value": found[0].id, "name": found[0].name}
    row.errors["value"] = (
        _("Several have this name: choose one from the list.") if found else _("Choose a customer or supplier.")
    )
    return {}


def _amounts(row: Row, choices: Choices) -> dict[str, Any]:
    currency = row.said.get("currency") or choices.company.currency
    if not choices.has("currency", currency):
        row.errors["currency"] = _("Choose the currency.")
        return {}
    names = ("value", "to") if row.asks.value is Value.BETWEEN else ("value",)
    amounts = {name: _minor(row, name, currency) for name in names}
    if None not in amounts.values() and len(amounts) == 2 and amounts["value"] > amounts["to"]:  # type: ignore[operator]
        row.errors["to"] = _("Enter an amount that is not smaller than the first.")
    return amounts | {"currency": currency}


def _minor(row: Row, name: str, currency: str) -> int | None:
    amount = amount_of(row.said.get(name, ""))
    if amount is None:
        row.errors[name] = _("Enter an amount.")
        return None
    minor = money.to_minor(amount, currency)
    if money.from_minor(minor, currency) != amount:
        row.errors[name] = _("%(currency)s has %(count)d decimals.", currency=currency, count=money.decimals(currency))
    if abs(minor) > LARGEST_MINOR:
        row.errors[name] = _("This is too large.")
    return minor


# --- Actions --------------------------------------------------------------------------------------

CHOSEN_FROM = {Act.CATEGORY: "category", Act.TAG: "tag", Act.ASSIGN: "user", Act.MOVE: "company"}


def _action(row: Row, choices: Choices) -> dict[str, Any]:
    """As it is stored."""
    row.errors = {}
    if row.act is Act.APPROVE:
        return {"act": row.act.value, "steps": [_step(step, choices) for step in row.steps]}
    if row.act is Act.VALIDATE:
        return {"act": row.act.value}
    text, what = row.said.get("value", ""), CHOSEN_FROM[row.act]
    if not choices.has(what, text):
        row.errors["value"] = _("Choose one.")
        return {"act": row.act.value}
    return {"act": row.act.value, "value": int(text), "name": choices.name(what, text)}


def _step(step: Any, choices: Choices) -> dict[str, Any]:
    users = [each for each in dict.fromkeys(step.users) if choices.has("decider", each)]
    step.error = "" if users else _("Choose who decides.")
    return {"users": [int(each) for each in users], "mode": step.mode}
