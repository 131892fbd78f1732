"""Pages: what was paid without a document, and asking for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import selectinload

from app.bank import asking, missing
from app.bank.blueprint import bp, here, line_or_404, line_to_change, tabs_here
from app.bank.listing import ORDER
from app.bank.models import BankTransaction
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.web import keyset
from app.web.access import Permission, allowed, demand, requires
from app.web.pages import page


@bp.get("/bank/missing")
@requires(Permission.SEE_FIGURES)
def missing_list():
    """Payments without a document, and suppliers whose monthly invoice did not come."""
    company, said = here(), request.args
    days = min(max(said.get("days", missing.USUAL_DAYS, int), 0), missing.MOST_DAYS)
    query = missing.lines(current_user, company, days).options(selectinload(BankTransaction.account))
    leaf = keyset.leaf(query, ORDER, BankTransaction.id, before=said.get("before", ""), after=said.get("after", ""))
    found = [row[0] for row in leaf.rows]
    around = {
        "previous_url": url_for(".missing_list", days=days, before=leaf.before) if leaf.before else None,
        "next_url": url_for(".missing_list", days=days, after=leaf.after) if leaf.after else None,
    }
    facts: dict[str, Any] = {"lines": found, "pages": around, "days": days}
    facts |= {"suppliers": missing.suppliers(current_user, company, found)}
    silent = [] if said.get("after") or said.get("before") else missing.silent_suppliers(current_user, company)
    return page("bank/missing.html", silent=silent, **facts, **tabs_here("missing"))


@bp.get("/bank/lines/<int:line_id>/request")
@requires(Permission.EDIT_BANK)
def request_copy(line_id: int):
    """The mail that asks the supplier, ready to be sent or copied."""
    line = line_to_change(line_id)
    return _asked(line, asking.draft(line, _supplier(line)))


def _supplier(line: BankTransaction) -> Any:
    return missing.suppliers(current_user, line.account.company, [line]).get(line.id)


def _asked(line: BankTransaction, draft: asking.Draft, status: int = 200, wrong: str = "") -> Response:
    may_send = allowed(current_user, Permission.SEND_MAILS, line.company_id)
    subject, text = quote(draft.subject, safe=""), quote(draft.text.replace("\n", "\r\n"), safe="")
    mailto = f"mailto:{quote(draft.to, safe='@')}?subject={subject}&body={text}"
    facts = {"line": line, "draft": draft, "may_send": may_send, "mailto": mailto, "supplier": _supplier(line)}
    return page("bank/request.html", status, wrong=wrong, **facts)


@bp.post("/bank/lines/<int:line_id>/request")
@requires(Permission.SEND_MAILS)
def send_request(line_id: int):
    """Send it, by the click of a person."""
    line, said = line_or_404(line_id), request.form
    demand(Permission.SEND_MAILS, line.company_id)
    draft = asking.draft(line, _supplier(line))
    draft.to, draft.subject, draft.text = said.get("to", ""), said.get("subject", ""), said.get("text", "")
    version = said.get("version", draft.version, int)
    written = {"to": draft.to, "subject": draft.subject, "text": draft.text, "language": draft.language}
    try:
        asking.send(line, **written, version=version, by=current_user)
    except Refused as refused:
        db.session.rollback()
        return _asked(line_or_404(line_id), draft, 422, str(refused))
    commit()
    flash(_("The mail to %(address)s leaves in a moment.", address=draft.to.strip()))
    return redirect(url_for(".missing_list"), 303)
