"""What a person says or does about sending one invoice, from its page (SPEC SE-6)."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents.blueprint import mine, to
from app.dunning import performing, words
from app.dunning.action_models import ActionState
from app.dunning.models import Channel
from app.sending import by_hand, marking
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires

bp = Blueprint("sending", __name__)
bp.add_app_template_global(by_hand.may_send, "may_send_by_hand")
bp.add_app_template_global(marking.may_mark, "may_mark_as_sent")


@bp.post("/documents/<int:document_id>/sending")
@requires(Permission.EDIT)
def mark(document_id: int):
    """It reached its customer another way."""
    document = mine(document_id)
    marking.mark_as_sent(document, by=current_user, why=request.form.get("why", ""))
    commit()
    flash(_("Marked as sent: it counts from now on."))
    return to(document)


@bp.post("/documents/<int:document_id>/sending/message")
@requires(Permission.SEND_MAILS)
def send(document_id: int):
    """Send it now, as its customer's plan says, or by e-mail with the text of that plan."""
    document = mine(document_id)
    demand(Permission.SEND_MAILS, document.company_id)
    action = by_hand.action_for(document, by=current_user)
    if action.channel is Channel.LETTER:
        demand(Permission.SEND_LETTERS, document.company_id)
    performing.perform(action, by=current_user)
    commit()
    if action.state is ActionState.LEAVING:
        flash(_("It is leaving."))
        return to(document)
    raise Refused(_("It was not sent. %(why)s", why=words.in_words(action.reason)))
