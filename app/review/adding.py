"""The file of a document that was entered without one."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from app.core.errors import Refused
from app.documents import filing
from app.documents.blueprint import mine
from app.documents.models import Document
from app.extraction import jobs
from app.files import store
from app.files.models import File
from app.intake import types, uploads
from app.review.blueprint import bp
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, requires

KINDS = {"pdf", "image", "xml"}


@bp.post("/documents/<int:document_id>/original")
@requires(Permission.EDIT)
def add_original(document_id: int):
    """Add the file; where the document still waits to be checked, what is missing is read from it."""
    document = mine(document_id)
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Refused(_("No file was chosen. Choose one and send again."))
    _add(document, given, by=current_user)
    commit()
    flash(_("The file is added."))
    back = "review.show" if request.form.get("back") == "review" else "documents.show"
    return redirect(url_for(back, document_id=document_id), 303)


def _add(document: Document, given: FileStorage, *, by: User) -> None:
    filing.add(document, _kept(given), uploads.name_of(given), by=by)
    if document.validated_at:
        jobs.draw_document.later(document.id)
    else:
        jobs.read_again(document, by=by)


def _kept(given: FileStorage) -> File:
    """The bytes, durable; refused in words where no page can be made of them."""
    if refusal := uploads.refused(given):
        raise Refused(refusal.text)
    found = types.judge(uploads.head_of(given))
    if found.kind not in KINDS:
        raise Refused(_("Not a PDF, a picture or an e-invoice. It was not kept."))
    commit()  # no transaction stays open while bytes are written
    return store.keep(uploads.pieces_of(given), found.media)
