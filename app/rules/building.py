"""The builder of a rule: rows that come and go, what they would touch, and saving."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.core.errors import Refused
from app.counterparties import finding
from app.extensions import db
from app.rules import checking, drafts, facts, jobs, keeping, running, showing
from app.rules.acts import LABELS
from app.rules.blueprint import bp, company_or_404, rule_or_404, to_list
from app.rules.checking import Choices
from app.rules.drafts import Draft
from app.rules.models import Rule, RuleRun
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/company/<int:company_id>/new")
@requires(Permission.ADMINISTER)
def new(company_id: int):
    """The builder of a new one."""
    company = company_or_404(company_id)
    return _builder(company, drafts.blank())


@bp.get("/<int:workflow_id>")
@requires(Permission.ADMINISTER)
def edit(workflow_id: int):
    """The builder of one there is."""
    rule = rule_or_404(workflow_id)
    return _builder(rule.company, drafts.of(rule), rule)


@bp.post("/company/<int:company_id>/draft")
@requires(Permission.ADMINISTER)
def draft_new(company_id: int):
    """One row more or less, or another widget; nothing is saved."""
    return _redrawn(company_or_404(company_id))


@bp.post("/<int:workflow_id>/draft")
@requires(Permission.ADMINISTER)
def draft(workflow_id: int):
    """The same for one there is, or was when its page was opened."""
    rule = rule_or_404(workflow_id, removed=True)
    return _redrawn(rule.company, rule)


def _redrawn(company: Company, rule: Rule | None = None) -> Response:
    found = drafts.typed(request.form, company)
    drafts.change(found, request.form.get("do", ""))
    return _builder(company, found, rule)


@bp.post("/company/<int:company_id>")
@requires(Permission.ADMINISTER)
def add(company_id: int):
    """Save a new one, and apply it to what waits where somebody ticked so."""
    company = company_or_404(company_id)
    found, said = _checked(company)
    if found.is_wrong:
        return _builder(company, found, status=422)
    try:
        rule = keeping.add(company, said, by=current_user)
    except Refused as refused:
        return _builder(company, found, status=422, conflict=refused)
    return _saved(rule, found)


@bp.post("/<int:workflow_id>")
@requires(Permission.ADMINISTER)
def change(workflow_id: int):
    """Save it; where somebody saved meanwhile, what was typed is kept and shown beside what is there now."""
    rule = rule_or_404(workflow_id, removed=True)
    found, said = _checked(rule.company)
    if rule.removed_at:
        return _overtaken(rule, found)
    if found.is_wrong:
        return _builder(rule.company, found, rule, status=422)
    try:
        keeping.change(rule, said, by=current_user, version=found.version)
    except keeping.Changed:
        db.session.rollback()
        return _overtaken(rule_or_404(workflow_id, removed=True), found)
    return _saved(rule, found)


def _overtaken(rule: Rule, found: Draft) -> Response:
    """What was typed, to be saved all the same: over what is there now, or as a new one where nothing is."""
    changed, found.version = keeping.Changed(rule), rule.version
    return _builder(rule.company, found, None if rule.removed_at else rule, status=409, conflict=changed)


def _checked(company: Company) -> tuple[Draft, dict[str, Any]]:
    found = drafts.typed(request.form, company)
    return found, checking.checked(found, Choices(company, current_user))


def _saved(rule: Rule, found: Draft) -> Response:
    run = running.begin(rule, by=current_user) if found.apply and rule.is_on else None
    if run:
        jobs.apply_rule.later(run.id)
    commit()
    flash(_("“%(name)s” is saved.", name=rule.name) + (f" {applied(run)}" if run else ""))
    return to_list(rule)


def applied(run: RuleRun) -> str:
    """What is being done, in words."""
    count = run.total
    return ngettext("It is applied to %(count)s document.", "It is applied to %(count)s documents.", count, count=count)


@bp.post("/company/<int:company_id>/preview")
@requires(Permission.ADMINISTER)
def preview(company_id: int):
    """Which waiting documents would meet it; nothing is saved."""
    company = company_or_404(company_id)
    return _builder(company, drafts.typed(request.form, company))


@bp.get("/company/<int:company_id>/counterparties")
@requires(Permission.ADMINISTER)
def counterparties(company_id: int):
    """Those to choose from while a name is typed."""
    company = company_or_404(company_id)
    words = next((text for name, text in request.args.items() if name.endswith("-value")), "")
    found = finding.named(current_user, company.id, words[:200], reviewing=True)
    return page("review/_counterparties.html", labels=[finding.label(each) for each in found])


def _builder(
    company: Company, found: Draft, rule: Rule | None = None, status: int = 200, conflict: Refused | None = None
) -> Response:
    choices = Choices(company, current_user)
    aimed = request.htmx.target
    said = None if aimed == "draft" else checking.conditions_of(_copy(found), choices)
    touched = showing.preview(current_user, company, said, found.match) if said else None
    context = {"company": company, "draft": found, "rule": rule, "conflict": conflict, "choices": choices}
    context |= {"facts": facts.FACTS, "words": facts.WORDS, "acts": LABELS, "touched": touched}
    context |= {"pairs": lambda listed: [(key, each.label) for key, each in listed.items()]}
    context |= {"was_removed": isinstance(conflict, keeping.Changed) and not rule}
    context |= {"now": showing.sentence_of(rule) if conflict and rule else ""}
    return page("rules/edit.html", status, **context)


def _copy(found: Draft) -> Draft:
    """To be checked without a word beside the fields: nobody has pressed *Save* yet."""
    rows = [drafts.Row(dict(row.said)) for row in found.conditions]
    return Draft(match=found.match, conditions=rows)
