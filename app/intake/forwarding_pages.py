"""Pages: requests to forward a mailbox."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.intake import forwarding
from app.intake.blueprint import bp
from app.intake.forwarding import ForwardingRequest
from app.tasks.jobs import commit
from app.web.access import Permission, requires


@bp.post("/forwarding-requests/<int:request_id>/dismissal")
@requires(Permission.ADMINISTER)
def dismiss_forwarding(request_id: int):
    """Put a request away."""
    found = db.one_or_404(ForwardingRequest.visible_to(current_user).where(ForwardingRequest.id == request_id))
    forwarding.dismiss(found, by=current_user)
    commit()
    flash(_("Put away. The message stays in the mail log."))
    return redirect(url_for(".by_email"), 303)
