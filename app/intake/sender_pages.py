"""Pages: who sent a message, and what was asked of it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.intake import openings
from app.intake.blueprint import bp
from app.intake.models import Message
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires


def message_or_404(message_id: int) -> Message:
    """A message the signed-in person may act on."""
    message = db.one_or_404(Message.visible_to(current_user).where(Message.id == message_id))
    demand(Permission.EDIT, message.company_id)
    return message


@bp.post("/messages/<int:message_id>/sender-checks")
@requires(Permission.EDIT)
def check_sender(message_id: int):
    """Check once more who sent it."""
    message = message_or_404(message_id)
    openings.check_sender_again(message, by=current_user)
    commit()
    flash(_("The sender is being checked again."))
    return redirect(url_for(".show", message_id=message.id), 303)
