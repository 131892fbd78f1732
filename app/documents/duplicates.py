"""What a person says of two documents that may be one: side by side, and decided."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.counterparties import keeping
from app.counterparties.models import Counterparty
from app.documents import comparing, twins
from app.documents.blueprint import bp, mine, to
from app.documents.models import Document
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/documents/<int:document_id>/comparison/<int:other_id>")
@requires(Permission.EDIT)
def compare(document_id: int, other_id: int):
    """Both side by side, page by page, with what can be done."""
    document, other = mine(document_id), mine(other_id)
    if document.company_id != other.company_id:
        abort(404)
    if document is other:
        return to(document)
    context = {"document": document, "pair": comparing.pair_of(document, other), "linked": _visible_party(document)}
    return page("documents/compare.html", page_numbers=comparing.page_numbers, **context)


@bp.post("/documents/<int:document_id>/duplicates/<int:other_id>/link")
@requires(Permission.EDIT)
def link(document_id: int, other_id: int):
    """The file of the new document is attached to the existing one."""
    existing = mine(other_id)
    twins.link(mine(document_id), existing, by=current_user)
    commit()
    flash(_("The file is attached to %(name)s; the new document is in the trash.", name=existing.number))
    return to(existing)


@bp.post("/documents/<int:document_id>/duplicates/<int:other_id>/replacement")
@requires(Permission.EDIT)
def replace(document_id: int, other_id: int):
    """The file of the new document takes the place of the existing one's."""
    existing = mine(other_id)
    twins.replace(mine(document_id), existing, by=current_user)
    commit()
    flash(_("The file of %(name)s is replaced; the old one stays in its history.", name=existing.number))
    return to(existing)


@bp.post("/documents/<int:document_id>/duplicates/<int:other_id>/verdict")
@requires(Permission.EDIT)
def not_a_duplicate(document_id: int, other_id: int):
    """A person's word that these are two, with the reason; perhaps because the supplier counts anew each year."""
    document, other = mine(document_id), mine(other_id)
    twins.not_a_duplicate(document, other, request.form.get("why", ""), by=current_user)
    if request.form.get("restarts") and twins.are_of_two_years(document, other):
        for supplier in _visible_party(document):
            keeping.edit(supplier, {"numbering_restarts_yearly": True}, by=current_user, version=supplier.version)
    commit()
    flash(_("Noted: not a duplicate."))
    return to(document)


@bp.post("/documents/<int:document_id>/duplicates/<int:other_id>/discard")
@requires(Permission.EDIT)
def discard(document_id: int, other_id: int):
    """The new document was one too many."""
    document, existing = mine(document_id), mine(other_id)
    twins.discard(document, existing, by=current_user)
    commit()
    undo = url_for("documents.restore", document_id=document_id)
    flash({"text": _("Discarded as a duplicate."), "undo_url": undo}, "message")  # type: ignore[arg-type]
    return to(existing)


def _visible_party(document: Document) -> list[Counterparty]:
    """Its counterparty, where the person may see more than its name."""
    query = Counterparty.visible_to(current_user).filter_by(id=document.counterparty_id)
    return list(db.session.scalars(query))
