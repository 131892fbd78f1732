"""The page of analytics, and each of its figures as a table."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask_login import current_user

from app.analytics import showing
from app.core import clock
from app.lists.tables import table
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.pages import page

bp = Blueprint("analytics", __name__)


def here() -> Company:
    """The company looked at, where the signed-in person may see its figures."""
    return company_where(Permission.SEE_FIGURES)


@bp.get("/analytics")
@requires(Permission.SEE_FIGURES)
def index():
    """All figures of the period and the currency that the address asks for."""
    return page("analytics/index.html", **showing.front_page(current_user, here(), request.args))


@bp.get("/analytics/<figure>.<any(csv, xlsx):kind>")
@requires(Permission.SEE_FIGURES)
def figure_table(figure: str, kind: str):
    """One figure as a table."""
    company = here()
    make = showing.FIGURES.get(figure) or abort(404)
    about, _codes = showing.asked(current_user, company, request.args)
    found = make(about)
    return table(kind, f"{figure}-{clock.today(company)}", found.title, found.heads, found.rows())
