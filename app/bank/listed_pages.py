"""The page of all that is likely: each line with its best answer, ticked where it is sure (SPEC BK-2)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.bank import allocating, planning, suggesting
from app.bank.blueprint import bp, tabs_here
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page


@bp.get("/bank/suggestions")
@requires(Permission.EDIT)
def suggestions():
    """The likely ones of the company, the sure ones first."""
    company = company_where(Permission.EDIT)
    offers = suggesting.sure_and_likely(current_user, company)
    return page("bank/suggestions.html", offers=offers, **tabs_here("suggestions"))


@bp.post("/bank/suggestions")
@requires(Permission.EDIT)
def settle_all():
    """Match the ticked ones, each as it was shown: what was matched or changed meanwhile is left and told."""
    company = company_where(Permission.EDIT)
    ticked = dict.fromkeys(request.form.getlist("ids", type=row_id)[: suggesting.LISTED])
    offers = {offer.line.id: offer for offer in suggesting.sure_and_likely(current_user, company)}
    done, left = 0, 0
    for line_id in sorted(ticked):  # everybody claims in this order
        is_done = line_id in offers and _was_shown(offers[line_id]) and _settle(offers[line_id])
        done, left = done + is_done, left + (not is_done)
    commit()
    if done:
        flash(ngettext("%(num)d line matched.", "%(num)d lines matched.", done))
    if left:
        told = ngettext("%(num)d line changed meanwhile: look at it.", "%(num)d lines changed meanwhile.", left)
        flash(told, "warning")
    elif not done:
        flash(_("Nothing was ticked."), "info")
    return redirect(url_for(".suggestions"), 303)


def _was_shown(offer: suggesting.Offer) -> bool:
    """Is it still the answer that stood beside the tick?"""
    return request.form.get(f"answer-{offer.line.id}", "") == ",".join(str(each.id) for each in offer.documents)


def _settle(offer: suggesting.Offer) -> bool:
    """One of many: whoever was quicker keeps it."""
    shares, rest = planning.plan(offer.line, offer.documents, offer.difference)
    try:
        with db.session.begin_nested():
            allocating.allocate(offer.line, shares, by=current_user, rest=rest, why=offer.why)
    except Refused:
        return False
    return True
