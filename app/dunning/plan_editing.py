"""Making plans and changing them, each by one person at a time."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail, words
from app.audit.models import AuditEntry
from app.core import clock
from app.core.database import change_if, hold
from app.core.errors import Refused
from app.dunning import following, plans, starting
from app.dunning.models import DunningPlan, Level, PlanStep, Wording
from app.extensions import db
from app.users.models import Company, User

MOST, LONGEST_NAME = 50, 120
STEP_FACTS = ("is_sending", "days", "channel", "is_automatic", "position", "cc", "attaches_file")


class Changed(Refused):
    """Somebody saved another version meanwhile; `what` has name, was and is now of each thing they changed."""

    def __init__(self, plan: DunningPlan, version: int) -> None:
        entries = [each for each in db.session.scalars(AuditEntry.about(plan)) if _version_of(each) > version][::-1]
        who = ", ".join(dict.fromkeys(each.user_name or "Facteur" for each in entries)) or "Facteur"
        self.what = [change for entry in entries for change in words.changes(entry)]
        kept = _("What you typed is kept: look at it, then save again.")
        super().__init__(" ".join((_("%(who)s changed this plan meanwhile.", who=who), kept)))


def _version_of(entry: AuditEntry) -> int:
    return int(entry.changes.get("version", [0, 0])[1])


def create(company: Company, name: str, level: Level, *, by: User, has_reminders: bool = True) -> DunningPlan:
    """A plan that sends the invoice and, where wanted, reminds three times."""
    plan = _add(company, name, level, [starting.sending(), *(starting.reminders(level) if has_reminders else ())])
    trail.record(plan, by=by, act="created", changes={"name": [None, name], "level": [None, level]})
    return plan


def duplicate(plan: DunningPlan, *, by: User) -> DunningPlan:
    """The same once more, for nobody yet."""
    company = db.session.get_one(Company, plan.company_id)
    copy = _add(company, _free_name(plan), plan.level, [_copied(step) for step in plan.steps])
    trail.record(copy, by=by, act="created", changes={"name": [plan.name, copy.name]})
    return copy


def _add(company: Company, name: str, level: Level, steps: list[PlanStep]) -> DunningPlan:
    hold(db.session, f"plans:{company.id}")
    if len(plans.offered(company)) >= MOST:
        raise Refused(_("There are %(most)d plans already, which is the most. Archive one first.", most=MOST))
    check_name(company.id, name)
    plan = DunningPlan(company_id=company.id, name=name, level=level, steps=steps)
    db.session.add(plan)
    db.session.flush()
    return plan


def _copied(step: PlanStep) -> PlanStep:
    said = [Wording(language=each.language, subject=each.subject, text=each.text) for each in step.wordings]
    return PlanStep(wordings=said, **{name: getattr(step, name) for name in STEP_FACTS})


def _free_name(plan: DunningPlan) -> str:
    taken = set(db.session.scalars(select(DunningPlan.name).filter_by(company_id=plan.company_id)))
    name = copy = _("%(name)s (copy)", name=plan.name[: LONGEST_NAME - 20])
    number = 2
    while copy in taken:
        copy, number = f"{name} {number}", number + 1
    return copy


def check_name(company_id: int, name: str, but: DunningPlan | None = None) -> None:
    """Two plans of a company are never called the same, as people choose them by name."""
    query = select(DunningPlan.id).filter_by(company_id=company_id, name=name)
    if db.session.scalar(query.where(DunningPlan.id != (but.id if but else 0))):
        raise Refused(_("Another plan is called so; it may be among the archived ones."))


def change(plan: DunningPlan, name: str, level: Level, *, by: User, version: int) -> None:
    """Another name, another level, as of `version`; raises `Changed`."""
    check_name(plan.company_id, name, plan)
    was = {"name": plan.name, "level": plan.level}
    now = {"name": name, "level": level}
    changes = {fact: [was[fact], now[fact]] for fact in was if was[fact] != now[fact]}
    claim(plan, version, **now)
    note(plan, "changed", changes, by=by)


def claim(plan: DunningPlan, version: int, **facts: Any) -> None:
    """Be the one who edits this version; everybody else is told."""
    if not change_if(db.session(), plan, DunningPlan.version == version, version=version + 1, **facts):
        raise Changed(plan, version)


def note(plan: DunningPlan, act: str, changes: dict[str, Any], *, by: User) -> None:
    """What the one who claimed it changed."""
    trail.record(plan, by=by, act=act, changes=changes | {"version": [plan.version - 1, plan.version]})
    following.plans_changed(plan.company_id)


def make_default(plan: DunningPlan, *, by: User, wanted: bool = True) -> None:
    """New customers get this one from now on, and no other; or none at all."""
    hold(db.session, f"plans:{plan.company_id}")
    if plan.archived_at and wanted:
        raise Refused(_("An archived plan is not given to anybody: bring it back first."))
    before = db.session.scalar(select(DunningPlan).filter_by(company_id=plan.company_id, is_default=True))
    if (before is plan) == wanted:
        return
    for each in filter(None, (before, plan)):
        each.is_default = False
    db.session.flush()
    plan.is_default = wanted
    trail.record(plan, by=by, act="changed", changes={"is_default": [not wanted, wanted]})


def archive(plan: DunningPlan, *, by: User, back: bool = False) -> None:
    """It is not offered any more, or again; customers who have it keep it."""
    if bool(plan.archived_at) != back:
        return
    if not back:
        make_default(plan, by=by, wanted=False)
    plan.archived_at = None if back else clock.now()
    trail.record(plan, by=by, act="brought back" if back else "archived")
