"""Rules for tests, as the builder stores them."""

from __future__ import annotations

from typing import Any

from app.documents.models import Document
from app.extensions import db
from app.rules.acts import Act
from app.rules.models import Match, Rule
from app.users.models import Company
from tests.factories import the_company


def make_rule(*conditions: dict[str, Any], company: Company | None = None, **facts: Any) -> Rule:
    """A rule that is on; it does `does`, by default nothing that is seen."""
    company = company or the_company()
    actions = facts.pop("does", [])
    asks = any(each["act"] == Act.APPROVE for each in actions)
    facts = {"name": "Travel", "match": Match.ALL, "asks_approval": asks} | facts
    rule = Rule(company=company, conditions=list(conditions), actions=actions, **facts)
    db.session.add(rule)
    db.session.commit()
    return rule


def when(fact: str, test: str = "is", value: Any = None, **more: Any) -> dict[str, Any]:
    """One condition."""
    return {"fact": fact, "test": test, **({"value": value} if value is not None else {}), **more}


def do(act: Act, value: Any = None) -> dict[str, Any]:
    """One action."""
    return {"act": act.value, "value": value}


def ask(*users: Any, mode: str = "any") -> dict[str, Any]:
    """*Submit for approval* in one step."""
    return {"act": Act.APPROVE.value, "steps": [{"users": [user.id for user in users], "mode": mode}]}


def meets(document: Document, rule: Rule) -> bool:
    """Does it meet the rule as it stands?"""
    from app.rules import conditions

    return conditions.which(document, [rule]) == [rule]
