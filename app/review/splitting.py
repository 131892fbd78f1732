"""Pages arranged anew: one document split into several, several merged into one, and either taken back."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.documents.blueprint import mine
from app.documents.models import Document
from app.extensions import db
from app.review import arranged, queue, rearranging, undoing
from app.review.blueprint import bp
from app.review.models import Rearrangement
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page

bp.add_app_template_global(arranged.told, "rearranged")
bp.add_app_template_global(arranged.made_of, "made_of")
bp.add_app_template_global(arranged.made_of_each, "made_of_each")


@bp.get("/review/<int:document_id>/parts")
@requires(Permission.EDIT)
def parts(document_id: int):
    """Its pages, with a place to cut after each; proposed where another invoice seems to begin."""
    document = mine(document_id)
    if document.status not in queue.WAITING or document.page_count < 2:
        return redirect(url_for("review.show", document_id=document.id), 303)
    return page("review/split.html", document=document, **arranged.sheets_to_cut(document))


@bp.post("/review/<int:document_id>/parts")
@requires(Permission.EDIT)
def split(document_id: int):
    """Make a document of each part; asked again, nothing is made twice."""
    document = mine(document_id)
    asked = rearranging.split(document, request.form.getlist("after", type=row_id), by=current_user)
    commit()
    _flash(_("Being split into %(count)s documents: they are read in a moment.", count=len(asked.parts)), asked)
    return redirect(url_for("review.index"), 303)


@bp.get("/review/merging")
@requires(Permission.EDIT)
def merging():
    """The chosen documents in the order in which their pages will follow each other."""
    documents = _chosen(request.args.getlist("ids", type=row_id))
    why = rearranging.why_not_merged(documents)
    return page("review/merge.html", documents=documents, why=why, moved=lambda *way: arranged.moved(documents, *way))


@bp.post("/review/merging")
@requires(Permission.EDIT)
def merge():
    """Make one document of them, in the order of the numbers typed beside them."""
    ids, places = request.form.getlist("ids", type=row_id), request.form.getlist("place", type=row_id)
    documents = arranged.in_order(_chosen(ids), places)
    asked = rearranging.merge(documents, by=current_user)
    commit()
    _flash(_("%(count)s documents are being merged: the new one is read in a moment.", count=len(documents)), asked)
    return redirect(url_for("review.index"), 303)


@bp.post("/review/rearrangements/<int:rearrangement_id>/reversal")
@requires(Permission.EDIT)
def take_back(rearrangement_id: int):
    """What was there before comes out of the trash, what was made of it goes there."""
    arrangement = db.one_or_404(Rearrangement.visible_to(current_user).filter_by(id=rearrangement_id))
    demand(Permission.EDIT, arrangement.company_id)
    undoing.undo(arrangement, by=current_user)
    commit()
    flash(_("Taken back: all is as it was before."))
    return redirect(url_for("review.index"), 303)


def _chosen(ids: list[int]) -> list[Document]:
    """The documents in the order of these ids; one out of sight is as one that is not there."""
    ids = list(dict.fromkeys(ids))[: rearranging.MOST_MERGED + 1]
    query = Document.visible_to(current_user).where(Document.id.in_(ids))
    found = {each.id: each for each in db.session.scalars(query)}
    if len(found) < len(ids):
        abort(404)
    for document in found.values():
        demand(Permission.EDIT, document.company_id)
    return [found[each] for each in ids]


def _flash(text: str, asked: Rearrangement) -> None:
    undo = url_for("review.take_back", rearrangement_id=asked.id)
    flash({"text": text, "undo_url": undo}, "message")  # type: ignore[arg-type]
