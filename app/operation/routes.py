"""How the installation runs, for people who administer it and for what watches it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.dashboard import work
from app.extensions import db
from app.intake import watching
from app.intake.models import Source
from app.operation import exposition, overview, parts, problems, versions
from app.operation import failures as given_up
from app.operation import metrics as figures
from app.outbox.models import Mark
from app.tasks import sweep
from app.tasks.jobs import commit
from app.tasks.models import State
from app.web import navigation
from app.web.access import Permission, public, requires
from app.web.pages import page

bp = Blueprint("operation", __name__)
navigation.ONLY_FOR["operation.index"] = lambda: work.administers_all(current_user)
MARKS = (Mark.QUEUED, Mark.CLAIMED, Mark.TRANSMITTING, Mark.UNCERTAIN, Mark.REFUSED, Mark.SENT, Mark.CANCELLED)


def _only_who_administers_all() -> None:
    """Tasks and parts belong to the installation, not to one company: for others they are not there."""
    if not work.administers_all(current_user):
        abort(404)


@bp.get("/operation")
@requires(Permission.ADMINISTER)
def index():
    """Parts, work, failures, mails, disk, versions; asked again by itself, answered where something changed."""
    _only_who_administers_all()
    seen = _seen()
    seen["problems"] = problems.found(seen)
    mark = overview.digest(seen)
    if request.htmx and request.args.get("seen") == mark:
        return Response(status=204)
    return page("operation/index.html", **seen, seen=mark, states=list(State), marks=MARKS, sources=Source)


def _seen() -> dict[str, Any]:
    return {
        "parts": overview.part_lines(),
        "queues": overview.queue_lines(),
        "failures": given_up.groups(),
        "mails": overview.mail_counts(current_user),
        "last": overview.last_times(),
        "damaged": overview.damaged(),
        "paused": problems.paused(current_user),
        "folder_troubles": watching.trouble_count(),
        "room": overview.room(),
        "versions": {
            "Facteur": versions.facteur(),
            "Python": versions.python(),
            **dict([versions.database().split(" ", 1)]),
            "Redis": versions.redis(),
            "PyMuPDF": versions.library("PyMuPDF"),
        },
        "reader": next((sign.facts for sign in parts.find("ocr").signs if sign.facts), None),
    }


@bp.post("/operation/failures/<int:task_id>/attempts")
@requires(Permission.ADMINISTER)
def try_again(task_id: int):
    """Give it its attempts back."""
    _only_who_administers_all()
    sweep.try_again(db.one_or_404(work.failures().filter_by(id=task_id)))
    commit()
    flash(_("It is tried again in a moment."))
    return redirect(url_for(".index", _anchor="failures"), 303)


@bp.post("/operation/failures/attempts")
@requires(Permission.ADMINISTER)
def try_all_again():
    """Give all of one kind their attempts back."""
    _only_who_administers_all()
    count = sweep.try_all_again(request.form.get("kind", ""))
    commit()
    flash(ngettext("%(num)d task is tried again in a moment.", "%(num)d tasks are tried again in a moment.", count))
    return redirect(url_for(".index", _anchor="failures"), 303)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus; not there for who may not ask."""
    if not figures.may_ask(request):
        abort(404)
    return Response(exposition.written(figures.gauges()), content_type=exposition.TYPE)
