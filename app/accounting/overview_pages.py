"""Page: how it stands between a company and its accountant."""

from __future__ import annotations

from flask_login import current_user

from app.accounting import overview, places, sight, standing
from app.accounting.blueprint import bp
from app.documents.noticing import title
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, requires
from app.web.pages import page

bp.add_app_template_global(title, "document_title")
bp.add_app_template_global(places.tabs, "accountant_tabs")
bp.add_app_template_global(overview.sends, "sends_to_accountant")
navigation.COUNTS["accounting.index"] = lambda: standing.count(current_user, current_company())


@bp.get("")
@requires(Permission.SEE_FIGURES)
def index():
    """What the next run takes, what waits and why, what went wrong and is to be mended."""
    company = sight.here()
    shown = overview.shown(current_user, company)
    return page("accounting/index.html", here=company, tab_here="index", **shown)
