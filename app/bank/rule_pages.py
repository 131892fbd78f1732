"""The page of the rules for labels (SPEC BK-3)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from app.bank import labelling
from app.bank.blueprint import bp, tabs_here
from app.bank.models import LabelRule
from app.core.errors import Refused
from app.counterparties import finding as parties
from app.counterparties.models import Counterparty
from app.documents.models import Category
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import current_company
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page


def company_here() -> Company:
    """The company looked at, where the signed-in person may change its bank."""
    company = current_company() or abort(404)
    demand(Permission.EDIT_BANK, company.id)
    return company


def rule_or_404(label_rule_id: int, *, removed: bool = False) -> LabelRule:
    """A rule they may change; with `removed` also one that was taken away."""
    theirs = LabelRule.company_id.in_([membership.company_id for membership in current_user.memberships])
    rule: LabelRule = db.one_or_404(select(LabelRule).where(LabelRule.id == label_rule_id, theirs))
    demand(Permission.EDIT_BANK, rule.company_id)
    if rule.removed_at and not removed:
        abort(404)
    return rule


@bp.get("/bank/rules")
@requires(Permission.EDIT_BANK)
def rules():
    """The rules of the company, in their order, each with the lines it would say something new of."""
    company = company_here()
    return _page(company, {})


def _page(company: Company, typed: dict[str, Any], status: int = 200, error: str = "") -> Response:
    shown = [(rule, *labelling.touched(rule)) for rule in labelling.of(company)]
    categories = select(Category).where(Category.company_id == company.id, Category.archived_at.is_(None))
    context = {"rules": shown, "categories": list(db.session.scalars(categories.order_by(Category.name)))}
    names = Counterparty.visible_to(current_user).where(
        Counterparty.company_id == company.id, Counterparty.archived_at.is_(None)
    )
    context["parties"] = list(db.session.scalars(names.order_by(Counterparty.name).limit(500)))
    preview = _preview(company, typed)
    context |= tabs_here("rules")
    return page("bank/rules.html", status, typed=typed, error=error, preview=preview, **context)


def _preview(company: Company, typed: dict[str, Any]) -> tuple[int, list[Any]] | None:
    """The lines a rule with these words would speak of, before it is kept."""
    words = typed.get("words", "").strip()
    if len(words) < 3:
        return None
    return labelling.touched(LabelRule(company_id=company.id, words=words, is_ignoring=True))


@bp.post("/bank/rules")
@requires(Permission.EDIT_BANK)
def add_rule():
    """Look what it would touch, or keep it."""
    company, typed = company_here(), {name: value[:200] for name, value in request.form.items()}
    if typed.get("do") == "look":
        return _page(company, typed)
    try:
        rule = labelling.add(company, typed.get("words", ""), by=current_user, **_says(company, typed))
    except Refused as refused:
        db.session.rollback()
        return _page(company_here(), typed, 422, str(refused))
    commit()
    flash(
        _(
            "The rule for “%(words)s” is added. It speaks of lines to come; apply it to those that are there.",
            words=rule.words,
        )
    )
    return redirect(url_for(".rules"), 303)


def _says(company: Company, typed: dict[str, str]) -> dict[str, Any]:
    """What is chosen, of this company and in sight."""
    name = typed.get("counterparty", "").strip()
    seen = {each.id for each in db.session.scalars(Counterparty.visible_to(current_user))} if name else set()
    found = [each for each in parties.called(company.id, name) if each.id in seen] if name else []
    if name and len(found) != 1:
        raise Refused(_("“%(name)s” is no customer or supplier, or several: choose one of the list.", name=name))
    category_id = request.form.get("category_id", type=row_id)
    mine = select(Category).where(Category.id == category_id, Category.company_id == company.id)
    category = db.session.scalar(mine) if category_id else None
    return {
        "counterparty": found[0] if found else None,
        "category": category,
        "is_ignoring": typed.get("ignore") == "yes",
    }


@bp.post("/bank/rules/application")
@requires(Permission.EDIT_BANK)
def apply_rules():
    """Let them speak of all lines that nothing settled yet."""
    count = labelling.apply_to_all(company_here(), by=current_user)
    commit()
    flash(ngettext("They said something of %(num)d line.", "They said something of %(num)d lines.", count))
    return redirect(url_for(".rules"), 303)


@bp.post("/bank/rules/<int:label_rule_id>/earlier")
@requires(Permission.EDIT_BANK)
def rule_earlier(label_rule_id: int):
    """One place up."""
    return _shift(label_rule_id, -1)


@bp.post("/bank/rules/<int:label_rule_id>/later")
@requires(Permission.EDIT_BANK)
def rule_later(label_rule_id: int):
    """One place down."""
    return _shift(label_rule_id, 1)


def _shift(label_rule_id: int, places: int) -> Response:
    labelling.shift(rule_or_404(label_rule_id), places, by=current_user)
    commit()
    return redirect(url_for(".rules"), 303)


@bp.post("/bank/rules/<int:label_rule_id>/removal")
@requires(Permission.EDIT_BANK)
def remove_rule(label_rule_id: int):
    """Take it away, with the way back at hand."""
    rule = rule_or_404(label_rule_id)
    labelling.remove(rule, by=current_user)
    commit()
    undo = url_for(".bring_rule_back", label_rule_id=rule.id)
    flash({"text": _("Removed. What it said of lines stays."), "undo_url": undo}, "message")  # type: ignore[arg-type]
    return redirect(url_for(".rules"), 303)


@bp.post("/bank/rules/<int:label_rule_id>/return")
@requires(Permission.EDIT_BANK)
def bring_rule_back(label_rule_id: int):
    """Undo the removal."""
    rule = rule_or_404(label_rule_id, removed=True)
    labelling.bring_back(rule, by=current_user)
    commit()
    flash(_("It is back."))
    return redirect(url_for(".rules"), 303)
