"""Pages: one file of statements on its way, and what people say of it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from app.bank import accounts, saying, telling, withdrawing
from app.bank.blueprint import bp, import_or_404, import_to_change
from app.bank.formats import headings, table
from app.bank.models import BankImport, ImportStage
from app.bank.statement_pages import go_on
from app.core.errors import Refused
from app.extensions import db
from app.extraction import columns, formats
from app.tasks.jobs import commit
from app.web.access import Permission, allowed, requires
from app.web.ids import row_id
from app.web.pages import page

FIELDS = {
    "date": lazy_gettext("Date"),
    "amount": lazy_gettext("Amount"),
    "debit": lazy_gettext("Debit"),
    "credit": lazy_gettext("Credit"),
    "label": lazy_gettext("Label"),
    "detail": lazy_gettext("More words"),
    "party_name": lazy_gettext("Other side"),
    "party_iban": lazy_gettext("IBAN of the other side"),
    "value_date": lazy_gettext("Value date"),
    "reference": lazy_gettext("Reference"),
    "balance": lazy_gettext("Balance"),
    "currency": lazy_gettext("Currency"),
    "account": lazy_gettext("Bank account"),
}
SAMPLED = 6


@bp.get("/bank/imports/<int:import_id>")
@requires(Permission.SEE_FIGURES)
def show_import(import_id: int):
    """As far as it is: what is asked, why it was refused, or what it added."""
    return _shown(import_or_404(import_id))


def _shown(brought: BankImport, status: int = 200, **context: Any) -> Response:
    may_edit = allowed(current_user, Permission.EDIT_BANK, brought.company_id)
    facts: dict[str, Any] = {"brought": brought, "told": telling.sentence(brought), "may_edit": may_edit}
    if brought.stage is ImportStage.TO_MAP:
        facts |= _columns_page(brought)
    elif brought.stage is ImportStage.TO_CHOOSE:
        facts |= {"accounts": accounts.of_company(brought.company_id, archived=False)}
    elif brought.stage is ImportStage.IMPORTED:
        facts |= {"why_not": withdrawing.why_not(brought), "is_fine": telling.is_fine(brought.statements)}
    return page("bank/import.html", status, label=telling.stage_label, **facts | context)


def _columns_page(brought: BankImport) -> dict[str, Any]:
    rows, layout = brought.choices["sample"], table.Layout(**brought.choices["guessed"])
    after = list(enumerate(rows, 1))[layout.header_row :][:SAMPLED]
    said = rows[layout.header_row - 1] if 0 < layout.header_row <= len(rows) else []
    width = max((len(row) for row in [said, *(row for _number, row in after)]), default=0)
    names = [columns.name(at, said, [row for _number, row in after]) for at in range(width)]
    return {
        "fields": FIELDS,
        "layout": layout,
        "now": layout.columns,
        "choices": list(enumerate(names)),
        "letters": [columns.letter(at) for at in range(width)],
        "headings": said,
        "sample": after,
    }


def _to(brought: BankImport) -> Response:
    return redirect(url_for(".show_import", import_id=brought.id), 303)  # type: ignore[return-value]


def _went_on(brought: BankImport) -> Response:
    """Keep what was said, and read it again with it."""
    go_on(brought)
    commit()
    flash(telling.sentence(brought), "error" if brought.stage is ImportStage.REFUSED else "message")
    return _to(brought)


@bp.post("/bank/imports/<int:import_id>/headings")
@requires(Permission.EDIT_BANK)
def look_at_headings(import_id: int):
    """Its headings stand in another row."""
    brought = import_to_change(import_id)
    saying.look_at(brought, min(max(request.form.get("header_row", 0, int), 0), columns.SEARCHED))
    go_on(brought)
    commit()
    return _to(brought)


@bp.post("/bank/imports/<int:import_id>/columns")
@requires(Permission.EDIT_BANK)
def say_columns(import_id: int):
    """Which column is what; remembered with its account."""
    brought, said = import_to_change(import_id), request.form
    chosen = {name: said.get(f"column-{name}", -1, int) for name in headings.FIELDS}
    chosen = {name: column for name, column in chosen.items() if 0 <= column < 1000}
    order, mark = said.get("date_order", ""), said.get("decimal_mark", "")
    try:
        layout = _layout(brought, chosen, order, mark)
        saying.say_columns(brought, layout)
    except Refused as refused:
        db.session.rollback()
        if brought.stage is not ImportStage.TO_MAP:
            raise
        return _shown(brought, 422, now=chosen, wrong=str(refused))
    return _went_on(brought)


def _layout(brought: BankImport, chosen: dict[str, int], order: str, mark: str) -> table.Layout:
    if order not in formats.ORDERS or mark not in formats.MARKS:
        raise Refused(_("This choice no longer exists: choose again."))
    guessed = brought.choices.get("guessed") or {}
    header, rows = int(guessed.get("header_row", 0)), brought.choices.get("sample") or []
    said = rows[header - 1] if 0 < header <= len(rows) else []
    fingerprint = columns.fingerprint(said) if said else ""
    return table.Layout(chosen, header, order, mark, fingerprint)


@bp.post("/bank/imports/<int:import_id>/accounts")
@requires(Permission.EDIT_BANK)
def say_accounts(import_id: int):
    """Whose statements these are."""
    brought, said = import_to_change(import_id), request.form
    chosen = {
        each["account"]: said.get(f"account-{place}", None, row_id)
        for place, each in enumerate(brought.choices.get("unknown", []))
    }
    saying.say_account(brought, chosen, by=current_user)
    return _went_on(brought)


@bp.post("/bank/imports/<int:import_id>/alike")
@requires(Permission.EDIT_BANK)
def say_alike(import_id: int):
    """What to do with lines that may be here already."""
    brought = import_to_change(import_id)
    saying.say_alike(brought, request.form.get("word", ""))
    return _went_on(brought)


@bp.post("/bank/imports/<int:import_id>/discarding")
@requires(Permission.EDIT_BANK)
def discard_import(import_id: int):
    """Not import it after all."""
    saying.discard(import_to_change(import_id), by=current_user)
    commit()
    flash(_("Nothing was imported."))
    return redirect(url_for(".statement_list"), 303)


@bp.post("/bank/imports/<int:import_id>/undoing")
@requires(Permission.EDIT_BANK)
def undo_import(import_id: int):
    """Take back what it added."""
    brought = import_to_change(import_id)
    withdrawing.undo(brought, by=current_user)
    commit()
    flash(_("Taken back: nothing of it is here."))
    return _to(brought)
