"""The review queue, and the page where a document is checked beside its picture."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.counterparties import finding
from app.documents import decisions, doubts, editing, hidden_twins
from app.documents.blueprint import mine
from app.documents.forms import DocumentForm
from app.documents.models import Direction, Document, Status
from app.extensions import db
from app.extraction import fields, jobs, suggest
from app.extraction.models import newest
from app.review import adding, learned, queue, sheets, showing, splitting
from app.review.blueprint import bp
from app.review.forms import ReadAgainForm
from app.tasks.jobs import commit
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, demand, requires
from app.web.ids import page_number
from app.web.pages import page

__all__ = ["adding", "bp", "learned", "splitting"]

navigation.COUNTS["review.index"] = lambda: queue.waiting_count(current_user, current_company())


# --- The queue ------------------------------------------------------------------------------------


@bp.get("/review")
@requires(Permission.EDIT)
def index():
    """What waits to be checked, oldest first; asked again by itself while something is being read."""
    company = current_company()
    demand(Permission.EDIT, company.id)
    listed = showing.queue_page(current_user, company, queue.Filters.from_address(request.args), page_number())
    if request.args.get("seen") == listed["seen"] and request.htmx:
        return Response(status=204)
    return page("review/index.html", **listed)


@bp.get("/review/next")
@requires(Permission.EDIT)
def start():
    """The first document to check, or the queue where nothing waits."""
    return _to_next(None)


def _to_next(document: Document | None) -> Response:
    company = document.company if document else current_company()
    found = queue.following(current_user, company, document)
    if found is None:
        return redirect(url_for("review.index"), 303)
    return redirect(url_for("review.show", document_id=found.id), 303)


# --- One document ---------------------------------------------------------------------------------


@bp.get("/review/<int:document_id>")
@requires(Permission.EDIT)
def show(document_id: int):
    """The page left, the form right; one that is decided has its own page."""
    document = mine(document_id)
    if document.status not in queue.QUEUE:
        return redirect(url_for("documents.show", document_id=document.id), 303)
    if request.htmx.target == "progress" and document.status is not Status.READING:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return _shown(document, DocumentForm(document))


def _shown(document: Document, form: DocumentForm, status: int = 200, **context: Any) -> Response:
    return page("review/show.html", status, **showing.document_page(current_user, document, form), **context)


@bp.get("/review/<int:document_id>/pages/<int:number>")
@requires(Permission.EDIT)
def marks(document_id: int, number: int):
    """What lies over one page of many: asked for when it comes into sight."""
    document = mine(document_id)
    read = newest(document)
    sheet = sheets.one(document, read, number) if read else None
    return page("review/_marks.html", sheet=sheet) if sheet else ("", 404)


@bp.get("/review/<int:document_id>/counterparties")
@requires(Permission.EDIT)
def counterparties(document_id: int):
    """Names and identifiers to choose from while somebody types; nothing else of them."""
    document = mine(document_id)
    words = (request.args.get("q") or request.args.get("counterparty_name") or "").strip()[:200]
    reviewing = document.validated_at is None
    found = finding.named(current_user, document.company_id, words, reviewing=reviewing)
    return page("review/_counterparties.html", labels=[finding.label(each) for each in found])


@bp.post("/review/<int:document_id>/draft")
@requires(Permission.EDIT)
def draft(document_id: int):
    """What the page says with what is typed so far: what comes next, or all fields after a turn. Nothing is kept."""
    document = mine(document_id)
    form, read = DocumentForm(document), newest(document)
    if request.htmx.target == "typed":
        said = showing.turned(document, form, read)
        return page("review/_fields.html", document=document, out_of_band=True, **said)
    return page("review/_next.html", **showing.typed(document, form, read))


# --- Decisions ------------------------------------------------------------------------------------


@bp.post("/review/<int:document_id>")
@requires(Permission.EDIT)
def save(document_id: int):
    """Keep what was typed and stay."""
    document = mine(document_id)
    form = DocumentForm(document)
    if refused := _edited(document, form):
        return refused
    commit()
    flash(_("Saved."))
    return redirect(url_for("review.show", document_id=document_id), 303)


@bp.post("/review/<int:document_id>/validation")
@requires(Permission.EDIT)
def validate(document_id: int):
    """Keep what was typed and validate it; the next document opens. Where it may be a twin, it is kept alone."""
    document = mine(document_id)
    form = DocumentForm(document)
    if refused := _edited(document, form) or _doubted(document, form) or _validated(document, form):
        return refused
    commit()
    flash(_said(document))
    return _to_next(document)


def _edited(document: Document, form: DocumentForm) -> Response | None:
    """Save the form; a page that says why where it can't be."""
    if not form.validate():
        return _shown(document, form, 422)
    was, party = document.direction, document.party_name
    try:
        filled = editing.edit(document, form.changes(), by=current_user, version=form.version.data or 0)
    except editing.Changed as error:
        return _changed(document, form, error)
    except editing.Incomplete as error:
        return _incomplete(document, form, error)
    except Refused as error:  # such as trashed meanwhile: what was typed stays on the page
        db.session.rollback()
        return _shown(document, form, 422, conflict={"sentence": str(error)})
    if document.direction is not was:
        return _turned(document, form.counterparty_name.data, party)
    return _filled(document) if filled else None


def _filled(document: Document) -> Response:
    """What is usual for the counterparty stands there now: nobody validates what they have not seen."""
    commit()
    flash(_("What is usual for %(name)s is filled in: check it.", name=document.party_name), "info")
    return redirect(url_for("review.show", document_id=document.id), 303)


def _turned(document: Document, said: str, was: str) -> Response | None:
    """Whoever it is from or for is another now: nobody validates what they have not seen."""
    read = newest(document)
    proposed = suggest.name(document, document.direction, read.reading) if read else ""
    fields.turn(document, keeps_party=said not in {was, proposed})
    if said != was or not read:
        return None
    commit()
    words = _("It is a sale now: check the customer.") if document.direction is Direction.SALE else None
    flash(words or _("It is a purchase now: check the supplier."), "info")
    return redirect(url_for("review.show", document_id=document.id), 303)


def _doubted(document: Document, form: DocumentForm) -> Response | None:
    """What can hardly be right stops a validation once; pressed again as it stands, it is meant so."""
    found = doubts.of(document)
    mark = doubts.mark(found)
    if not found or request.form.get("despite") == mark or decisions.missing(document):
        return None
    db.session.rollback()
    return _shown(document, form, 422, doubts=found, despite=mark)


def _validated(document: Document, form: DocumentForm) -> Response | None:
    try:
        decisions.validate(document, by=current_user)
    except editing.Incomplete as error:
        return _incomplete(document, form, error)
    except editing.Changed as error:
        return _changed(document, form, error)
    except decisions.HasTwin:
        hidden_twins.tell_admins(document)
        commit()  # what was typed is kept: it is what makes it a twin
        return _shown(document, DocumentForm(document, formdata=None), 409, twin_first=True)
    except Refused as error:  # such as trashed meanwhile, where only the label was typed, which may be there
        db.session.rollback()
        return _shown(document, form, 422, conflict={"sentence": str(error)})
    return None


def _changed(document: Document, form: DocumentForm, error: editing.Changed) -> Response:
    db.session.rollback()
    form.meet(error)
    return _shown(document, form, 409, conflict=showing.conflict(error, document.currency))


def _incomplete(document: Document, form: DocumentForm, error: editing.Incomplete) -> Response:
    db.session.rollback()
    form.refuse(error.errors)
    return _shown(document, form, 422)


def _said(document: Document) -> str:
    """What a validation has led to; also where the document left this person's sight (SPEC US-2)."""
    if db.session.scalar(Document.visible_to(current_user).filter_by(id=document.id)):
        return _("%(name)s validated.", name=document.number or document.label)
    name = document.counterparty.name if document.counterparty else ""
    return _("Validated. It is now with those who look after %(name)s.", name=name)


@bp.post("/review/<int:document_id>/trash")
@requires(Permission.EDIT)
def trash(document_id: int):
    """Put it aside and go on with the next; it can be taken back at once."""
    document = mine(document_id)
    if not document.company.trash_enabled:
        raise Refused(_("The trash is switched off, so deleting is final: do it on the document's own page."))
    decisions.trash(document, by=current_user, why=request.form.get("why", ""))
    commit()
    undo = url_for("review.restore", document_id=document_id)
    flash({"text": _("Put into the trash."), "undo_url": undo}, "message")  # type: ignore[arg-type]
    return _to_next(document)


@bp.post("/review/<int:document_id>/restoration")
@requires(Permission.EDIT)
def restore(document_id: int):
    """Take back the trash of a moment ago, and go on checking it."""
    document = mine(document_id)
    decisions.restore(document, by=current_user)
    commit()
    flash(_("Restored."))
    return redirect(url_for("review.show", document_id=document_id), 303)


@bp.post("/review/<int:document_id>/reading")
@requires(Permission.EDIT)
def read_again(document_id: int):
    """Read the file once more: in other languages, as a picture, with a password."""
    document, form = mine(document_id), ReadAgainForm()
    if form.validate():
        languages = "+".join(form.languages.data or [])
        jobs.read_again(
            document, by=current_user, languages=languages, force_ocr=form.as_picture.data,
            typed_password=form.password.data or "",
        )  # fmt: skip
        commit()
    return redirect(url_for("review.show", document_id=document_id), 303)
