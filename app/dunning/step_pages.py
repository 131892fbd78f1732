"""The pages of a step: its day and channel, its texts, what they would say, and a test mail."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.dunning import plan_editing, previewing, starting, step_editing, trying, wording
from app.dunning.action_models import ActionKind
from app.dunning.models import DunningPlan, PlanStep
from app.dunning.plan_blueprint import bp, changeable, company_of, plan_or_404, step_or_404, to
from app.dunning.plan_forms import StepForm
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, allowed, requires
from app.web.ids import row_id
from app.web.language import LANGUAGES
from app.web.pages import page

NEXT_AFTER = 15


def _kind() -> ActionKind:
    said = request.values.get("kind", "")
    return ActionKind(said) if said in set(ActionKind) else ActionKind.REMINDER


@bp.get("/plans/<int:plan_id>/steps/new")
@requires(Permission.CHANGE_TEMPLATES)
def new_step(plan_id: int):
    """The form of one more, with texts to begin with."""
    plan, kind = changeable(plan_id), _kind()
    form = StepForm(kind, formdata=None, data={"version": plan.version})
    last = plan.reminders[-1].days + NEXT_AFTER if plan.reminders else 7
    form.show(starting.sending() if kind is ActionKind.SENDING else starting.reminder(last, plan.level))
    return _page(plan, form)


@bp.post("/plans/<int:plan_id>/steps")
@requires(Permission.CHANGE_TEMPLATES)
def add_step(plan_id: int):
    """Add it."""
    plan, form = changeable(plan_id), StepForm(_kind())
    return _saved(plan, form)


@bp.get("/plans/<int:plan_id>/steps/<int:step_id>")
@requires(Permission.EDIT)
def step(plan_id: int, step_id: int):
    """One step, to be read or changed."""
    plan = plan_or_404(plan_id)
    found = step_or_404(plan, step_id)
    return _page(plan, StepForm(wording.kind_of(found), found, formdata=None, data={"version": plan.version}), found)


@bp.post("/plans/<int:plan_id>/steps/<int:step_id>")
@requires(Permission.CHANGE_TEMPLATES)
def change_step(plan_id: int, step_id: int):
    """Save it; where somebody saved meanwhile, what was typed stays."""
    plan = changeable(plan_id)
    found = step_or_404(plan, step_id)
    return _saved(plan, StepForm(wording.kind_of(found)), found)


def _saved(plan: DunningPlan, form: StepForm, found: PlanStep | None = None) -> Response:
    if not form.validate():
        return _page(plan, form, found, 422)
    version, step_id, plan_id = form.version.data or 0, found.id if found else 0, plan.id
    again = lambda: step_or_404(plan, step_id) if step_id else None  # noqa: E731
    try:
        if found:
            step_editing.change(found, form.facts(), form.said(), by=current_user, version=version)
        else:
            step_editing.add(plan, form.facts(), form.said(), by=current_user, version=version)
    except plan_editing.Changed as changed:
        db.session.rollback()
        plan = plan_or_404(plan_id)
        form.version.raw_data, form.version.data = None, plan.version
        return _page(plan, form, again(), 409, conflict=changed)
    except Refused as refused:
        db.session.rollback()
        form.days.errors = [str(refused)]
        return _page(plan_or_404(plan_id), form, again(), 422)
    commit()
    flash(_("Saved."))
    if form.facts().get("days", 0) < 0 and any("{overdue_" in text for said in form.said().values() for text in said):
        flash(_("Before the due date nothing is overdue: what the text says of that will be empty or 0."), "warning")
    return to(plan)


@bp.post("/plans/<int:plan_id>/steps/<int:step_id>/removal")
@requires(Permission.CHANGE_TEMPLATES)
def remove_step(plan_id: int, step_id: int):
    """Leave it out of the plan."""
    plan = changeable(plan_id)
    step_editing.remove(step_or_404(plan, step_id), by=current_user, version=request.form.get("version", 0, row_id))
    commit()
    flash(_("The step is removed. What it sent stays."))
    return to(plan)


@bp.post("/plans/<int:plan_id>/preview")
@requires(Permission.CHANGE_TEMPLATES)
def preview(plan_id: int):
    """What the texts as they are typed would say; nothing is saved."""
    return _page(changeable(plan_id), StepForm(_kind()), _named(plan_id))


@bp.post("/plans/<int:plan_id>/test")
@requires(Permission.CHANGE_TEMPLATES)
def send_test(plan_id: int):
    """The text as it is typed, by mail to whoever asks."""
    plan, form = changeable(plan_id), StepForm(_kind())
    looked_at = _looked_at(plan, form, current_user)
    trying.send(
        plan,
        form.kind,
        looked_at["document"],
        said=form.said()[looked_at["spoken"]],
        language=looked_at["spoken"],
        attaches_file=form.attaches_file.data,
        number=request.form.get("tests", 0, int),
        by=current_user,
    )
    commit()
    flash(_("A test is in the outbox, to %(address)s.", address=current_user.email))
    return _page(plan, form, _named(plan_id))


def _named(plan_id: int) -> PlanStep | None:
    """The step a form is about, where it is saved already."""
    step_id = request.form.get("step", type=row_id)
    return step_or_404(plan_or_404(plan_id), step_id) if step_id else None


def _looked_at(plan: DunningPlan, form: StepForm, user: User) -> dict[str, Any]:
    """The invoice and the language in which the texts are shown."""
    company = company_of(plan)
    said = (request.values.get("language", ""), company.customer_language)
    spoken = next((each for each in said if each in LANGUAGES), "fr")
    wanted = request.values.get("document", type=row_id)
    return {"spoken": spoken, "document": previewing.chosen(form.kind, company, user, wanted)}


def _page(plan: DunningPlan, form: StepForm, found: PlanStep | None = None, status: int = 200, **more: Any) -> Response:
    looked_at = _looked_at(plan, form, current_user)
    subject, text = form.said()[looked_at["spoken"]]
    mistakes = [*wording.mistakes(subject, form.kind, is_subject=True), *wording.mistakes(text, form.kind)]
    shown = previewing.shown(
        form.kind, subject, text, looked_at["document"], language=looked_at["spoken"], owner=current_user
    )
    context = {
        "plan": plan,
        "step": found,
        "form": form,
        "of": company_of(plan),
        "variables": wording.VARIABLES[form.kind],
        "choices": previewing.choices(form.kind, company_of(plan), current_user),
        "mistakes": mistakes,
        "shown_subject": shown[0],
        "shown_text": shown[1],
        "tests": trying.count(plan, current_user),
        "may_change": allowed(current_user, Permission.CHANGE_TEMPLATES, plan.company_id),
        **looked_at,
    }
    return page("dunning/step.html", status, **context | more)
