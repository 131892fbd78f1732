"""The approval on a document's own page: who was asked and decided, and the form of who is asked now."""

from __future__ import annotations

from flask import abort, flash, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select, select

from app.approval import decisions, panel
from app.approval.blueprint import bp
from app.approval.models import Approval, ApprovalStep, Choice, Decision, Seat, Way
from app.documents.blueprint import seen, to
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.ids import row_id

bp.add_app_template_global(panel.of, "approval_panel")


@bp.post("/documents/<int:document_id>/decisions")
@requires(Permission.DECIDE)
def decide_here(document_id: int):
    """Decide as the one who is asked, about what the page showed."""
    document, choice = seen(document_id), request.form.get("choice", "")
    seat = db.one_or_404(_seats(document_id).where(Seat.id == request.form.get("seat", type=row_id)))
    if choice not in set(Choice):
        abort(400)
    said = {"revision": request.form.get("revision", ""), "reason": request.form.get("reason", "")}
    decisions.decide(seat, Choice(choice), by=current_user, way=Way.APP, **said)
    commit()
    flash(_said(Choice(choice)))
    return to(document)


@bp.post("/documents/<int:document_id>/decisions/<int:decision_id>/undoing")
@requires(Permission.DECIDE)
def take_back(document_id: int, decision_id: int):
    """Take a decision back: one's own, or anybody's as an admin."""
    document = seen(document_id)
    query = select(Decision).join(Decision.seat).join(Seat.step).join(ApprovalStep.approval)
    query = query.where(Approval.document_id == document_id, Decision.id == decision_id)
    decisions.undo(db.one_or_404(query), by=current_user)
    commit()
    flash(_("Taken back: it waits for approval again."))
    return to(document)


def _seats(document_id: int) -> Select[tuple[Seat]]:
    """The seats about this document; none of another."""
    return select(Seat).join(Seat.step).join(ApprovalStep.approval).where(Approval.document_id == document_id)


def _said(choice: Choice) -> str:
    words = {
        Choice.APPROVE: _("Approved."),
        Choice.REJECT: _("Rejected: it is in the trash, and who asked is told."),
        Choice.SEND_BACK: _("Sent back for correction: who validated it is told."),
    }
    return words[choice]
