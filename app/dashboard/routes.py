"""Home: what waits for me."""

from __future__ import annotations

from flask import Blueprint, abort
from flask_login import current_user

from app.dashboard import cash, work
from app.documents import figures
from app.documents.models import Direction
from app.intake import addresses
from app.users.sessions import current_company
from app.web.access import Permission, allowed, requires
from app.web.pages import page

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@requires(Permission.SEE_OWN_PAGES)
def home():
    """A list of work, each line one click from it; the first steps where nothing has arrived yet."""
    company = current_company() or abort(404)
    mine, may_see_figures = {}, allowed(current_user, Permission.SEE_FIGURES, company.id)
    if allowed(current_user, Permission.EDIT, company.id):
        mine = {direction: addresses.full(addresses.living(company, direction)) for direction in Direction}
    return page(
        "dashboard/home.html",
        lines=work.lines(current_user, company),
        is_new=work.is_new(company),
        addresses=mine,
        sums=figures.by_direction(current_user, company) if may_see_figures else {},
        directions=list(Direction),
        cash=cash.picture(current_user, company) if may_see_figures else None,
    )
