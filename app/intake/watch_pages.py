"""Page: the watched folder of a company, for its admins."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from flask_login import current_user

from app.documents.models import Direction
from app.extensions import db
from app.intake import folder, watching
from app.intake.blueprint import bp, company_here
from app.intake.watched import WatchedFile
from app.web.access import Permission, demand, requires
from app.web.pages import page


@bp.get("/add/folder")
@requires(Permission.ADMINISTER)
def watched_folder():
    """Where a scanner drops its files, and what could not be taken."""
    company = company_here()
    demand(Permission.ADMINISTER, company.id)
    root, name = watching.root(), watching.names()[company.id]
    paths = [(each, str(root / name / folder.NAMES[each])) for each in Direction] if root else []
    query = WatchedFile.visible_to(current_user).where(WatchedFile.company_id == company.id, WatchedFile.reason != "")
    troubles = [(row.name, words(row.reason)) for row in db.session.scalars(query.order_by(WatchedFile.id).limit(100))]
    removed = current_app.config["SETTINGS"].watch_taken == "remove"
    facts = {"paths": paths, "troubles": troubles, "is_removed": removed, "here": company}
    return page("intake/folder.html", tab="folder", seconds=folder.STILL_SECONDS, taken=folder.TAKEN, **facts)


def words(reason: str) -> str:
    """Why it stays where it is, and what to do."""
    known = {
        "link": _("A link, or a file with a second name elsewhere: never followed. Put a copy in its place."),
        "folder": _("A folder: only files that lie directly in here are taken."),
        "not_allowed": _("Facteur may not read or move it: give its user read and write rights on this folder."),
        "too_large": _("Larger than what is taken. Scan it with fewer pages or a lower resolution."),
        "no_folder": _("The folder is not there: make it, or correct FACTEUR_WATCH_DIR."),
    }
    return known.get(reason, _("It cannot be read: look at it on the disk."))
