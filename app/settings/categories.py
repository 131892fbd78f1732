"""Accounting categories of a company."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents import categories as verbs
from app.documents.models import Category
from app.extensions import db
from app.settings.blueprint import bp, company_or_404
from app.settings.forms import CategoryForm
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page


def _page(company: Company, status: int = 200, **forms: object):
    rows = list(db.session.scalars(verbs.of(company)))
    context = {"form": CategoryForm(formdata=None), "edited": None, "edit_form": None} | forms
    return page("settings/categories.html", status=status, company=company, categories=rows, **context)


def _category(company: Company, category_id: int) -> Category:
    return db.one_or_404(verbs.of(company).where(Category.id == category_id))


def _edit_form(category: Category) -> CategoryForm:
    direction = category.direction.value if category.direction else ""
    return CategoryForm(formdata=None, name=category.name, account_code=category.account_code, direction=direction)


@bp.get("/companies/<int:company_id>/categories")
@requires(Permission.ADMINISTER)
def categories(company_id: int):
    """All of them, with a form for one more."""
    return _page(company_or_404(company_id))


@bp.post("/companies/<int:company_id>/categories")
@requires(Permission.ADMINISTER)
def add_category(company_id: int):
    """Add one."""
    company, form = company_or_404(company_id), CategoryForm()
    if not form.validate():
        return _page(company, 422, form=form)
    try:
        verbs.add(company, form.facts(), by=current_user)
    except Refused as refused:
        form.name.errors = [str(refused)]
        return _page(company, 422, form=form)
    commit()
    flash(_("“%(name)s” is added.", name=form.name.data))
    return redirect(url_for(".categories", company_id=company.id), 303)


@bp.get("/companies/<int:company_id>/categories/<int:category_id>")
@requires(Permission.ADMINISTER)
def category(company_id: int, category_id: int):
    """The list with one of them open to be changed."""
    company = company_or_404(company_id)
    found = _category(company, category_id)
    return _page(company, edited=found, edit_form=_edit_form(found))


@bp.post("/companies/<int:company_id>/categories/<int:category_id>")
@requires(Permission.ADMINISTER)
def change_category(company_id: int, category_id: int):
    """Change one."""
    company, form = company_or_404(company_id), CategoryForm()
    found = _category(company, category_id)
    if not form.validate():
        return _page(company, 422, edited=found, edit_form=form)
    try:
        verbs.change(found, form.facts(), by=current_user)
    except Refused as refused:
        form.name.errors = [str(refused)]
        return _page(company, 422, edited=found, edit_form=form)
    commit()
    flash(_("Saved."))
    return redirect(url_for(".categories", company_id=company.id), 303)


@bp.post("/companies/<int:company_id>/categories/<int:category_id>/archive")
@requires(Permission.ADMINISTER)
def archive_category(company_id: int, category_id: int):
    """Offer it no more."""
    company = company_or_404(company_id)
    found = _category(company, category_id)
    verbs.archive(found, by=current_user)
    commit()
    flash(_("“%(name)s” is no longer offered; documents that have it keep it.", name=found.name))
    return redirect(url_for(".categories", company_id=company.id), 303)


@bp.post("/companies/<int:company_id>/categories/<int:category_id>/return")
@requires(Permission.ADMINISTER)
def bring_category_back(company_id: int, category_id: int):
    """Offer it again."""
    company = company_or_404(company_id)
    found = _category(company, category_id)
    verbs.bring_back(found, by=current_user)
    commit()
    flash(_("“%(name)s” is offered again.", name=found.name))
    return redirect(url_for(".categories", company_id=company.id), 303)
