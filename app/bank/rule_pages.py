"""The page of the rules for labels (SPEC BK-3)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from app.bank import labelling
from app.bank.blueprint import bp, tabs_here, to_change
from app.bank.models import LabelRule
from app.core.errors import Refused
from app.counterparties import finding as parties
from app.counterparties.models import Counterparty
from app.documents.models import Category
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.moving import goes_on_earlier
from app.web.pages import page


def rule_or_404(label_rule_id: int, *, removed: bool = False) -> LabelRule:
    """A rule they may change; with `removed` also one that was taken away."""
    found = LabelRule.visible_to(current_user).where(LabelRule.id == label_rule_id)
    rule: LabelRule = db.one_or_404(found if removed else found.where(LabelRule.removed_at.is_(None)))
    demand(Permission.EDIT_BANK, rule.company_id)
    return rule


@bp.get("/bank/rules")
@requires(Permission.EDIT_BANK)
def rules():
    """The rules of the company, in their order, each with the lines it would say something new of."""
    company = to_change()
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
    return page("bank/rules.html", status, typed=typed, error=error, preview=preview, **tabs_here("rules"), **context)


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
    company, typed = to_change(), {name: value[:200] for name, value in request.form.items()}
    if typed.get("do") == "look":
        return _page(company, typed)
    try:
        rule = labelling.add(company, typed.get("words", ""), by=current_user, **_says(company, typed))
    except Refused as refused:
        db.session.rollback()
        return _page(to_change(), typed, 422, str(refused))
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
    count = labelling.apply_to_all(to_change(), by=current_user)
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
    """And back to the list, at the button for the next press."""
    rule = rule_or_404(label_rule_id)
    place, count = labelling.shift(rule, places, by=current_user)
    commit()
    flash(_("“%(name)s” acts as number %(place)d of %(count)d now.", name=rule.words, place=place, count=count))
    button = "earlier" if goes_on_earlier(places, place, count) else "later"
    return redirect(url_for(".rules", _anchor=f"{button}-{rule.id}"), 303)


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
