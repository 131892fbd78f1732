"""Pages: the lines of the bank, and one of them."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import export, listing, panel, why
from app.bank.blueprint import bp, here, line_or_404, tabs_here
from app.bank.models import BankTransaction, whole_banks
from app.core import clock
from app.counterparties.models import Counterparty
from app.extensions import db
from app.lists import tables
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

bp.add_app_template_global(listing.state_of, "state_of_line")
bp.add_app_template_global(panel.of_document, "bank_panel")
bp.add_app_template_filter(why.in_words, "match_why")
LONGEST = 200


@bp.app_template_global("bank_settling")
def settling(line: BankTransaction) -> dict[str, Any]:
    """What stands below a line, with what was looked for and filled in."""
    told = panel.of_line(current_user, line, request.values.get("q", "")[:LONGEST].strip())
    return told | {"said": request.form, "ticked": request.form.getlist("ids", type=row_id)}


@bp.get("/bank")
@requires(Permission.SEE_FIGURES)
def index():
    """The lines of the company's accounts, those that wait for a document first."""
    return page("bank/index.html", **tabs_here("lines"), **listing.list_page(current_user, here(), request.args))


@bp.get("/bank/lines.<any(csv, xlsx):kind>")
@requires(Permission.SEE_FIGURES)
def table(kind: str) -> Response:
    """The lines the list shows, as a table."""
    company = here()
    sought = listing.Sought.from_address(request.args)
    rows = export.rows(listing.lines(current_user, company, sought))
    what = _("bank")
    return tables.table(kind, f"{what}-{clock.today(company)}", _("Bank lines"), export.HEADS, rows)


@bp.get("/bank/lines/<int:line_id>")
@requires(Permission.SEE_FIGURES)
def line(line_id: int):
    """One line: what the bank says, and what it settles."""
    return shown(line_or_404(line_id))


def shown(line: BankTransaction, status: int = 200, wrong: str = "") -> Response:
    """Its page; with `wrong` as somebody filled it in, and why nothing was done."""
    theirs = Counterparty.visible_to(current_user).where(Counterparty.id == line.counterparty_id)
    facts = {"party": db.session.scalar(theirs) if line.counterparty_id else None}
    facts |= {"sees_whole": line.company_id in whole_banks(current_user)}
    return page("bank/line.html", status, line=line, wrong=wrong, **facts)
