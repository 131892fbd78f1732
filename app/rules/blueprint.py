"""The blueprint of the rules, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, url_for
from flask_login import current_user

from app.extensions import db
from app.rules.models import Rule
from app.users.models import Company
from app.web.access import Permission, demand

bp = Blueprint("rules", __name__, url_prefix="/rules")


def company_or_404(company_id: int) -> Company:
    """A company the signed-in person administers: 404 where it is not theirs at all, 403 where they are no admin."""
    company = db.one_or_404(Company.visible_to(current_user).where(Company.id == company_id))
    demand(Permission.ADMINISTER, company.id)
    return company


def rule_or_404(workflow_id: int, *, removed: bool = False) -> Rule:
    """A rule of such a company; with `removed` also one that was taken away."""
    rule = db.get_or_404(Rule, workflow_id)
    company_or_404(rule.company_id)
    if rule.removed_at and not removed:
        abort(404)
    return rule


def to_list(rule: Rule | None = None, part: str = "rule") -> Response:
    """Back to the list, at the rule, or at one of its buttons: a browser gives that the focus."""
    return redirect(url_for("rules.index", _anchor=f"{part}-{rule.id}" if rule else None), 303)
