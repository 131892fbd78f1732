"""The pages of files and the invoices they belong to: drop, confirm the list, and the waiting queue (SPEC IN-9)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.core.errors import Refused
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import pictures
from app.intake import assigning, drops, proposals, uploads, waiting
from app.intake.blueprint import answer, bp, chosen_direction, company_here, tell, wants_json
from app.intake.unassigning_pages import undoable
from app.intake.waiting import WaitingFile
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import current_company
from app.web import errors
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page


@bp.app_template_global()
def waiting_count() -> int:
    """How many files wait for their invoice in the company looked at."""
    company = current_company()
    return sum(waiting.counts(current_user, company).values()) if company else 0


@bp.get("/add/assign")
@requires(Permission.EDIT)
def assign():
    """Drop PDFs, and confirm the invoice of each in one go."""
    return _page("intake/assign.html", company_here())


@bp.get("/add/assign/waiting")
@requires(Permission.EDIT)
def waiting_queue():
    """Files without an invoice, and those whose invoice has its file."""
    return _page("intake/waiting.html", company_here())


def _page(name: str, company: Company, status: int = 200, **context: Any) -> Response:
    direction = chosen_direction()
    is_only_asked = request.htmx.target == "reading"  # every few seconds: what is proposed is not shown then
    found = [] if is_only_asked else proposals.all_of(current_user, company, direction)
    return page(
        name,
        status,
        **{
            "tab": "assign",
            "here": company,
            "direction": direction,
            "counts": waiting.counts(current_user, company),
            "listed": [each for each in found if each.is_listed],
            "queued": [each for each in found if not (each.is_listed or each.waiting.is_being_read)],
            "reading_count": waiting.reading_count(current_user, company, direction),
            "label": proposals.label,
            "is_drawn": _is_drawn,
            "largest": uploads.largest(),
            "most": drops.MOST_AT_ONCE,
            "shown": proposals.MOST_SHOWN,
            "refused": {},
        }
        | context,
    )


def _is_drawn(each: WaitingFile) -> bool:
    return pictures.path(each.file, 1).is_file()


@bp.get("/add/assign/invoices")
@requires(Permission.EDIT)
def invoices():
    """Invoices to choose from while a number is typed."""
    said = [value for name, value in request.args.items() if name.startswith("invoice")]
    found = proposals.named(current_user, company_here(), chosen_direction(), said[0][:200] if said else "")
    return page("intake/_invoices.html", labels=[proposals.label(each) for each in found])


@bp.post("/waiting-files")
@requires(Permission.EDIT)
def drop():
    """Take PDFs; one a request from our script, all at once from a plain form."""
    taken = drops.take_all(request.files.getlist("files"), company_here(), chosen_direction(), by=current_user)
    if wants_json():
        return answer(taken)
    tell(taken)
    return redirect(url_for(".assign", direction=chosen_direction().value), 303)


@bp.post("/assignments")
@requires(Permission.EDIT)
def confirm():
    """All that is ticked, each with the invoice chosen for it; what is refused stays, as typed, with the reason."""
    company = company_here()
    pairs, refused = _choices(company)
    parts = {waiting.id: waiting.part_id for waiting, _document in pairs}
    count, why_not = assigning.assign_all(pairs, by=current_user)
    commit()
    refused |= why_not
    gone = len(set(request.form.getlist("ids"))) - count - len(refused)
    if count:
        done = [part_id for waiting_id, part_id in parts.items() if waiting_id not in why_not]
        told = ngettext("%(num)d PDF assigned.", "%(num)d PDFs assigned.", count)
        flash(undoable(told, done, chosen_direction()))
    if gone > 0:
        flash(ngettext("%(num)d was decided meanwhile.", "%(num)d were decided meanwhile.", gone), "warning")
    if refused:
        return _page("intake/assign.html", company, 422, refused=refused)
    if not (count or gone > 0):
        flash(_("Nothing was ticked, so nothing was assigned."), "warning")
    return redirect(url_for(".assign", direction=chosen_direction().value), 303)


def _choices(company: Company) -> tuple[list[tuple[WaitingFile, Document]], dict[int, str]]:
    """What was chosen for each ticked file, and for which nothing sensible was."""
    ids = request.form.getlist("ids", type=row_id)[: proposals.MOST_SHOWN]
    mine = WaitingFile.visible_to(current_user).where(WaitingFile.company_id == company.id)
    pairs, refused = [], {}
    for each in db.session.scalars(mine.where(WaitingFile.id.in_(ids)).order_by(WaitingFile.id)).all():
        try:
            pairs.append((each, _invoice(each)))
        except Refused as error:
            refused[each.id] = str(error)
    return pairs, refused


def _invoice(each: WaitingFile) -> Document:
    """The invoice chosen for a file: the number that was typed, else the one that is marked."""
    company, direction = each.company, each.direction
    if typed := request.form.get(f"invoice-{each.id}", "").strip():
        return proposals.meant(current_user, company, direction, typed)
    marked = request.form.get(f"document-{each.id}", type=row_id)
    query = proposals.invoices_of(current_user, company, direction).where(Document.id == marked)
    document = db.session.scalar(query) if marked else None
    if document is None:
        raise Refused(_("Choose its invoice, or untick it."))
    return document


# --- The waiting queue ----------------------------------------------------------------------------


def _mine(waiting_id: int) -> WaitingFile:
    each = db.session.scalar(WaitingFile.visible_to(current_user).where(WaitingFile.id == waiting_id))
    if each is None:
        abort(errors.answer(404, _("Somebody decided about this file meanwhile, or it is not visible to you.")))
    demand(Permission.EDIT, each.company_id)
    return each


def _to_queue(direction: Direction) -> Response:
    return redirect(url_for(".waiting_queue", direction=direction.value), 303)


@bp.post("/waiting-files/<int:waiting_id>/link")
@requires(Permission.EDIT)
def link_waiting(waiting_id: int):
    """It belongs to this invoice, be it as one more file."""
    each = _mine(waiting_id)
    name, direction, part_id, document = each.name, each.direction, each.part_id, _invoice(each)
    assigning.assign(each, document, by=current_user)
    commit()
    told = _("%(file)s is attached to %(number)s.", file=name, number=document.number)
    flash(undoable(told, [part_id], direction))
    return _to_queue(direction)


@bp.post("/waiting-files/<int:waiting_id>/document")
@requires(Permission.EDIT)
def make_invoice(waiting_id: int):
    """It is an invoice of its own: read, and to be checked in review."""
    each = _mine(waiting_id)
    name, direction = each.name, each.direction
    document = assigning.make_invoice(each, by=current_user)
    commit()
    if document.trashed_at:
        flash(_("This file was already here: nothing was imported twice."), "warning")
    else:
        flash(_("%(file)s is being read; it waits in Review to be checked.", file=name))
    return _to_queue(direction)


@bp.post("/waiting-files/<int:waiting_id>/deletion")
@requires(Permission.EDIT)
def delete_waiting(waiting_id: int):
    """It belongs to nothing; the mail log keeps the original."""
    each = _mine(waiting_id)
    name, direction, part_id = each.name, each.direction, each.part_id
    assigning.discard(each, by=current_user)
    commit()
    flash(undoable(_("%(file)s is deleted. The mail log keeps the original.", file=name), [part_id], direction))
    return _to_queue(direction)


@bp.post("/waiting-files/deletion")
@requires(Permission.EDIT)
def delete_selected():
    """The selected ones belong to nothing."""
    parts = _with_selected(assigning.discard)
    told = ngettext("%(num)d file deleted.", "%(num)d files deleted.", len(parts))
    flash(undoable(told, parts, chosen_direction()))
    return _to_queue(chosen_direction())


@bp.post("/waiting-files/documents")
@requires(Permission.EDIT)
def make_invoices():
    """The selected ones are invoices of their own."""
    count = len(_with_selected(assigning.make_invoice))
    flash(ngettext("%(num)d file is being read.", "%(num)d files are being read.", count))
    return _to_queue(chosen_direction())


def _with_selected(decide: Any) -> list[int]:
    """Decide about each; the parts they are."""
    ids = request.form.getlist("ids", type=row_id)[: proposals.MOST_SHOWN]
    mine = WaitingFile.visible_to(current_user).where(WaitingFile.company_id == company_here().id)
    rows = db.session.scalars(mine.where(WaitingFile.id.in_(ids)).order_by(WaitingFile.id)).all()
    parts = [each.part_id for each in rows]
    assigning.hold_bytes(rows)
    for each in rows:
        decide(each, by=current_user)
    commit()
    return parts


@bp.get("/waiting-files/<int:waiting_id>/pages/<int:number>.png")
@requires(Permission.EDIT)
def waiting_page(waiting_id: int, number: int) -> Response:
    """The picture of one page, as it was drawn when it was read."""
    return pictures.shown(_mine(waiting_id).file, number)
