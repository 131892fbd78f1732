"""Rules as sentences, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.documents import words
from app.documents.models import Direction
from app.rules.acts import Act
from app.rules.facts import WORDS
from app.rules.models import Match, Rule
from app.rules.names import Names
from app.web.filters import amount


def sentence(rule: Rule, names: Names) -> str:
    """The whole rule, readable without opening it."""
    return together(rule.match, rule.conditions, rule.actions, names)


def together(match: Match, conditions: list[Any], actions: list[Any], names: Names) -> str:
    """The same for one that is not saved yet."""
    said = {"conditions": ", ".join(condition(each, names) for each in conditions)}
    said["actions"] = ", ".join(action(each, names) for each in actions)
    if len(conditions) < 2:
        return _("When %(conditions)s → %(actions)s", **said)
    if match is Match.ALL:
        return _("When all: %(conditions)s → %(actions)s", **said)
    return _("When any: %(conditions)s → %(actions)s", **said)


def condition(each: dict[str, Any], names: Names) -> str:
    """One condition, as a part of a sentence."""
    fact, test = each.get("fact", ""), each.get("test", "")
    if fact in ("gross", "net"):
        return _amount(fact, test, each)
    if fact in WORDS:
        word = str(WORDS[fact].get(each.get("value", ""), each.get("value", "")))
        return _("came by %(way)s", way=word) if fact == "source" and each["value"] != "hand" else word
    value = names.of_condition(each)
    return _SAID[(fact, test)](value) if (fact, test) in _SAID else f"{fact} {test}"


_SAID: dict[tuple[str, str], Any] = {
    ("counterparty", "is"): lambda value: _("counterparty %(name)s", name=value),
    ("counterparty", "is_not"): lambda value: _("counterparty other than %(name)s", name=value),
    ("category", "is"): lambda value: _("category %(name)s", name=value),
    ("category", "none"): lambda value: _("without a category"),
    ("tag", "has"): lambda value: _("tag %(name)s", name=value),
    ("tag", "has_not"): lambda value: _("without the tag %(name)s", name=value),
    ("sender", "contains"): lambda value: _("sender contains “%(text)s”", text=value),
    ("sender", "is"): lambda value: _("sender %(address)s", address=value),
    ("label", "contains"): lambda value: _("label contains “%(text)s”", text=value),
    ("text", "contains"): lambda value: _("text contains “%(text)s”", text=value),
    ("supplier_new", "is"): lambda value: _("supplier is new"),
    ("iban_changed", "is"): lambda value: _("IBAN has changed"),
    ("assignee", "is"): lambda value: _("assigned to %(name)s", name=value),
    ("assignee", "none"): lambda value: _("assigned to nobody"),
}


def _amount(fact: str, test: str, each: dict[str, Any]) -> str:
    low = amount(each["value"], each["currency"])
    high = amount(each["to"], each["currency"]) if test == "between" else ""
    said = {
        ("gross", "at_least"): _("at least %(amount)s", amount=low),
        ("gross", "at_most"): _("at most %(amount)s", amount=low),
        ("gross", "between"): _("%(low)s to %(high)s", low=low, high=high),
        ("net", "at_least"): _("at least %(amount)s net", amount=low),
        ("net", "at_most"): _("at most %(amount)s net", amount=low),
        ("net", "between"): _("%(low)s to %(high)s net", low=low, high=high),
    }
    return said[(fact, test)]


def action(each: dict[str, Any], names: Names) -> str:
    """What follows, as a part of a sentence."""
    act = Act(each["act"])
    if act is Act.APPROVE:
        return _("ask %(steps)s", steps=_(", then ").join(_step(step, names) for step in each["steps"]))
    name = names.of_action(each)
    said = {
        Act.VALIDATE: _("validate automatically"),
        Act.MOVE: _("move to %(name)s", name=name),
        Act.CATEGORY: _("category %(name)s", name=name),
        Act.TAG: _("tag %(name)s", name=name),
        Act.ASSIGN: _("assign to %(name)s", name=name),
    }
    return said[act]


def _step(step: dict[str, Any], names: Names) -> str:
    people = [names.user(each) for each in step["users"]]
    if len(people) == 1:
        return people[0]
    if step["mode"] == "all":
        return _("%(names)s and %(last)s", names=", ".join(people[:-1]), last=people[-1])
    return _("any of %(names)s or %(last)s", names=", ".join(people[:-1]), last=people[-1])


def why(said: dict[str, Any]) -> str:
    """For what reason an approval is asked, as `demanding.why` noted it: “Large purchases”: at least 1,000.00 EUR."""
    return " · ".join(_why(each) for each in said.get("rules", []))


def _why(rule: dict[str, Any]) -> str:
    parts = ", ".join(condition(each, Names()) for each in rule["conditions"])
    return _("“%(rule)s”: %(conditions)s", rule=rule["name"], conditions=parts) if parts else f"“{rule['name']}”"


def held(reason: dict[str, Any]) -> str:
    """Why a document was not validated by itself."""
    fields = words.listed(reason.get("fields", []), Direction(reason.get("direction", "purchase")))
    said = {
        "sender": _("Not validated by itself: the sender of a mail proves nothing."),
        "flagged": _("Not validated by itself: there is something to look at."),
        "unsure": _("Not validated by itself: missing or not sure: %(fields)s.", fields=fields),
        "unknown": _("Not validated by itself: the counterparty is new."),
        "iban": _("Not validated by itself: the IBAN is new."),
        "doubt": _("Not validated by itself: look at %(fields)s.", fields=fields),
        "twin": _("Not validated by itself: it may be there already."),
    }
    return said.get(reason.get("code", ""), _("Not validated by itself: check it beside its page."))
