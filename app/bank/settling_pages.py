"""What people decide about bank lines: match, net, write off, ignore, and take it back (SPEC BK-2, BK-3)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import allocating, ignoring, line_pages, planning, suggesting, undoing
from app.bank.allocating import Share
from app.bank.blueprint import bp, line_to_change, line_to_match
from app.bank.models import BankTransaction, Difference, Match
from app.core import money
from app.core.errors import Refused
from app.documents import blueprint as documents
from app.documents.models import Document, Kind
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.ids import row_id

MOST = 500


@bp.post("/bank/lines/<int:line_id>/matches")
@requires(Permission.EDIT)
def settle(line_id: int):
    """Settle the chosen documents with it: all that is open of each, or the amounts that were typed."""
    line = line_to_match(line_id)
    try:
        act = _settled(line)
    except Refused as refused:
        if request.form.get("proposed") == "yes":  # one click, nothing was filled in
            raise
        db.session.rollback()
        return line_pages.shown(line_to_match(line_id), 422, str(refused))
    commit()
    _flash(_("Matched."), act)
    return _back(line)


def _settled(line: BankTransaction) -> str:
    """By which act."""
    chosen = _chosen(line)
    shares, rest = planning.plan(line, chosen, _difference(), _amounts(chosen))
    return allocating.allocate(line, shares, by=current_user, rest=rest, why=_why(line, chosen))


def _chosen(line: BankTransaction) -> list[Document]:
    """The ticked documents the person may see and change, in the order of the form."""
    ids = list(dict.fromkeys(request.form.getlist("ids", type=row_id)))[:MOST]
    found = Document.visible_to(current_user).where(Document.id.in_(ids), Document.company_id == line.company_id)
    documents = {each.id: each for each in db.session.scalars(found)}
    if not ids or len(documents) < len(ids):
        raise Refused(_("Nothing was chosen, or it is no longer there. Nothing was matched."))
    return [documents[each] for each in ids]


def _amounts(chosen: list[Document]) -> dict[int, int]:
    """What was typed beside each; nothing: all of it."""
    amounts = {}
    for document in chosen:
        typed = request.form.get(f"amount-{document.id}", "").strip()
        if typed:
            amount = money.parse_amount(typed)
            if amount is None or amount <= 0:
                raise Refused(_("“%(text)s” is not an amount.", text=typed[:40]))
            amounts[document.id] = money.to_minor(amount, document.currency)
    return amounts


def _difference() -> Difference | None:
    said = request.form.get("difference", "")
    return Difference(said) if said in set(Difference) else None


def _why(line: BankTransaction, chosen: list[Document]) -> list[Any]:
    """The reasons of a proposal that was taken as it stood; what a person put together has none."""
    if request.form.get("proposed") != "yes":
        return []
    ids = {each.id for each in chosen}
    offers = suggesting.for_line(current_user, line)
    return next((each.why for each in offers if {document.id for document in each.documents} == ids), [])


def _flash(text: str, act: str) -> None:
    match = undoing.of_act(act)[0]
    undo = {"undo_url": url_for("bank.undo", match_id=match.id), "undo_fields": {"whole": "yes"}}
    flash({"text": text, **undo}, "message")  # type: ignore[arg-type]


def _back(line: BankTransaction | None = None) -> Response:
    """To the document the person came from, else to the line; to the list where both left their sight."""
    document_id = request.form.get("document", type=row_id)
    if document_id and (document := db.session.get(Document, document_id)):
        return documents.to(document)
    if line and db.session.scalar(BankTransaction.visible_to(current_user).where(BankTransaction.id == line.id)):
        return redirect(url_for("bank.line", line_id=line.id), 303)
    return redirect(url_for("documents.index"), 303)


@bp.post("/bank/matches/<int:match_id>/undoing")
@requires(Permission.EDIT)
def undo(match_id: int):
    """Take a match back, or all that was decided with it."""
    match = db.get_or_404(Match, match_id)
    line, of_act = match.transaction, undoing.of_act(match.act_id)
    for thing in {document for each in of_act for document in (each.document, each.credit_note) if document}:
        documents.mine(thing.id)
    for thing in {each.transaction for each in of_act if each.transaction and not each.document}:
        line_to_match(thing.id)
    if request.form.get("whole") == "yes":
        undoing.undo(match.act_id, by=current_user)
    else:
        undoing.undo_match(match, by=current_user)
    commit()
    flash(_("Taken back: both sides are open again."))
    return _back(line)


@bp.post("/documents/<int:document_id>/netting")
@requires(Permission.EDIT)
def net(document_id: int):
    """Net a credit note with invoices, from the page of either."""
    document = documents.mine(document_id)
    others = [documents.mine(each) for each in request.form.getlist("ids", type=row_id)[:MOST]]
    left, act = document.open_minor or 0, ""
    if document.kind is Kind.CREDIT_NOTE:
        shares = []
        for other in others:
            part = min(left, other.open_minor or 0)
            shares += [Share(other, part)] if part else []
            left -= part
        act = allocating.net(document, shares, by=current_user)
    else:
        for other in others[:1]:
            act = allocating.net(other, [Share(document, min(left, other.open_minor or 0))], by=current_user)
    if not act:
        raise Refused(_("Nothing was chosen. Nothing was matched."))
    commit()
    _flash(_("Netted."), act)
    return documents.to(document)


@bp.post("/documents/<int:document_id>/difference")
@requires(Permission.EDIT)
def write_off(document_id: int):
    """Give up what is left of a document, under a reason."""
    document, difference = documents.mine(document_id), _difference()
    if difference is None:
        raise Refused(_("Choose a reason. Nothing was changed."))
    act = allocating.write_off(document, difference, by=current_user)
    commit()
    _flash(_("Written off."), act)
    return documents.to(document)


@bp.post("/bank/lines/<int:line_id>/ignoring")
@requires(Permission.EDIT_BANK)
def ignore(line_id: int):
    """It needs no document."""
    line = line_to_change(line_id)
    ignoring.ignore(line, request.form.get("why", ""), by=current_user)
    commit()
    flash({"text": _("Ignored."), "undo_url": url_for("bank.count_again", line_id=line.id)}, "message")  # type: ignore[arg-type]
    return _back(line)


@bp.post("/bank/lines/<int:line_id>/ignoring/end")
@requires(Permission.EDIT_BANK)
def count_again(line_id: int):
    """It needs one after all."""
    line = line_to_change(line_id)
    ignoring.count_again(line, by=current_user)
    commit()
    flash(_("It counts again."))
    return _back(line)
