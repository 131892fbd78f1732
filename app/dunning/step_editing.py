"""Adding, changing and removing the steps of a plan."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.database import hold
from app.core.errors import Refused
from app.dunning.models import DunningPlan, PlanStep, Wording
from app.dunning.plan_editing import STEP_FACTS, claim, note
from app.extensions import db
from app.users.models import User

MOST = 20
Texts = dict[str, tuple[str, str]]
"""Language → subject and text."""


def add(plan: DunningPlan, facts: dict[str, Any], said: Texts, *, by: User, version: int) -> PlanStep:
    """One more step with its texts by language, as of `version`; raises `Changed`."""
    hold(db.session, f"plans:{plan.company_id}")
    claim(plan, version)
    if len(plan.steps) >= MOST:
        raise Refused(_("%(most)d steps are the most. Remove one first.", most=MOST))
    _check_day(plan, facts)
    step = PlanStep(is_sending=facts["is_sending"])
    plan.steps.append(step)
    _write(step, facts, said)
    db.session.flush()
    note(plan, "step added", _told({}, step), by=by)
    return step


def change(step: PlanStep, facts: dict[str, Any], said: Texts, *, by: User, version: int) -> None:
    """Other facts and texts, as of `version` of its plan; raises `Changed`."""
    was = _facts(step)
    claim(step.plan, version)
    _check_day(step.plan, facts, step)
    _write(step, facts, said)
    if changes := _told(was, step):
        note(step.plan, "step changed", {"step": [was["step"], name(step)]} | changes, by=by)


def remove(step: PlanStep, *, by: User, version: int) -> None:
    """Leave it out; what came of it stays."""
    plan, was = step.plan, _facts(step)
    claim(plan, version)
    plan.steps.remove(step)
    db.session.flush()
    note(plan, "step removed", {"step": [was["step"], None]}, by=by)


def name(step: PlanStep) -> str:
    """When it comes, in words."""
    if step.is_sending:
        return _("The invoice")
    if step.days == 0:
        return _("On the due date")
    if step.days < 0:
        return ngettext("%(num)d day before the due date", "%(num)d days before the due date", -step.days)
    return ngettext("%(num)d day after the due date", "%(num)d days after the due date", step.days)


def _check_day(plan: DunningPlan, facts: dict[str, Any], but: PlanStep | None = None) -> None:
    """Two reminders of a plan never fall on one day, and the invoice is sent once."""
    others = [each for each in plan.steps if each is not but and each.is_sending == facts["is_sending"]]
    if any(each.is_sending or each.days == facts["days"] for each in others):
        raise Refused(_("Another step of this plan is there already: choose another day."))


def _write(step: PlanStep, facts: dict[str, Any], said: Texts) -> None:
    for fact in STEP_FACTS[1:]:
        setattr(step, fact, facts[fact])
    known = {each.language: each for each in step.wordings}
    for language, (subject, text) in said.items():
        wording = known.get(language)
        if wording is None:
            wording = Wording(language=language)
            step.wordings.append(wording)
        wording.subject, wording.text = subject, text


def _facts(step: PlanStep) -> dict[str, Any]:
    facts = {fact: getattr(step, fact) for fact in STEP_FACTS[1:]} | {"step": name(step)}
    for each in step.wordings:
        facts |= {f"subject_{each.language}": each.subject, f"text_{each.language}": each.text}
    return facts


def _told(was: dict[str, Any], step: PlanStep) -> dict[str, Any]:
    """What is another now, for the trail."""
    return {fact: [was.get(fact), now] for fact, now in _facts(step).items() if was.get(fact) != now}
