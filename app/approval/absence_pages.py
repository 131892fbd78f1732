"""Absences: under one's own account, and of anybody for admins."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.approval import absences, colleagues, standing_in
from app.approval.blueprint import bp
from app.approval.forms import AbsenceForm
from app.approval.models import Absence
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.users import memberships
from app.users.models import User
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/account/absences")
@requires(Permission.DECIDE)
def absent():
    """When one is away, and who decides meanwhile."""
    return _shown(current_user)


@bp.post("/account/absences")
@requires(Permission.DECIDE)
def be_absent():
    """From when to when, and who stands in."""
    return _begun(current_user)


@bp.get("/settings/people/<int:user_id>/absences")
@requires(Permission.ADMINISTER)
def absent_person(user_id: int):
    """The same of somebody else: whoever fell ill can't do it."""
    return _shown(_person(user_id))


@bp.post("/settings/people/<int:user_id>/absences")
@requires(Permission.ADMINISTER)
def let_be_absent(user_id: int):
    """Set it for somebody else."""
    return _begun(_person(user_id))


@bp.post("/account/absences/<int:absence_id>/end")
@requires(Permission.DECIDE)
def come_back(absence_id: int):
    """Back earlier, or not away at all."""
    absence = db.one_or_404(absences.visible_to(current_user).where(Absence.id == absence_id))
    user = absence.user
    absences.end(absence, by=current_user)
    standing_in.align_person(user, by=current_user)
    commit()
    flash(
        _("You decide again yourself.")
        if user.id == current_user.id
        else _("%(name)s decides again.", name=colleagues.named(user))
    )
    return _to(user)


def _person(user_id: int) -> User:
    """Somebody all of whose companies the signed-in person administers; 404 where they share none."""
    user = db.one_or_404(User.visible_to(current_user).where(User.id == user_id))
    return user if memberships.manages_wholly(current_user, user) else abort(403)


def _shown(user: User, form: AbsenceForm | None = None, status: int = 200, problem: str = "") -> Response:
    form = form or AbsenceForm(absences.stand_ins(user), formdata=None)
    planned = [(each, absences.also_away(each)) for each in db.session.scalars(absences.of(user))]
    return page(
        "approval/absences.html",
        status,
        form=form,
        person=user,
        is_own=user.id == current_user.id,
        planned=planned,
        standing_for=absences.standing_for(user),
        today=absences.first_today(user),
        problem=problem,
    )


def _begun(user: User) -> Response:
    form = AbsenceForm(absences.stand_ins(user))
    if not form.validate():
        return _shown(user, form, 422)
    days = (form.first_date.data, form.last_date.data)
    try:
        absences.begin(user, form.stand_in.person, *days, by=current_user)
    except Refused as refused:
        db.session.rollback()
        return _shown(user, form, 422, str(refused))
    moved = standing_in.align_person(user, by=current_user)
    commit()
    flash(_("Saved."))
    for text in _told(moved):
        flash(text, "info")
    return _to(user)


def _told(moved: standing_in.Moved) -> Iterator[str]:
    """What went where; where the stand-in is away too, what waits stays or goes back."""
    if over := moved.over:
        yield ngettext("%(num)d that waited went to the stand-in.", "%(num)d that waited went to the stand-in.", over)
    if back := moved.back:
        yield ngettext(
            "%(num)d that was left to a stand-in went back to the person it was asked of.",
            "%(num)d that were left to a stand-in went back to the person they were asked of.",
            back,
        )


def _to(user: User) -> Response:
    if user.id == current_user.id:
        return redirect(url_for("approval.absent"), 303)
    return redirect(url_for("approval.absent_person", user_id=user.id), 303)
