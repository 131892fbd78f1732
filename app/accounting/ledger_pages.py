"""Pages: the ledger, and what a person decides about one document in it."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.accounting import ledger, listing, panel, sight
from app.accounting.blueprint import bp
from app.documents.blueprint import to
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.pages import page

bp.add_app_template_global(panel.of_document, "accounting_panel")


@bp.get("/documents")
@requires(Permission.SEE_FIGURES)
def documents():
    """Which documents stand where with the accountant, and which wait for what."""
    company = sight.here()
    shown = listing.list_page(current_user, company, request.args)
    return page("accounting/documents.html", here=company, tab_here="documents", called=listing.chosen, **shown)


@bp.post("/documents/<int:document_id>/delivery")
@requires(Permission.ADMINISTER)
def send_again(document_id: int):
    """The next run takes it once more: the accountant will have it twice."""
    document = sight.to_decide(document_id)
    ledger.send_again(document, by=current_user)
    commit()
    flash(_("It goes to the accountant again with the next run."))
    return to(document)


@bp.post("/documents/<int:document_id>/arrival")
@requires(Permission.ADMINISTER)
def arrived(document_id: int):
    """The accountant has it: nobody doubts it any more."""
    document = sight.to_decide(document_id)
    ledger.arrived(document, by=current_user)
    commit()
    flash(_("Noted: the accountant has it."))
    return to(document)


@bp.post("/documents/<int:document_id>/keeping")
@requires(Permission.ADMINISTER)
def keep_back(document_id: int):
    """No run takes it until it is given back."""
    document = sight.to_decide(document_id)
    ledger.keep_back(document, by=current_user, why=request.form.get("why", "").strip())
    commit()
    flash(_("Kept back: no run takes it."))
    return to(document)


@bp.post("/documents/<int:document_id>/giving")
@requires(Permission.ADMINISTER)
def give_back(document_id: int):
    """The next run may take it again."""
    document = sight.to_decide(document_id)
    ledger.give_back(document, by=current_user)
    commit()
    flash(_("Given back: the next run takes it once it is ready."))
    return to(document)
