"""Pages: a list of customers or suppliers, from its file to what became of each line."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.files import store
from app.intake import types, uploads
from app.intake.blueprint import company_here
from app.reader.reasons import reason
from app.spreadsheets import jobs, party_arriving, party_headings, party_lines, party_making
from app.spreadsheets.blueprint import bp
from app.spreadsheets.models import PartyList, Stage
from app.spreadsheets.party_lines import What
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.pages import page

SHOWN = 200


def _found(list_id: int) -> PartyList:
    return db.one_or_404(PartyList.visible_to(current_user).where(PartyList.id == list_id))


@bp.get("/counterparties")
@requires(Permission.EDIT)
def party_lists():
    """Add a list."""
    return _start()


def _start(status: int = 200, wrong: str = "") -> Response:
    company = company_here()
    demand(Permission.SEE_ALL, company.id)
    is_customers = request.values.get("as") == "customer"
    return page("spreadsheets/party_start.html", status, here=company, is_customers=is_customers, wrong=wrong)


@bp.post("/counterparties")
@requires(Permission.EDIT)
def add_party_list():
    """Take the file; its cells are read in a moment."""
    company, given = company_here(), request.files.get("file")
    demand(Permission.SEE_ALL, company.id)
    if given is None or not given.filename:
        return _start(422, _("No file was chosen. Choose one and send again."))
    if told := uploads.too_large(given):
        return _start(422, told)
    media = types.judge(uploads.head_of(given)).media
    commit()  # no transaction stays open while bytes are written
    file = store.keep(uploads.pieces_of(given), media)
    is_customers = request.form.get("as") == "customer"
    made = party_arriving.arrive(company, file, uploads.name_of(given), is_customers=is_customers, by=current_user)
    jobs.read_party_list.later(made.id)
    commit()
    return redirect(url_for(".party_list", list_id=made.id), 303)


@bp.get("/counterparties/<int:list_id>")
@requires(Permission.EDIT)
def party_list(list_id: int):
    """As far as it is: its columns and its lines as they would be, or what was made of them."""
    return _shown(_found(list_id))


def _shown(listed: PartyList, status: int = 200, wrong: str = "") -> Response:
    facts: dict[str, Any] = {"listed": listed, "wrong": wrong, "What": What, "labels": party_headings.LABELS}
    if listed.stage is Stage.UNREADABLE:
        facts["why"] = str(reason(listed.reason))
    elif listed.stage is Stage.IMPORTED:
        facts |= {"counts": Counter(each["what"] for each in listed.results), "rows": listed.results[:SHOWN]}
    elif listed.stage is not Stage.READING:
        lines = list(party_lines.of(listed))
        facts |= {"counts": Counter(line.what.value for line in lines), "lines": _wrong_first(lines)[:SHOWN]}
        facts |= {"seen": party_lines.digest(lines), "heads": list(enumerate(listed.cells[0][1]))}
    return page("spreadsheets/party_list.html", status, **facts)


def _wrong_first(lines: list[party_lines.Line]) -> list[party_lines.Line]:
    return sorted(lines, key=lambda line: (line.what is not What.WRONG, line.number))


@bp.post("/counterparties/<int:list_id>/columns")
@requires(Permission.EDIT)
def say_party_columns(list_id: int):
    """Which column is what; the lines are shown anew."""
    listed = party_arriving.held_at(_found(list_id).id, Stage.TO_MAP, Stage.CHECKED)
    if listed:
        said = {name: request.form.get(f"column-{name}", -1, int) for name in party_headings.WORDS}
        listed.columns = {name: column for name, column in said.items() if 0 <= column < 1000}
        listed.is_customers, listed.stage = request.form.get("as") == "customer", Stage.CHECKED
        commit()
    return redirect(url_for(".party_list", list_id=list_id), 303)


@bp.post("/counterparties/<int:list_id>/lines")
@requires(Permission.EDIT)
def import_party_list(list_id: int):
    """Do what was shown."""
    found = _found(list_id)
    try:
        party_making.make(found.id, request.form.get("seen", ""), by=current_user)
    except party_making.Otherwise as refused:
        db.session.rollback()
        return _shown(_found(list_id), 409, str(refused))
    commit()
    flash(_("Imported."))
    return redirect(url_for(".party_list", list_id=list_id), 303)
