"""Pages: the runs, and one of them; a run is begun by hand."""

from __future__ import annotations

from collections import Counter

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounting import run_list, runs, selecting, sight
from app.accounting.blueprint import bp
from app.accounting.kinds import Cause
from app.accounting.report import Report, report
from app.documents.models import Document
from app.extensions import db
from app.tasks.jobs import commit
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/runs")
@requires(Permission.SEE_FIGURES)
def all_runs():
    """All of them, the newest first."""
    company = sight.here()
    shown = run_list.list_page(current_user, company, request.args)
    return page("accounting/runs.html", here=company, tab_here="all_runs", **shown)


@bp.post("/runs")
@requires(Permission.ADMINISTER)
def start():
    """Begin one now, with the guards of the daily one."""
    company = company_where(Permission.ADMINISTER)
    sharing = runs.shared(company)
    if under_way := runs.open_run(company):
        flash(_("A run is under way already: here it is."))
        return redirect(url_for(".run", run_id=under_way.id), 303)
    if db.session.scalar(selecting.candidates(sharing).with_only_columns(Document.id).limit(1)) is None:
        flash(_("There is nothing to send as things stand. No run was begun."))
        return redirect(url_for(".index"), 303)
    run = runs.start(company, Cause.HAND, by=current_user)
    commit()
    flash(_("The run has begun: its mails leave one after the other."))
    return redirect(url_for(".run", run_id=run.id), 303)


@bp.get("/runs/<int:run_id>")
@requires(Permission.SEE_FIGURES)
def run(run_id: int):
    """One run: its mails and documents, what went wrong, what remained; asked again by itself until it is over."""
    found = sight.run_or_404(run_id)
    told = report(found, current_user)
    seen = _seen(told)
    if request.htmx and request.args.get("seen") == seen:
        return Response(status=204)
    return page("accounting/run.html", run=found, report=told, seen=seen, here=found.company)


def _seen(told: Report) -> str:
    """Changes when something on the page does."""
    marks = Counter(envelope.mail.mark.value for envelope, _documents in told.mails if envelope.mail)
    states = [f"{name}{count}" for name, count in sorted(marks.items())]
    return "-".join([*states, str(len(told.errors)), str(bool(told.run.planned_at)), str(bool(told.run.ended_at))])
