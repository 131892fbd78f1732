"""The page on which an admin makes one of two customers or suppliers (SPEC CP-1)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.counterparties import finding, merging
from app.counterparties.blueprint import bp, mine, to
from app.counterparties.models import Counterparty
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.ids import row_id
from app.web.pages import page


def _gone(counterparty_id: int) -> Counterparty:
    """Joining what people see is for admins."""
    counterparty = mine(counterparty_id)
    demand(Permission.ADMINISTER, counterparty.company_id)
    return counterparty


def _into(gone: Counterparty, said: Any) -> Counterparty | None:
    """The other one that was chosen, of the same company."""
    chosen = said.get("into", type=row_id)
    query = Counterparty.visible_to(current_user).where(Counterparty.merged_into_id.is_(None))
    query = query.filter_by(company_id=gone.company_id, id=chosen or 0)
    return db.one_or_404(query.where(Counterparty.id != gone.id)) if chosen else None


@bp.get("/counterparties/<int:counterparty_id>/merging")
@requires(Permission.ADMINISTER)
def merging_of(counterparty_id: int):
    """Look for the other one; then both side by side."""
    gone = _gone(counterparty_id)
    return _page(gone, _into(gone, request.args))


def _page(gone: Counterparty, into: Counterparty | None, status: int = 200, **more: Any) -> Response:
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[:100]
    found = finding.named(current_user, gone.company_id, asked, reviewing=False) if asked else []
    facts = {"gone": gone, "into": into, "q": asked, "found": [each for each in found if each.id != gone.id]}
    if into:
        moves = merging.what_moves(gone, into)
        facts |= {
            "moves": moves,
            "what_goes": ", ".join(f"{name} ({count})" for name, count in moves["counts"] if count),
        }
    return page("counterparties/merging.html", status, **facts, **more)


@bp.post("/counterparties/<int:counterparty_id>/merging")
@requires(Permission.ADMINISTER)
def merge(counterparty_id: int):
    """Make one of both, once its name is typed."""
    gone = _gone(counterparty_id)
    into = _into(gone, request.form)
    if into is None:
        raise Refused(_("Choose another one of the same company. Nothing was changed."))
    name, ids = gone.name, (gone.id, into.id)
    try:
        merging.merge(gone, into, by=current_user, typed=request.form.get("typed", ""))
    except Refused as refused:
        db.session.rollback()
        gone, into = (db.session.get_one(Counterparty, each) for each in ids)
        return _page(gone, into, 422, wrong=str(refused))
    commit()
    flash(_("%(gone)s is merged into %(into)s.", gone=name, into=into.name))
    return to(into)
