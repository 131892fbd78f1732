"""Pages: who sent a message, and what was asked of it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.intake import openings, quarantine
from app.intake.blueprint import bp, message_to_change
from app.tasks.jobs import commit
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, requires
from app.web.ids import row_id

MOST_AT_ONCE = 500
navigation.COUNTS["intake.index"] = lambda: quarantine.waiting_count(current_user, current_company())


@bp.post("/messages/<int:message_id>/sender-checks")
@requires(Permission.EDIT)
def check_sender(message_id: int):
    """Check once more who sent it."""
    message = message_to_change(message_id)
    openings.check_sender_again(message, by=current_user)
    commit()
    flash(_("The sender is being checked again."))
    return redirect(url_for(".show", message_id=message.id), 303)


@bp.post("/messages/<int:message_id>/acceptance")
@requires(Permission.EDIT)
def accept(message_id: int):
    """Let a message out of quarantine; an admin may let its sender in for good."""
    message = message_to_change(message_id)
    quarantine.accept(message, by=current_user, always="always" in request.form)
    commit()
    flash(_("Accepted: it is being opened."))
    return redirect(url_for(".show", message_id=message.id), 303)


@bp.post("/messages/<int:message_id>/discard")
@requires(Permission.EDIT)
def discard(message_id: int):
    """Make nothing of it; it stays in the log."""
    message = message_to_change(message_id)
    quarantine.discard(message, by=current_user)
    commit()
    flash(_("Discarded. It stays in the mail log, and can be accepted later."))
    return redirect(url_for(".show", message_id=message.id), 303)


@bp.post("/messages/acceptances")
@requires(Permission.EDIT)
def accept_selected():
    """Let the selected messages in; what is not the person's to decide is left out."""
    messages = quarantine.chosen(current_user, _ids(), quarantine.WAITS_OR_DISCARDED)
    for message in messages:
        quarantine.accept(message, by=current_user)
    commit()
    flash(ngettext("%(num)d message accepted.", "%(num)d messages accepted.", len(messages)))
    return redirect(url_for(".index", outcome="quarantined"), 303)


@bp.post("/messages/discards")
@requires(Permission.EDIT)
def discard_selected():
    """Make nothing of the selected messages."""
    messages = quarantine.chosen(current_user, _ids(), quarantine.WAITS)
    for message in messages:
        quarantine.discard(message, by=current_user)
    commit()
    flash(ngettext("%(num)d message discarded.", "%(num)d messages discarded.", len(messages)))
    return redirect(url_for(".index", outcome="quarantined"), 303)


def _ids() -> list[int]:
    return request.form.getlist("ids", type=row_id)[:MOST_AT_ONCE]
