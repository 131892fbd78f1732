"""Pages: saying what a part of a message is, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.intake import judging, openings
from app.intake.blueprint import bp, message_to_change
from app.intake.models import Judgement, Message, Part
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.ids import row_id


@bp.post("/messages/<int:message_id>/parts/<int:part_id>/judgement")
@requires(Permission.EDIT)
def judge(message_id: int, part_id: int):
    """Say what a part is: an invoice, the annex of one, no document."""
    part = _part(message_id, part_id)
    said = request.form.get("judgement", "")
    if said not in {each.value for each in Judgement}:
        raise Refused(_("Say what this part is."))
    judgement = Judgement(said)
    target = _target(part) if judgement is Judgement.ANNEX else None
    openings.judge(part, judgement, by=current_user, target=target)
    commit()
    flash(_told(part, judgement, target))
    return redirect(url_for(".show", message_id=message_id), 303)


@bp.post("/messages/<int:message_id>/parts/<int:part_id>/judgement-undo")
@requires(Permission.EDIT)
def undo_judgement(message_id: int, part_id: int):
    """Take back what was said of a part."""
    part = _part(message_id, part_id)
    judging.undo(part, by=current_user)
    commit()
    flash(_("Taken back: it is again what Facteur had made of it."))
    return redirect(url_for(".show", message_id=message_id), 303)


def candidates(message: Message) -> list[Document]:
    """The documents of a message that a part of it may be the annex of, among those one may know about."""
    ids = {part.document_id for part in message.parts} - {None}
    query = Document.visible_to(current_user).where(Document.id.in_(ids), Document.trashed_at.is_(None))
    return list(db.session.scalars(query.order_by(Document.id)))


def _part(message_id: int, part_id: int) -> Part:
    message = message_to_change(message_id)
    return next((part for part in message.parts if part.id == part_id), None) or abort(404)


def _target(part: Part) -> Document:
    """The document chosen from the list, or the one whose number was typed."""
    number, company_id = request.form.get("number", "").strip(), part.message.company_id
    if number:
        return judging.waiting_with_number(number, company_id, current_user)
    chosen = request.form.get("document", type=row_id)
    query = Document.visible_to(current_user).where(Document.id == chosen, Document.company_id == company_id)
    target = db.session.scalar(query)
    if target is None:
        raise Refused(_("Choose the document it belongs to."))
    return target


def _told(part: Part, judgement: Judgement, target: Document | None) -> dict[str, Any]:
    """What the page says afterwards, with a way back."""
    name = part.name or _("Without a name")
    words = {
        Judgement.INVOICE: _("“%(name)s” is a document now.", name=name),
        Judgement.ANNEX: _("“%(name)s” is attached to %(document)s.", name=name, document=_called(target)),
        Judgement.NOT_DOCUMENT: _("“%(name)s” is no document; the same file makes none again.", name=name),
    }
    undo = url_for(".undo_judgement", message_id=part.message_id, part_id=part.id)
    pending = part.reason.get("key") == judging.PENDING
    return {"text": words[judgement]} if pending else {"text": words[judgement], "undo_url": undo}


def _called(document: Document | None) -> str:
    return (document.number or document.label or _("the document")) if document else ""
