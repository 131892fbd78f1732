"""Pages: an invoice entered by hand, without a file."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.counterparties import finding
from app.documents import decisions, doubts, editing, entering, twins
from app.documents.forms import DocumentForm
from app.documents.models import Document
from app.documents.sight import only_visible
from app.extensions import db
from app.intake.blueprint import bp, chosen_direction, company_here
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/add/by-hand")
@requires(Permission.EDIT)
def by_hand():
    """The form of an invoice nobody has a file of."""
    return _page(_form())


@bp.post("/add/by-hand/draft")
@requires(Permission.EDIT)
def draft_by_hand():
    """The fields as they are for the direction chosen now; nothing is kept."""
    return _page(_form())


@bp.get("/add/by-hand/counterparties")
@requires(Permission.EDIT)
def counterparties_by_hand():
    """Names and identifiers to choose from while somebody types; nothing else of them (SPEC US-2)."""
    words = (request.args.get("counterparty_name") or "").strip()[:200]
    found = finding.named(current_user, company_here().id, words, reviewing=True) if words else []
    return page("review/_counterparties.html", labels=[finding.label(each) for each in found])


@bp.post("/add/by-hand")
@requires(Permission.EDIT)
def enter_by_hand():
    """Keep it, to be checked later."""
    document, refusal = _entered(form := _form())
    if document is None:
        return refusal or _page(form, 422)
    commit()
    flash(_("Saved."))
    return redirect(url_for("review.show", document_id=document.id), 303)


@bp.post("/add/by-hand/validation")
@requires(Permission.EDIT)
def validate_by_hand():
    """Keep and validate it, both or neither; the form is empty again for the next one."""
    document, refusal = _entered(form := _form())
    if document is None:
        return refusal or _page(form, 422)
    if refusal := _doubted(document, form) or _validated(document, form):
        return refusal
    commit()
    flash(_said(document))
    return redirect(url_for(".by_hand", direction=document.direction.value), 303)


def _form() -> DocumentForm:
    return DocumentForm(entering.blank(company_here(), chosen_direction()))


def _page(form: DocumentForm, status: int = 200, **context: Any) -> Response:
    """The form, with what was typed."""
    company = company_here()
    return page("intake/by_hand.html", status, tab="by_hand", form=form, here=company, warning=twins.WARNING, **context)


def _entered(form: DocumentForm) -> tuple[Document | None, Response | None]:
    """The document of this form; or none, and the page that says why."""
    if not form.validate():
        return None, None
    try:
        return entering.enter(company_here(), form.changes(), by=current_user), None
    except editing.Incomplete as incomplete:
        return None, _incomplete(form, incomplete)
    except Refused as refused:
        db.session.rollback()
        return None, _page(form, 422, conflict=str(refused))


def _incomplete(form: DocumentForm, error: editing.Incomplete) -> Response:
    db.session.rollback()
    form.refuse(error.errors)
    return _page(form, 422)


def _doubted(document: Document, form: DocumentForm) -> Response | None:
    """What can hardly be right stops a validation once; pressed again as it stands, it is meant so."""
    found = doubts.of(document)
    if not found or request.form.get("despite") == doubts.mark(found) or decisions.missing(document):
        return None
    db.session.rollback()
    return _page(form, 422, doubts=found, despite=doubts.mark(found))


def _validated(document: Document, form: DocumentForm) -> Response | None:
    try:
        decisions.validate(document, by=current_user)
    except editing.Incomplete as error:
        return _incomplete(form, error)
    except decisions.HasTwin as error:
        db.session.rollback()
        seen = only_visible(current_user, error.twins)
        return _page(form, 409, twins=seen, hidden_twins=len(error.twins) - len(seen))
    return None


def _said(document: Document) -> Any:
    """What came of it, with the way to it where this person still sees it (SPEC US-2)."""
    if not db.session.scalar(Document.visible_to(current_user).filter_by(id=document.id)):
        return _("Validated. It is now with those who look after %(name)s.", name=document.party_name)
    said = _("%(name)s validated.", name=document.number or document.label)
    return {"text": said, "link_url": url_for("documents.show", document_id=document.id)}
