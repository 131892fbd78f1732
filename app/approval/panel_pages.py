"""The approval on a document's own page: who was asked and decided, and the form of who is asked now."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select, select

from app.approval import decisions, panel
from app.approval.blueprint import bp
from app.approval.models import Approval, ApprovalStep, Choice, Decision, Seat, Way
from app.core.errors import Refused
from app.documents.blueprint import seen, to
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.ids import row_id

bp.add_app_template_global(panel.of, "approval_panel")
bp.add_app_template_filter(panel.word, "decided_word")


@bp.post("/documents/<int:document_id>/decisions")
@requires(Permission.DECIDE)
def decide_here(document_id: int):
    """Decide as the one who is asked, about what the page showed."""
    document, choice = seen(document_id), request.form.get("choice", "")
    demand(Permission.DECIDE, document.company_id)
    seat = db.session.scalar(_seats(document_id).where(Seat.id == request.form.get("seat", type=row_id)))
    if seat is None or choice not in set(Choice):
        raise Refused(_("Nothing was chosen. Nothing was decided: open the document again."))
    said = {"revision": request.form.get("revision", ""), "reason": request.form.get("reason", "")}
    decisions.decide(seat, Choice(choice), by=current_user, way=Way.APP, **said)
    commit()
    flash(_said(Choice(choice)))
    return to(document)


@bp.post("/decisions/<int:decision_id>/undoing")
@requires(Permission.DECIDE)
def take_back(decision_id: int):
    """Take a decision back: one's own, or anybody's as an admin; of a document one sees."""
    decision = db.one_or_404(select(Decision).where(Decision.id == decision_id))
    document = seen(decision.seat.step.approval.document_id)
    demand(Permission.DECIDE, document.company_id)
    decisions.undo(decision, by=current_user)
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
