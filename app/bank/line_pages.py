"""The page of one bank line: what the bank wrote, and what it settles."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from app.bank import finding, panel, why
from app.bank.blueprint import bp
from app.web.access import Permission, requires
from app.web.pages import page

bp.add_app_template_global(panel.of_document, "bank_panel")
bp.add_app_template_filter(why.in_words, "match_why")
LONGEST = 200


@bp.app_template_global("bank_settling")
def settling(line):
    """What stands below a line, with what was looked for."""
    return panel.of_line(current_user, line, request.args.get("q", "")[:LONGEST].strip())


@bp.get("/bank/lines/<int:line_id>")
@requires(Permission.SEE_FIGURES)
def line(line_id: int):
    """One line of a statement."""
    return page("bank/line.html", line=finding.line_seen(line_id), list_url=finding.list_url())
