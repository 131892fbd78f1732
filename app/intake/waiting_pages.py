"""Pages: a document of a mail's own text, rules for senders, and what a person has to fetch."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.extensions import db
from app.intake import downloads, rules, texts
from app.intake.blueprint import bp, message_to_change
from app.intake.jobs import make_document_of_text
from app.intake.models import IntakeRule, Message, Outcome
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, demand, requires


@bp.post("/messages/<int:message_id>/text-document")
@requires(Permission.EDIT)
def make_of_text(message_id: int):
    """Make a document of its text; with the box ticked, of all that this sender writes from now on."""
    message = message_to_change(message_id)
    if not texts.can_be_made(message):
        raise Refused(_("A document was made of this message already, or it has no text."))
    make_document_of_text.later(message.id, current_user.id)
    sender = rules.address_of(message)
    if request.form.get("always") and sender:
        rules.add(message.company, sender, by=current_user)
    commit()
    flash(_("A document is being made of its text."))
    return redirect(url_for(".show", message_id=message.id), 303)


@bp.post("/messages/<int:message_id>/files")
@requires(Permission.EDIT)
def add_file(message_id: int):
    """Add the file that a person fetched."""
    message = message_to_change(message_id)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused(_("No file was chosen. Choose one and send again."))
    part = downloads.add(message, upload, by=current_user)
    commit()
    flash(_("Received.") if part.outcome is Outcome.IMPORTED else _("Received, but no new document was made of it."))
    return redirect(url_for(".show", message_id=message_id), 303)


@bp.post("/messages/<int:message_id>/download")
@requires(Permission.EDIT)
def settle_download(message_id: int):
    """There is nothing to fetch here; or there is after all."""
    message = message_to_change(message_id)
    if request.form.get("needed") == "yes":
        downloads.needed_again(message, by=current_user)
        flash(_("It waits to be downloaded again."))
    else:
        downloads.not_needed(message, by=current_user)
        flash({"text": _("Nothing is to be downloaded here."), **_undo(message)})
    commit()
    return redirect(url_for(".show", message_id=message.id), 303)


def _undo(message: Message) -> dict[str, object]:
    return {"undo_url": url_for(".settle_download", message_id=message.id), "undo_fields": {"needed": "yes"}}


@bp.post("/add/by-email/rules/<int:rule_id>/removal")
@requires(Permission.EDIT)
def remove_rule(rule_id: int):
    """Look at a sender's mails like at all others again."""
    rule = db.one_or_404(IntakeRule.visible_to(current_user).where(IntakeRule.id == rule_id))
    demand(Permission.EDIT, rule.company_id)
    rules.remove(rule, by=current_user)
    commit()
    flash(_("The rule is removed. What it made stays."))
    return redirect(url_for(".by_email"), 303)


def rules_of(company: Company) -> list[IntakeRule]:
    """Those that hold here."""
    query = IntakeRule.visible_to(current_user).where(IntakeRule.company_id == company.id)
    return list(db.session.scalars(query))
