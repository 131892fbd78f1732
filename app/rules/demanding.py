"""What the rules demand to be approved, by whom, in which order, and why."""

from __future__ import annotations

from typing import Any

from app.approval.demands import Demand, WantedStep
from app.approval.models import Mode
from app.documents.models import Document
from app.rules import acts, conditions
from app.rules.acts import Act
from app.rules.applications import standing
from app.rules.models import Rule
from app.users import glance
from app.users.models import Company, User
from app.web.access import Permission, allowed

glance.QUESTIONS["approval_rules"] = (
    Rule.in_force(glance.COMPANY).where(Rule.asks_approval).order_by(None).with_only_columns(Rule.id).exists()
)


def demand(document: Document) -> Demand | None:
    """The steps of all rules that are met, in their order; None where no rule asks for an approval.

    What was validated before a rule was made is not asked about, until a fact the rules look at changes.
    """
    asking = [(rule, has_acted) for rule, has_acted in standing(document) if rule.asks_approval]
    asking = [pair for pair in asking if pair[1] or not document.validated_at]
    met = conditions.which(document, [rule for rule, _has_acted in asking])
    steps = steps_of(met, document.company_id)
    return Demand(met[0].id, why(document, met), steps, tuple(rule.id for rule in met)) if steps else None


def steps_of(rules: list[Rule], company_id: int) -> tuple[WantedStep, ...]:
    """Each step once, though two rules ask for it; where nobody of it is left, the admins decide."""
    people = acts.deciders(company_id) if rules else []
    said = [step for rule in rules for action in acts.of(rule, Act.APPROVE) for step in action["steps"]]
    return tuple(dict.fromkeys(_wanted(step, people, company_id) for step in said))


def _wanted(step: dict[str, Any], people: list[User], company_id: int) -> WantedStep:
    left = [user.id for user in people if user.id in step["users"]]
    if not left:
        admins = tuple(user.id for user in people if allowed(user, Permission.ADMINISTER, company_id))
        return WantedStep(admins, Mode.ANY)
    return WantedStep(tuple(each for each in step["users"] if each in left), Mode(step["mode"]))


def why(document: Document, rules: list[Rule]) -> dict[str, Any]:
    """The names of the rules and those of their conditions that hold, for `words.why`."""
    said = [{"name": rule.name, "conditions": conditions.that_hold(document, rule.conditions)} for rule in rules]
    return {"rules": said}


def is_possible(company: Company) -> bool:
    """Does a rule of the company ask for approvals (SPEC LC-2)?"""
    return glance.shows("approval_rules", company=company)
