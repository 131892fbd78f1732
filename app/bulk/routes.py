"""Acts on many documents: asked for by the bar below a list, with a page that says what became of each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bulk import choosing, doing, jobs, words
from app.bulk.models import Act, BulkAct
from app.core.errors import Refused
from app.documents.models import Document
from app.documents.sight import only_visible
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.days import day_in
from app.web.ids import row_id
from app.web.pages import page
from app.web.targets import local, onward

bp = Blueprint("bulk", __name__)
bp.add_app_template_global(choosing.offers, "bulk_offers")
bp.add_app_template_filter(words.summary, "bulk_summary")
SHOWN = 500
"""So many documents a page of results names."""


@bp.post("/bulk-acts")
@requires(Permission.EDIT)
def do():
    """Do it to the selected documents, at once or, where they are many, by a task."""
    company, name = company_where(Permission.EDIT), request.form.get("act", "")
    ids = choosing.wanted(current_user, company, request.form)
    if name == "merge":
        return onward(url_for("review.merging", ids=ids[:51]))
    if name not in set(Act) - {Act.RESTORE}:
        raise Refused(_("Choose what is to be done. Nothing was changed."))
    act = Act(name)
    if act is Act.TRASH and not company.trash_enabled and not _is_typed():
        return onward(_where_from())
    return _begun(doing.begin(company, act, ids, _said(company), by=current_user))


def _said(company: Company) -> dict[str, Any]:
    """With what, as the bar says it; what belongs to another company is refused where it is done."""
    form = request.form
    numbers = {name: form.get(name, type=row_id) for name in ("category_id", "user_id", "company_id")}
    paid_on = day_in(form, "paid_date")
    paid = {"means": form.get("means", "")[:40], "paid_date": paid_on.isoformat() if paid_on else ""}
    pay_on = day_in(form, "pay_date")
    paid["pay_date"] = pay_on.isoformat() if pay_on else ""
    return numbers | paid | {"tag": form.get("tag", "")[:200], "why": form.get("why", "")[:500]}


def _is_typed() -> bool:
    """What cannot be undone is typed, not clicked."""
    word = _("delete")
    if request.form.get("typed", "").strip().casefold() == word.casefold():
        return True
    flash(_("Type “%(word)s” to confirm. Nothing was deleted.", word=word), "error")
    return False


def _begun(bulk: BulkAct) -> Response:
    """Done right away, or left to a task."""
    if len(bulk.ids) > doing.AT_ONCE:
        jobs.act_on_many.later(bulk.id)
        commit()
        return onward(url_for(".show", bulk_id=bulk.id))
    doing.go_on(bulk, doing.AT_ONCE)
    commit()
    flash(_told(bulk), "warning" if bulk.stayed else "message")  # type: ignore[arg-type]
    return onward(_where_from())


def _told(bulk: BulkAct) -> dict[str, str]:
    said = {"text": words.summary(bulk)}
    if bulk.stayed:
        said |= {"link_url": url_for(".show", bulk_id=bulk.id), "link_label": _("See why")}
    if bulk.act is Act.TRASH and bulk.done:
        said["undo_url"] = url_for(".undo", bulk_id=bulk.id)
    return said


def _where_from() -> str:
    return local(request.form.get("next"), url_for("documents.index"))


@bp.get("/bulk-acts/<int:bulk_id>")
@requires(Permission.EDIT)
def show(bulk_id: int):
    """How far it is, and what became of each document; those out of sight are named by nothing."""
    bulk = _mine(bulk_id)
    if request.htmx.target == "outcome" and request.args.get("seen") == str(len(bulk.results)) and not bulk.ended_at:
        return Response(status=204)
    ids = [*bulk.stayed, *bulk.done][:SHOWN]
    known = list(db.session.scalars(db.select(Document).where(Document.id.in_(ids))))
    seen = {each.id: each for each in only_visible(current_user, known)}
    return page("bulk/show.html", bulk=bulk, seen=seen, shown=ids)


@bp.post("/bulk-acts/<int:bulk_id>/undoing")
@requires(Permission.EDIT)
def undo(bulk_id: int):
    """All that went into the trash comes out of it."""
    return _begun(doing.undo(_mine(bulk_id), by=current_user))


def _mine(bulk_id: int) -> BulkAct:
    return db.one_or_404(BulkAct.visible_to(current_user).where(BulkAct.id == bulk_id))
