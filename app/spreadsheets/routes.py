"""Pages: a spreadsheet of invoices, from its file to its documents."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from app.core.errors import Refused
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.intake import types, uploads
from app.intake.blueprint import chosen_direction, company_here
from app.intake.models import Message, Source
from app.spreadsheets import arriving, deciding, headings, jobs, party_pages, showing
from app.spreadsheets.blueprint import bp
from app.spreadsheets.models import Spreadsheet, Stage
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, demand, requires
from app.web.ids import page_number, row_id
from app.web.pages import page

__all__ = ["bp", "party_pages"]

MOST_TICKS = 1000


@bp.app_template_global()
def imports_of(messages: list[Message]) -> dict[int, Spreadsheet]:
    """Message's id → its import, of the lines of the mail log that have one, for those who may see it."""
    ids = [message.id for message in messages if message.source is Source.SPREADSHEET]
    query = Spreadsheet.visible_to(current_user).where(Spreadsheet.message_id.in_(ids))
    return {each.message_id: each for each in db.session.scalars(query)} if ids else {}


def _company() -> Company:
    """The company looked at, of which one sees and edits everything: a list of invoices names many counterparties."""
    company = company_here()
    demand(Permission.SEE_ALL, company.id)
    return company


def _found(spreadsheet_id: int) -> Spreadsheet:
    return db.one_or_404(Spreadsheet.visible_to(current_user).where(Spreadsheet.id == spreadsheet_id))


@bp.get("")
@requires(Permission.EDIT)
def index():
    """Add a spreadsheet; below, those that were added."""
    return _index()


def _index(status: int = 200, **context: Any) -> Response:
    company = _company()
    facts = {"here": company, "tab": "spreadsheet", "directions": Direction, "direction": chosen_direction()}
    found = showing.latest(current_user, company)
    return page("spreadsheets/index.html", status, spreadsheets=found, label=showing.stage_label, **facts, **context)


@bp.post("")
@requires(Permission.EDIT)
def add():
    """Take the file; its cells are read in a moment."""
    company, given = _company(), request.files.get("file")
    if wrong := _refused(given):
        return _index(422, wrong=wrong)
    media = types.judge(uploads.head_of(given)).media
    commit()  # no transaction stays open while bytes are written
    file = store.keep(uploads.pieces_of(given), media)
    spreadsheet = arriving.arrive(company, chosen_direction(), file, uploads.name_of(given), by=current_user)
    jobs.read_spreadsheet.later(spreadsheet.id)
    commit()
    return redirect(url_for(".show", spreadsheet_id=spreadsheet.id), 303)


def _refused(given: FileStorage | None) -> str:
    if given is None or not given.filename:
        return _("No file was chosen. Choose one and send again.")
    if told := uploads.too_large(given):
        return told
    if types.judge(uploads.head_of(given)).kind in uploads.TAKEN:
        return _("Not a spreadsheet. It was not kept: save it as XLSX or CSV, or add an invoice under Upload.")
    return ""


@bp.get("/<int:spreadsheet_id>")
@requires(Permission.EDIT)
def show(spreadsheet_id: int):
    """As far as it is: its columns, its lines as they would be, or what was made of them."""
    return _shown(_found(spreadsheet_id))


def _shown(spreadsheet: Spreadsheet, status: int = 200, **context: Any) -> Response:
    asks_columns = request.args.get("step") == "columns" and spreadsheet.stage is Stage.CHECKED
    is_mapping = spreadsheet.stage is Stage.TO_MAP or asks_columns
    facts: dict[str, Any] = {"spreadsheet": spreadsheet, "is_mapping": is_mapping, "label": showing.stage_label}
    if is_mapping:
        facts |= showing.columns_page(spreadsheet)
    elif spreadsheet.stage is Stage.UNREADABLE:
        facts |= {"why": showing.why_unreadable(spreadsheet)}
    elif spreadsheet.stage is not Stage.READING:
        facts |= showing.lines_page(current_user, spreadsheet, request.args.get("show", ""), page_number())
    return page("spreadsheets/show.html", status, here=spreadsheet.company, **facts, **context)


@bp.post("/<int:spreadsheet_id>/sheet")
@requires(Permission.EDIT)
def choose_sheet(spreadsheet_id: int):
    """Another sheet, or another row of headings."""
    spreadsheet = _found(spreadsheet_id)
    sheet, header = request.form.get("sheet", 0, int), request.form.get("header_row", None, _row_number)
    deciding.look_at(spreadsheet, sheet, header)
    commit()
    return redirect(url_for(".show", spreadsheet_id=spreadsheet_id), 303)


def _row_number(text: str) -> int:
    """0 where there are no headings."""
    return row_id(text) if text.strip() != "0" else 0


@bp.post("/<int:spreadsheet_id>/columns")
@requires(Permission.EDIT)
def say_columns(spreadsheet_id: int):
    """Which column is what; its lines are checked next."""
    spreadsheet = _found(spreadsheet_id)
    said = request.form
    columns = {name: said.get(f"column-{name}", -1, int) for name in headings.FIELDS}
    columns = {name: column for name, column in columns.items() if 0 <= column < 1000}
    how = {name: said.get(name, "") for name in ("date_order", "decimal_mark")} | {"direction": chosen_direction()}
    try:
        deciding.say_columns(spreadsheet, columns, **how)
    except Refused as refused:
        db.session.rollback()
        if spreadsheet.stage not in (Stage.TO_MAP, Stage.CHECKED):
            raise
        return _mapping_again(spreadsheet, columns, str(refused))
    commit()
    return redirect(url_for(".show", spreadsheet_id=spreadsheet_id), 303)


def _mapping_again(spreadsheet: Spreadsheet, columns: dict[str, int], wrong: str) -> Response:
    facts = {"spreadsheet": spreadsheet, "is_mapping": True, "label": showing.stage_label, "here": spreadsheet.company}
    facts |= showing.columns_page(spreadsheet)
    return page("spreadsheets/show.html", 422, **facts, chosen=columns, wrong=wrong)


@bp.post("/<int:spreadsheet_id>/ticks")
@requires(Permission.EDIT)
def tick(spreadsheet_id: int):
    """Keep which lines of this page are ticked."""
    spreadsheet = _found(spreadsheet_id)
    _tick(spreadsheet)
    commit()
    flash(_("Saved."))
    at = {"show": request.form.get("tab_now", "")[:20] or None, "page": request.form.get("page_now", None, row_id)}
    return redirect(url_for(".show", spreadsheet_id=spreadsheet_id, **at), 303)


def _tick(spreadsheet: Spreadsheet) -> None:
    shown = request.form.getlist("shown", type=row_id)[:MOST_TICKS]
    deciding.tick(spreadsheet, shown, request.form.getlist("ids", type=row_id)[:MOST_TICKS])


@bp.post("/<int:spreadsheet_id>/documents")
@requires(Permission.EDIT)
def start(spreadsheet_id: int):
    """Import what is ticked."""
    spreadsheet = _found(spreadsheet_id)
    _tick(spreadsheet)
    deciding.start(spreadsheet, by=current_user)
    commit()
    return redirect(url_for(".show", spreadsheet_id=spreadsheet_id), 303)


@bp.post("/<int:spreadsheet_id>/undoing")
@requires(Permission.EDIT)
def undo(spreadsheet_id: int):
    """Take the import back."""
    deciding.undo(_found(spreadsheet_id), by=current_user)
    commit()
    return redirect(url_for(".show", spreadsheet_id=spreadsheet_id), 303)
