"""Keeping a company's rules: adding, changing, turning on and off, ordering, removing."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.database import change_if, hold
from app.core.errors import Refused
from app.extensions import db
from app.rules import words
from app.rules.acts import Act
from app.rules.models import Rule
from app.rules.names import Names
from app.users.models import Company, User

MOST = 100


class Changed(Refused):
    """Somebody saved another version meanwhile, or removed it."""

    def __init__(self, rule: Rule) -> None:
        entry = db.session.scalars(AuditEntry.about(rule).limit(1)).first()
        self.who = (entry.user_name if entry else "") or "Facteur"
        changed = _("%(who)s changed this rule meanwhile. What you typed is kept.", who=self.who)
        removed = _("%(who)s removed this rule meanwhile. What you typed is kept.", who=self.who)
        super().__init__(removed if rule.removed_at else changed)


def of(company: Company) -> list[Rule]:
    """Its rules, in their order, as they are now: others may have moved them while this one waited to."""
    mine = select(Rule).where(Rule.company_id == company.id, Rule.removed_at.is_(None))
    mine = mine.order_by(Rule.position, Rule.id).execution_options(populate_existing=True)
    return list(db.session.scalars(mine))


def add(company: Company, facts: dict[str, Any], *, by: User, after: Rule | None = None) -> Rule:
    """A new one, the last, or the next `after` another."""
    _check_room(company)
    last = db.session.scalar(select(func.max(Rule.position)).where(Rule.company_id == company.id)) or 0
    rule = Rule(company=company, saved_by=by, position=last + 1, **_stored(facts))
    db.session.add(rule)
    db.session.flush()
    if after:
        ids = [each.id for each in of(company) if each is not rule]
        ids.insert(ids.index(after.id) + 1 if after.id in ids else len(ids), rule.id)
        _number(company, ids)
    trail.record(rule, by=by, act="created", changes={"name": [None, rule.name], "rule": [None, _said(rule)]})
    return rule


def _check_room(company: Company) -> None:
    hold(db.session, f"rules:{company.id}")
    if len(of(company)) >= MOST:
        raise Refused(
            _("There are %(most)d rules already, which is the most. Remove one, or put two into one.", most=MOST)
        )


def _stored(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"asks_approval": any(each.get("act") == Act.APPROVE for each in facts["actions"])}


def _said(rule: Rule) -> str:
    return words.sentence(rule, Names(rule.conditions, rule.actions))


def change(rule: Rule, facts: dict[str, Any], *, by: User, version: int) -> None:
    """Another name, other conditions, other actions, as of `version`; raises `Changed`."""
    was = {"name": rule.name, "rule": _said(rule)}
    still = (Rule.version == version, Rule.removed_at.is_(None))
    if not change_if(db.session(), rule, *still, version=version + 1, saved_by_id=by.id, **_stored(facts)):
        raise Changed(rule)
    now = {"name": rule.name, "rule": _said(rule)}
    changes = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
    trail.record(rule, by=by, act="changed", changes=changes | {"version": [version, version + 1]})


def switch(rule: Rule, is_on: bool, *, by: User) -> None:
    """Turn it on or off; one that is so already stays."""
    if change_if(db.session(), rule, Rule.is_on.is_(not is_on), is_on=is_on, version=Rule.version + 1):
        trail.record(rule, by=by, act="changed", changes={"is_on": [not is_on, is_on]})


def shift(rule: Rule, by_places: int, *, by: User) -> tuple[int, int]:
    """Let it act one place earlier or later; which place that is, and of how many."""
    hold(db.session, f"rules:{rule.company_id}")
    before = [each.id for each in of(rule.company)]
    if rule.id not in before:
        raise Refused(_("This rule was removed meanwhile, so nothing was moved."))
    here = before.index(rule.id)
    there = min(max(here + by_places, 0), len(before) - 1)
    wanted = [each for each in before if each != rule.id]
    wanted.insert(there, rule.id)
    order(rule.company, wanted, shown=before, by=by)
    return there + 1, len(before)


def order(company: Company, ids: list[int], *, shown: list[int], by: User) -> None:
    """This order, by somebody who was `shown` the one there is; rules that are not named come last.

    From an older page it would take back what a colleague moved; that one was removed meanwhile moves nothing.
    """
    hold(db.session, f"rules:{company.id}")
    before = [rule.id for rule in of(company)]
    if [each for each in shown if each in before] != before:
        raise Refused(_("The rules changed meanwhile, so nothing was moved. This is their order now."))
    wanted = [each for each in dict.fromkeys(ids) if each in before]
    wanted += [each for each in before if each not in wanted]
    if wanted == before:
        return
    _number(company, wanted)
    names = {rule.id: rule.name for rule in of(company)}
    orders = [", ".join(names[each] for each in ids) for ids in (before, wanted)]
    trail.record(company, by=by, act="rules ordered", changes={"rule": orders})


def _number(company: Company, ids: list[int]) -> None:
    known = {rule.id: rule for rule in of(company)}
    for place, rule_id in enumerate(ids, 1):
        known[rule_id].position = place
    db.session.flush()


def duplicate(rule: Rule, *, by: User) -> Rule:
    """The same once more, right after it and turned off until somebody has looked at it."""
    name = _("%(name)s (copy)", name=rule.name[:100])
    facts = {"match": rule.match, "conditions": rule.conditions, "actions": rule.actions, "is_on": False}
    return add(rule.company, facts | {"name": name}, by=by, after=rule)


def remove(rule: Rule, *, by: User) -> None:
    """It acts no more; it can be brought back."""
    hold(db.session, f"rules:{rule.company_id}")
    if change_if(db.session(), rule, Rule.removed_at.is_(None), removed_at=clock.now(), version=Rule.version + 1):
        trail.record(rule, by=by, act="rule removed")


def bring_back(rule: Rule, *, by: User) -> None:
    """Undo the removal: it stands where it stood."""
    _check_room(rule.company)
    if change_if(db.session(), rule, Rule.removed_at.is_not(None), removed_at=None, version=Rule.version + 1):
        trail.record(rule, by=by, act="brought back")
