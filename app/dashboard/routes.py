"""Home: what waits for me."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select

from app.dashboard import work
from app.documents import figures
from app.documents.models import Direction
from app.extensions import db
from app.intake import addresses
from app.tasks import sweep
from app.tasks.jobs import commit
from app.tasks.models import Task
from app.users.sessions import current_company
from app.web.access import Permission, allowed, requires
from app.web.pages import page

bp = Blueprint("dashboard", __name__)
MOST_FAILURES = 100


@bp.get("/")
@requires(Permission.SEE_OWN_PAGES)
def home():
    """A list of work, each line one click from it; the first steps where nothing has arrived yet."""
    company = current_company() or abort(404)
    mine = {}
    if allowed(current_user, Permission.EDIT, company.id):
        mine = {direction: addresses.full(addresses.living(company, direction)) for direction in Direction}
    return page(
        "dashboard/home.html",
        lines=work.lines(current_user, company),
        is_new=work.is_new(company),
        addresses=mine,
        sums=figures.by_direction(current_user, company),
        directions=list(Direction),
    )


@bp.get("/failures")
@requires(Permission.ADMINISTER)
def failures():
    """Work that was given up, with the reason and a button to try again."""
    tasks = db.session.scalars(_failures().limit(MOST_FAILURES))
    return page("dashboard/failures.html", tasks=list(tasks), names=work.names_of_work())


def _failures() -> Select[tuple[Task]]:
    """For those who are admins everywhere: tasks belong to the installation, not to one company."""
    return work.failures() if work.administers_all(current_user) else work.failures().where(False)


@bp.post("/failures/<int:task_id>/attempts")
@requires(Permission.ADMINISTER)
def try_again(task_id: int):
    """Give it its attempts back."""
    task = db.one_or_404(_failures().filter_by(id=task_id))
    sweep.try_again(task)
    commit()
    flash(_("It is tried again in a moment."))
    return redirect(url_for("dashboard.failures"), 303)
