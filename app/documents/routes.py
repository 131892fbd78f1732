"""The pages of documents: lists, one document, its files, the trash; those of duplicates hang on the same blueprint."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.core import clock
from app.core.errors import Refused
from app.core.storage import Damaged
from app.documents import (
    decisions,
    doubts,
    duplicates,
    editing,
    filtering,
    jobs,
    labelling,
    marking,
    marks,
    party_pages,
    reasons,
    retention,
    showing,
    shown_status,
    words,
)
from app.documents.blueprint import bp, mine, seen, to
from app.documents.forms import DocumentForm, LabelForm
from app.documents.models import Direction, Document
from app.documents.wanted import words_in
from app.extensions import db
from app.files import pictures
from app.files.leaving import as_download, damaged
from app.intake import addresses
from app.lists import views
from app.lists.sources import ways_in
from app.tasks.jobs import commit
from app.users.sessions import company_where, current_company
from app.web.access import Permission, allowed, requires
from app.web.keyset import moment
from app.web.pages import page

__all__ = ["bp", "duplicates", "labelling", "marking", "party_pages"]

bp.add_app_template_filter(reasons.in_words, "reason")
bp.add_app_template_global(words.of_rate)
bp.add_app_template_global(showing.late, "late")
bp.add_app_template_global(shown_status.shown, "shown_status")
bp.add_app_template_global(marks.of, "marks_of")
bp.add_app_template_global(retention.is_held)


# --- Lists and one document -----------------------------------------------------------------------


@bp.get("/documents")
@requires(Permission.SEE_OWN_PAGES)
def index():
    """The documents of the company, by status, with what is open."""
    company = current_company() or abort(404)
    listed = showing.list_page(current_user, company, request.args, ways_in())
    may_add = not listed["rows"] and allowed(current_user, Permission.EDIT, company.id)
    address = addresses.full(addresses.living(company, Direction.PURCHASE)) if may_add else ""
    kept = views.bar(current_user, company, request.query_string.decode("utf-8", "replace"))
    return page("documents/index.html", address=address, **listed, **kept)


@bp.get("/documents/counterparties")
@requires(Permission.SEE_OWN_PAGES)
def counterparties():
    """Names to choose from while the filter is typed."""
    company = current_company() or abort(404)
    names = filtering.names_like(current_user, company, words_in(request.args, "party"))
    return page("documents/_names.html", names=names)


@bp.get("/documents/<int:document_id>")
@requires(Permission.SEE_OWN_PAGES)
def show(document_id: int):
    """One document: pages, files, facts, what happened, and what may be done."""
    return page("documents/show.html", **showing.document_page(current_user, seen(document_id)))


@bp.get("/documents/<int:document_id>/facts")
@requires(Permission.EDIT)
def edit(document_id: int):
    """The form of its facts; of its label alone while nothing else can be changed."""
    document = mine(document_id)
    is_label = editing.takes_only_label(document)
    return _form(document, LabelForm(document) if is_label else DocumentForm(document))


@bp.post("/documents/<int:document_id>/facts")
@requires(Permission.EDIT)
def save(document_id: int):
    """Keep the changed facts; what is wrong, or was changed by somebody else meanwhile, comes back as typed."""
    document = mine(document_id)
    form = LabelForm(document) if request.form.get("only") == "label" else DocumentForm(document)
    if not form.validate():
        return _form(document, form, 422)
    try:
        editing.edit(document, form.changes(), by=current_user, version=form.version.data or 0)
    except editing.Changed as changed:
        db.session.rollback()
        form.meet(changed)
        return _form(document, form, 409, conflict=changed.sentence)
    except editing.Incomplete as incomplete:
        db.session.rollback()
        form.refuse(incomplete.errors)
        return _form(document, form, 422)
    except Refused as refused:  # such as trashed meanwhile: what was typed stays on the page
        db.session.rollback()
        return _form(document, form, 422, conflict=str(refused))
    found = doubts.of(document)
    commit()
    flash(_("Saved."))
    for sentence in found.values():
        flash(sentence, "warning")
    return to(document)


def _form(document: Document, form: LabelForm, status: int = 200, conflict: object = "") -> Response:
    context = {"document": document, "form": form, "conflict": conflict}
    return page("documents/edit.html", status, **context, why_fixed=editing.why_number_is_fixed(document))


# --- Trash and back -------------------------------------------------------------------------------


@bp.post("/documents/<int:document_id>/trash")
@requires(Permission.EDIT)
def trash(document_id: int):
    """Into the trash, with the way back at hand; for good where the company keeps none."""
    document = mine(document_id)
    if not document.company.trash_enabled and not _is_typed(_("delete")):
        if document.trashed_at:  # by a colleague meanwhile: there is no question any more
            flash(_("It is in the trash already."), "info")
            return to(document)
        shown = showing.document_page(current_user, document)
        return page("documents/show.html", 422, **shown, mistyped=request.form.get("typed", ""))
    is_gone = retention.delete_by_hand(document, by=current_user, why=request.form.get("why", ""))
    commit()
    if is_gone:
        flash(_("Deleted for good."))
    else:
        undo = url_for("documents.restore", document_id=document_id)
        flash({"text": _("Put into the trash."), "undo_url": undo}, "message")  # type: ignore[arg-type]
    return redirect(url_for("documents.index"), 303)


def _is_typed(word: str) -> bool:
    """What cannot be undone is typed, not clicked."""
    return request.form.get("typed", "").strip().casefold() == word.casefold()


@bp.post("/documents/<int:document_id>/restoration")
@requires(Permission.EDIT)
def restore(document_id: int):
    """Out of the trash, to its former status."""
    document = mine(document_id)
    if document.trashed_at is None:  # such as in another tab
        flash(_("It is not in the trash any more."), "info")
        return to(document)
    decisions.restore(document, by=current_user)
    commit()
    flash(_("Taken out of the trash."))
    return to(document)


@bp.get("/trash")
@requires(Permission.EDIT)
def trash_list():
    """What was deleted, by whom, when and why."""
    company = current_company() or abort(404)
    return page("documents/trash.html", **showing.trash_page(current_user, company, request.args))


@bp.post("/trash/emptying")
@requires(Permission.ADMINISTER)
def empty_trash():
    """All of it for good, but for what the law wants kept."""
    company = company_where(Permission.ADMINISTER)
    if not _is_typed(_("empty")):
        shown = showing.trash_page(current_user, company, {})
        return page("documents/trash.html", 422, **shown, mistyped=request.form.get("typed", ""))
    asked_at = _asked_at(request.form.get("until", ""))
    count = retention.empty_now(company, by=current_user, until=asked_at)
    if count == retention.PORTION:
        jobs.empty_trash.later(company.id, current_user.id, asked_at.isoformat())
    commit()
    flash(ngettext("%(num)d document deleted for good.", "%(num)d documents deleted for good.", count))
    if count == retention.PORTION:
        flash(_("There is more: the rest follows by itself."), "info")
    return redirect(url_for("documents.trash_list"), 303)


def _asked_at(said: str) -> datetime:
    """When the page was drawn that said how many go: what was put into the trash since was not meant."""
    try:
        return min(moment(said), clock.now())
    except ValueError:
        return clock.now()


# --- Files ----------------------------------------------------------------------------------------


@bp.get("/documents/<int:document_id>/files/<int:file_id>")
@requires(Permission.SEE_OWN_PAGES)
def file(document_id: int, file_id: int):
    """A file as it came, always as a download (SAFETY R13); what is damaged is never served as good."""
    document = seen(document_id)
    each = next((each for each in document.files if each.id == file_id), None) or abort(404)
    try:
        return as_download(each.file, each.name)
    except Damaged:
        return damaged(each.file)


@bp.get("/documents/<int:document_id>/pages/<int:number>.png")
@requires(Permission.SEE_OWN_PAGES)
def page_image(document_id: int, number: int):
    """The picture of one page of its original, as it was drawn when it was read."""
    document = seen(document_id)
    original = document.original or abort(404)
    return pictures.shown(original.file, number)
