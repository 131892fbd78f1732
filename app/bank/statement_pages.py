"""Pages: statements, and bringing files of them."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage

from app.bank import accounts, balances, bringing, jobs, telling
from app.bank.blueprint import bp, statement_or_404, tabs_here, to_change, whole_here
from app.bank.listing import ORDER
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Statement
from app.core.storage import Damaged
from app.extensions import db
from app.files import store
from app.files.leaving import as_download, damaged
from app.intake import uploads
from app.intake.blueprint import wants_json
from app.tasks.jobs import commit
from app.users.models import Company
from app.web import keyset
from app.web.access import Permission, allowed, requires
from app.web.ids import row_id
from app.web.pages import page

BY_ID = keyset.Order(Statement.id, int)
LATEST = 8
bp.add_app_template_global(telling.note, "note_of_import")


@bp.get("/bank/statements")
@requires(Permission.SEE_FIGURES)
def statement_list():
    """The statements, newest first; above, where files are brought."""
    company = whole_here()
    query = Statement.visible_to(current_user).where(Statement.account.has(BankAccount.company_id == company.id))
    query = query.options(selectinload(Statement.account))
    said = request.args
    leaf = keyset.leaf(query, BY_ID, Statement.id, before=said.get("before", ""), after=said.get("after", ""))
    found = [row[0] for row in leaf.rows]
    around = {
        "previous_url": url_for(".statement_list", before=leaf.before) if leaf.before else None,
        "next_url": url_for(".statement_list", after=leaf.after) if leaf.after else None,
    }
    facts = {"statements": found, "gaps": balances.gaps(found), "pages": around, "imports": _unfinished(company)}
    facts |= {"accounts": accounts.of_company(company.id, archived=False), "largest": uploads.largest()}
    facts |= {"tell": telling.sentence, "label": telling.stage_label, "chosen": said.get("account", None, row_id)}
    return page("bank/statements.html", **facts, **tabs_here("statements"))


def _unfinished(company: Company) -> list[BankImport]:
    """Files that wait for somebody, are being read, or were refused lately."""
    latest = BankImport.visible_to(current_user).where(BankImport.company_id == company.id)
    latest = latest.where(BankImport.stage.not_in((ImportStage.IMPORTED, ImportStage.UNDONE)))
    latest = latest.options(selectinload(BankImport.by))
    return list(db.session.scalars(latest.order_by(BankImport.id.desc()).limit(LATEST)))


@bp.post("/bank/statements")
@requires(Permission.EDIT_BANK)
def bring():
    """Take files of statements; one a request from our script, all at once from a plain form."""
    company = to_change()
    chosen = [file for file in request.files.getlist("files") if file.filename]
    account = _account(company)
    answers = [_brought(file, company, account) for file in chosen] or [_none()]
    if wants_json():
        code = 201 if all(each["outcome"] != "refused" for each in answers) else 422
        return {**answers[0], "files": answers}, code
    for each in answers:
        said = _("%(name)s: %(text)s", name=each["name"], text=each["text"]) if each["name"] else each["text"]
        flash(said, "error" if each["outcome"] == "refused" else "message")
    if len(answers) == 1 and answers[0]["url"]:
        return redirect(answers[0]["url"], 303)
    return redirect(url_for(".statement_list"), 303)


def _none() -> dict[str, Any]:
    text = _("No file was chosen. Choose one or more and send again.")
    return {"name": "", "text": text, "outcome": "refused", "url": None}


def _account(company: Company) -> BankAccount | None:
    account_id = request.form.get("account", None, row_id)
    query = select(BankAccount).where(BankAccount.company_id == company.id, BankAccount.id == account_id)
    return db.session.scalar(query) if account_id else None


def _brought(file: FileStorage, company: Company, account: BankAccount | None) -> dict[str, Any]:
    name = uploads.name_of(file)
    if told := uploads.too_large(file):
        return {"name": name, "text": told, "outcome": "refused", "url": None}
    account_id = account.id if account else None
    commit()  # no transaction stays open while bytes are written
    kept = store.keep(uploads.pieces_of(file))
    account = db.session.get(BankAccount, account_id) if account_id else None
    brought = bringing.arrive(company, kept, name, by=current_user._get_current_object(), account=account)
    go_on(brought)
    commit()
    outcome = {ImportStage.REFUSED: "refused", ImportStage.IMPORTED: "done", ImportStage.READING: "done"}
    url = url_for(".show_import", import_id=brought.id)
    return {
        "name": name,
        "text": telling.sentence(brought),
        "outcome": outcome.get(brought.stage, "unreadable"),
        "url": url,
    }


def go_on(brought: BankImport) -> None:
    """Read it at once where it is small, by a job where it is not."""
    if bringing.is_small(brought):
        bringing.go_on(brought.id)
    else:
        jobs.import_statement.later(brought.id)


@bp.get("/bank/statements/<int:statement_id>")
@requires(Permission.SEE_FIGURES)
def statement(statement_id: int):
    """One statement: its balances and its lines."""
    found = statement_or_404(statement_id)
    query = BankTransaction.visible_to(current_user).where(BankTransaction.statement_id == statement_id)
    query = query.options(selectinload(BankTransaction.account))
    said = request.args
    leaf = keyset.leaf(query, ORDER, BankTransaction.id, before=said.get("before", ""), after=said.get("after", ""))
    link = lambda **at: url_for(".statement", statement_id=statement_id, **at)  # noqa: E731
    around = {
        "previous_url": link(before=leaf.before) if leaf.before else None,
        "next_url": link(after=leaf.after) if leaf.after else None,
    }
    facts = {"statement": found, "lines": [row[0] for row in leaf.rows], "pages": around}
    facts |= {"gap": balances.gaps([found]).get(found.id), "may_edit": _may_edit(found.account.company_id)}
    return page("bank/statement.html", **facts, told=telling.sentence)


def _may_edit(company_id: int) -> bool:
    return allowed(current_user, Permission.EDIT_BANK, company_id)


@bp.get("/bank/statements/<int:statement_id>/file")
@requires(Permission.SEE_FIGURES)
def statement_file(statement_id: int):
    """The file it came in, as a download."""
    found = statement_or_404(statement_id)
    if found.file is None:
        current_app.logger.info("statement without a file: %s", statement_id)
        return redirect(url_for(".statement", statement_id=statement_id), 303)
    try:
        return as_download(found.file, found.name)
    except Damaged:
        return damaged(found.file)
