"""The tags of a company: names, order, analytic codes, and the words that set them by themselves."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents import tagging
from app.extensions import db
from app.settings.blueprint import bp, company_or_404
from app.settings.tag_form import TagForm
from app.tags import keeping
from app.tags.models import Tag
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.moving import goes_on_earlier
from app.web.pages import page


def _page(company: Company, status: int = 200, **forms: object):
    context = {"form": TagForm(formdata=None), "edited": None, "edit_form": None} | forms
    every = list(db.session.scalars(keeping.of(company)))
    return page("settings/tags.html", status, company=company, tags=every, counts=tagging.counts(company), **context)


def _tag(company: Company, tag_id: int) -> Tag:
    return db.one_or_404(keeping.of(company).where(Tag.id == tag_id))


def _back(company: Company, sentence: str, button: str | None = None):
    """To the list; at one of its buttons, which a browser gives the focus."""
    commit()
    flash(sentence)
    return redirect(url_for(".tags", company_id=company.id, _anchor=button), 303)


@bp.get("/companies/<int:company_id>/tags")
@requires(Permission.ADMINISTER)
def tags(company_id: int):
    """All of them in their order, with a form for one more."""
    return _page(company_or_404(company_id))


@bp.post("/companies/<int:company_id>/tags")
@requires(Permission.ADMINISTER)
def add_tag(company_id: int):
    """Add one."""
    company, form = company_or_404(company_id), TagForm()
    if not form.validate():
        return _page(company, 422, form=form)
    try:
        keeping.add(company, form.facts(), by=current_user)
    except Refused as refused:
        form.name.errors = [str(refused)]
        return _page(company, 422, form=form)
    return _back(company, _("“%(name)s” is added.", name=form.name.data))


@bp.post("/companies/<int:company_id>/tags/order")
@requires(Permission.ADMINISTER)
def arrange_tags(company_id: int):
    """Put them in the order they were dragged into, or move one of them a place up or down."""
    company, (step, _colon, tag_id) = company_or_404(company_id), request.form.get("move", "").partition(":")
    if step in {"up", "down"} and tag_id.isdecimal() and len(tag_id) < 10:
        return _moved(company, _tag(company, int(tag_id)), -1 if step == "up" else 1)
    order, shown = (request.form.getlist(name, type=row_id) for name in ("order", "shown"))
    try:
        keeping.arrange(company, order, shown=shown, by=current_user)
    except Refused as refused:
        db.session.rollback()
        flash(str(refused), "error")
        return redirect(url_for(".tags", company_id=company.id), 303)
    return _back(company, _("The tags stand in this order from now on."))


def _moved(company: Company, tag: Tag, step: int):
    """And back to the list, at the button for the next press."""
    place, count = keeping.move(tag, company, step, by=current_user)
    said = _("“%(name)s” is number %(place)d of %(count)d now.", name=tag.name, place=place, count=count)
    return _back(company, said, f"{'up' if goes_on_earlier(step, place, count) else 'down'}-{tag.id}")


@bp.get("/companies/<int:company_id>/tags/<int:tag_id>")
@requires(Permission.ADMINISTER)
def tag(company_id: int, tag_id: int):
    """The list with one of them open to be changed."""
    company = company_or_404(company_id)
    found = _tag(company, tag_id)
    return _page(company, edited=found, edit_form=TagForm(formdata=None, obj=found))


@bp.post("/companies/<int:company_id>/tags/<int:tag_id>")
@requires(Permission.ADMINISTER)
def change_tag(company_id: int, tag_id: int):
    """Change one."""
    company, form = company_or_404(company_id), TagForm()
    found = db.session.scalar(keeping.of(company).where(Tag.id == tag_id))
    if found is None and db.session.scalar(keeping.of(company).where(Tag.id == keeping.merged().get(tag_id))):
        flash(_("This tag was merged into another meanwhile. What you typed stands below, for a new one."), "error")
        return _page(company, 409, form=form)
    found = found or abort(404)
    if not form.validate():
        return _page(company, 422, edited=found, edit_form=form)
    try:
        keeping.change(found, company, form.facts(), by=current_user)
    except Refused as refused:
        form.name.errors = [str(refused)]
        return _page(company, 422, edited=found, edit_form=form)
    return _back(company, _("Saved."))


@bp.post("/companies/<int:company_id>/tags/<int:tag_id>/archive")
@requires(Permission.ADMINISTER)
def archive_tag(company_id: int, tag_id: int):
    """Offer it no more."""
    company = company_or_404(company_id)
    found = _tag(company, tag_id)
    keeping.archive(found, by=current_user)
    return _back(company, _("“%(name)s” is no longer offered; documents that have it keep it.", name=found.name))


@bp.post("/companies/<int:company_id>/tags/<int:tag_id>/return")
@requires(Permission.ADMINISTER)
def bring_tag_back(company_id: int, tag_id: int):
    """Offer it again."""
    company = company_or_404(company_id)
    found = _tag(company, tag_id)
    keeping.archive(found, by=current_user, back=True)
    return _back(company, _("“%(name)s” is offered again.", name=found.name))


@bp.post("/companies/<int:company_id>/tags/<int:tag_id>/merging")
@requires(Permission.ADMINISTER)
def merge_tag(company_id: int, tag_id: int):
    """Make one of two: what has this one has the other from now on."""
    company, into_id = company_or_404(company_id), request.form.get("into", type=row_id)
    found = _tag(company, tag_id)
    if into_id is None:
        raise Refused(_("Choose another tag of the same company."))
    into, name = _tag(company, into_id), found.name
    keeping.merge(found, into, by=current_user)
    return _back(company, _("“%(gone)s” is now “%(name)s”.", gone=name, name=into.name))
