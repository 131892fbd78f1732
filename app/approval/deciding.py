"""Deciding in the app: one document, its pages, and the three answers; the next one opens by itself."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app.approval import asking, decisions, one_seat, panel, waiting
from app.approval.blueprint import bp
from app.approval.forms import CommentForm, DecisionForm, HandingForm
from app.approval.found import another_is_asked, here, mine, seen
from app.approval.models import Choice, Decision, Seat, Way
from app.comments import saying
from app.core.errors import Refused
from app.documents import blueprint as documents
from app.documents.blueprint import to
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.pages import page

bp.add_app_template_global(panel.of, "approval_panel")
bp.add_app_template_filter(panel.word, "decided_word")


@bp.get("/approvals/next")
@requires(Permission.DECIDE)
def start():
    """The oldest one that waits, or the list where none does."""
    places = waiting.places(current_user, here())
    return _to(next(iter(places), None))


@bp.get("/approvals/<int:seat_id>")
@requires(Permission.DECIDE)
def show(seat_id: int):
    """One document to decide about; decided, or handed on, it says so."""
    return shown(seen(seat_id))


def shown(seat: Seat, status: int = 200, **more: Any) -> Response:
    """The page of one seat, with the forms as they are or as they were typed."""
    context = one_seat.seat_page(current_user, seat)
    forms = {"form": DecisionForm(formdata=None), "handing": HandingForm(context["colleagues"], formdata=None)}
    forms |= {"remark": CommentForm(formdata=None)}
    return page("approval/show.html", status, **context, **(forms | more))


@bp.post("/approvals/<int:seat_id>/decision")
@requires(Permission.DECIDE)
def decide_seat(seat_id: int):
    """Approve, reject or send back what was seen; the next one opens, or the document it was decided on."""
    seat, form = seen(seat_id), DecisionForm()
    demand(Permission.DECIDE, seat.step.approval.document.company_id)
    if said := another_is_asked(seat):
        return _refused(seat, form, said)
    if not form.validate():
        return shown(seat, 422, form=form)
    following = one_seat.after(current_user, seat)
    try:
        decisions.decide(
            seat, Choice(form.choice.data), by=current_user, way=Way.APP, revision=form.revision.data or "",
            reason=form.reason.data or "",
        )  # fmt: skip
    except Refused as refused:  # what was typed stays on the page
        db.session.rollback()
        return _refused(seen(seat_id), form, str(refused))
    said = _said(seat)
    commit()
    flash(said, "message")
    return to(seat.step.approval.document) if request.form.get("from") == "document" else _to(following)


def _refused(seat: Seat, form: DecisionForm, why: str) -> Response:
    """Nothing was decided; who is not asked any more finds their words in the comment, to send or to copy."""
    if asking.is_waiting(seat) and seat.user_id == current_user.id:
        return shown(seat, 409, form=form, problem=why, typed=_("What you typed is kept."))
    words, typed = form.reason.data or "", ""
    if words:
        typed = _("What you typed stands below as a comment that was not sent: send it if it is still to be said.")
    return shown(seat, 409, remark=CommentForm(formdata=None, data={"text": words}), problem=why, typed=typed)


def _said(seat: Seat) -> dict[str, str]:
    """What was decided about what, with the way back."""
    words = {
        Choice.APPROVE: _("Approved: %(name)s."),
        Choice.REJECT: _("Rejected: %(name)s."),
        Choice.SEND_BACK: _("Sent back: %(name)s."),
    }
    document, decision = seat.step.approval.document, seat.decision
    text = words[decision.choice] % {"name": document.party_name or document.number}
    return {"text": text, "undo_url": url_for("approval.undo_decision", seat_id=seat.id)}


@bp.post("/approvals/<int:seat_id>/undoing")
@requires(Permission.DECIDE)
def undo_decision(seat_id: int):
    """Take one's decision back, as long as that is possible."""
    seat = mine(seat_id)
    if seat.decision is None:
        raise Refused(_("There is nothing to take back."))
    decisions.undo(seat.decision, by=current_user)
    commit()
    flash(_("Taken back: it waits for your decision again."))
    return _to(seat.id)


@bp.post("/decisions/<int:decision_id>/undoing")
@requires(Permission.DECIDE)
def take_back(decision_id: int):
    """Take a decision back on the document's page: one's own, or anybody's as an admin."""
    decision = db.one_or_404(select(Decision).where(Decision.id == decision_id))
    document = documents.seen(decision.seat.step.approval.document_id)
    demand(Permission.DECIDE, document.company_id)
    decisions.undo(decision, by=current_user)
    commit()
    flash(_("Taken back: it waits for approval again."))
    return to(document)


@bp.post("/approvals/<int:seat_id>/comments")
@requires(Permission.DECIDE)
def comment(seat_id: int):
    """Say something without deciding."""
    seat, form = seen(seat_id), CommentForm()
    demand(Permission.COMMENT, seat.step.approval.document.company_id)
    if not form.validate():
        return shown(seat, 422, remark=form)
    try:
        saying.say(seat.step.approval.document, form.text.data, by=current_user)
    except Refused as refused:  # such as a name that nobody has
        db.session.rollback()
        return shown(seen(seat_id), 422, remark=form, problem=str(refused), typed=_("What you typed is kept."))
    commit()
    flash(_("Commented."))
    return _to(seat.id)


def _to(seat_id: int | None) -> Response:
    if seat_id is None:
        return redirect(url_for("approval.index"), 303)
    return redirect(url_for("approval.show", seat_id=seat_id), 303)
