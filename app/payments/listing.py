"""The page of what is to be paid, and putting a batch together."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload

from app.bank.models import BankAccount
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.payments import banking, batches, listed, month, panel
from app.payments.blueprint import bp, here, to
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, demand, requires
from app.web.days import day_in
from app.web.ids import row_id
from app.web.pages import page


@bp.get("/payments")
@requires(Permission.SEE_FIGURES)
def index():
    """What is due, to be paid, held and in payment, and the batches; what is due also as a calendar."""
    company, said = here(), request.args
    rows = listed.to_pay(current_user, company)
    tabs = _tabs(listed.counts(current_user, company, rows))
    tab = next((name for name, _label, _count in tabs if name == said.get("tab")), "due")
    links = [
        {"label": label, "url": url_for(".index", tab=name), "count": count, "active": name == tab}
        for name, label, count in tabs
    ]
    shown: dict[str, Any] = {"tab": tab, "tabs": links, "today": listed.today_of(company), "most": listed.MOST}
    return page("payments/index.html", **shown, **_shown(tab, company, rows, said))


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    labels = {
        "due": _("Due invoices"),
        "to_pay": _("To pay"),
        "held": _("Held"),
        "in_payment": _("In payment"),
        "batches": _("Batches"),
    }
    return [(name, label, counts[name]) for name, label in labels.items()]


def _shown(tab: str, company: Company, rows: list[listed.Row], said: Any) -> dict[str, Any]:
    """What the tab lists."""
    today = listed.today_of(company)
    if tab == "due" and said.get("view") == "month":
        first = month.first_of(said.get("month"), today)
        weeks = month.weeks(current_user, company, first)
        return {"view": "month", "first": first, "weeks": weeks, "beside": month.beside(first)}
    if tab == "due":
        return {"view": "list", "weeks": listed.weeks(listed.due(current_user, company), today)}
    if tab == "in_payment":
        payments = listed.in_payment(current_user, company)
        return {"payments": payments, "seen": panel.seen_batches(current_user, payments)}
    if tab == "batches":
        leaf = listed.batches(current_user, company, said)
        link = lambda **place: url_for(".index", tab=tab, **place)  # noqa: E731
        before = link(before=leaf.before) if leaf.before else None
        pages = {"previous_url": before, "next_url": link(after=leaf.after) if leaf.after else None}
        return {"batches": [row[0] for row in leaf.rows], "pages": pages}
    mine = [row for row in rows if row.is_held == (tab == "held")]
    return {"rows": mine, "accounts": listed.accounts(company), "next_day": banking.after(today)}


@bp.post("/payment-batches")
@requires(Permission.EDIT)
def make():
    """A draft of the selected ones, on the day that was asked for or the next banking day."""
    company, form = here(), request.form
    demand(Permission.EDIT, company.id)
    ids = form.getlist("ids", type=row_id)[: batches.MOST + 1]
    mine = Document.visible_to(current_user).where(Document.company_id == company.id, Document.id.in_(ids))
    documents = list(db.session.scalars(mine.options(joinedload(Document.counterparty)).order_by(Document.id)))
    wanted = BankAccount.visible_to(current_user).where(BankAccount.company_id == company.id)
    account = db.session.scalar(wanted.where(BankAccount.id == (form.get("account_id", type=row_id) or 0)))
    if account is None:
        raise Refused(_("Choose the account it is paid from. Nothing was changed."))
    chosen = {each.id: form.get(f"iban-{each.id}", "")[:34] for each in documents}
    on = day_in(form, "execution_date")
    batch = batches.make(documents, account, by=current_user, on=on, chosen=chosen)
    commit()
    flash(_("The batch is a draft: look at it, then release it."))
    return to(batch)
