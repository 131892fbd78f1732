"""Handing over: one document or all that wait, to a colleague; an admin reassigns; taken back while undecided."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.approval import colleagues, deciding, seats, waiting
from app.approval.blueprint import bp
from app.approval.forms import HandingForm
from app.approval.found import here, seen
from app.approval.handings import Handing
from app.approval.models import Handed, Seat
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, allowed, demand, requires


@bp.post("/approvals/<int:seat_id>/handing")
@requires(Permission.DECIDE)
def hand_over(seat_id: int):
    """To a colleague, with words; whoever is asked does so, or an admin."""
    seat = seen(seat_id)
    company_id = seat.step.approval.document.company_id
    demand(Permission.DECIDE, company_id)
    is_own = seat.user_id == current_user.id
    if not is_own and not allowed(current_user, Permission.ADMINISTER, company_id):
        raise Refused(_("%(name)s is asked here, not you. Nothing was changed.", name=colleagues.named(seat.user)))
    form = HandingForm(colleagues.candidates(seat.step))
    if not form.validate():
        return deciding.shown(seat, 422, handing=form, is_handing=True)
    handed = Handed.DELEGATED if is_own else Handed.REASSIGNED
    handing = seats.hand_over(seat, form.to.person, by=current_user, handed=handed, reason=form.reason.data)
    commit()
    undo = url_for("approval.take_seat_back", handing_id=handing.id)
    text = _("Handed over: %(name)s is asked now.", name=colleagues.named(form.to.person))
    flash({"text": text, "undo_url": undo}, "message")  # type: ignore[arg-type]
    return redirect(url_for("approval.index", tab=None if is_own else "all"), 303)


@bp.post("/approvals/handing")
@requires(Permission.DECIDE)
def hand_all_over():
    """All that waits here for the signed-in person, to one colleague; what that one may not decide stays."""
    company = here()
    form = HandingForm([each for each in colleagues.deciders(company) if each.id != current_user.id])
    if not form.validate():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    kept: list[str] = []
    all_seats = list(db.session.scalars(waiting.mine(current_user, company)))
    for seat in all_seats:
        kept += _handed(seat, form.to.person, form.reason.data)
    commit()
    count = len(all_seats) - len(kept)
    name = colleagues.named(form.to.person)
    flash(ngettext("%(num)d handed over to %(name)s.", "%(num)d handed over to %(name)s.", count, name=name))
    for sentence in dict.fromkeys(kept):
        flash(_("%(count)d stay with you: %(why)s", count=kept.count(sentence), why=sentence), "warning")
    return redirect(url_for("approval.index", tab="handed"), 303)


def _handed(seat: Seat, to: User, reason: str) -> list[str]:
    """Why it was not; empty where it was."""
    try:
        with db.session.begin_nested():
            seats.hand_over(seat, to, by=current_user, handed=Handed.DELEGATED, reason=reason)
    except Refused as refused:
        return [str(refused)]
    return []


@bp.post("/approvals/handings/<int:handing_id>/undoing")
@requires(Permission.DECIDE)
def take_seat_back(handing_id: int):
    """Back to whoever gave it away, while nobody has decided."""
    handing = db.one_or_404(Handing.undoable_by(current_user).where(Handing.id == handing_id))
    seats.take_back(handing, by=current_user)
    commit()
    is_own = handing.from_id == current_user.id
    flash(_("Taken back: it waits for you again.") if is_own else _("Taken back."))
    return redirect(url_for("approval.index", tab=None if is_own else "all"), 303)
