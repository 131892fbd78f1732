"""Taking a list with one, whole or some of it, and the views people come back to."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select

from app.core import clock
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.lists import columns, originals, party_tables, selecting, tables, views
from app.lists.blueprint import bp
from app.lists.models import SavedView
from app.lists.sources import ways_in
from app.lists.streaming import download
from app.tasks.jobs import commit
from app.users.models import Company
from app.users.sessions import current_company
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

__all__ = ["bp", "party_tables"]
MOST_TICKED = 500


def here() -> Company:
    """The company looked at."""
    return current_company() or abort(404)


# --- Tables and originals -------------------------------------------------------------------------


@bp.get("/documents/table.<any(csv, xlsx):kind>")
@requires(Permission.SEE_OWN_PAGES)
def table(kind: str):
    """All that the list shows, on all its pages, as a table."""
    query = selecting.listed(current_user, here(), request.args)
    return _table(kind, query, request.args.get("sort"))


@bp.post("/documents/table.<any(csv, xlsx):kind>")
@requires(Permission.SEE_OWN_PAGES)
def table_of_ticked(kind: str):
    """Those that were ticked as a table; it changes nothing."""
    return _table(kind, _ticked())


def _table(kind: str, query: Select[tuple[Document]], sort: str | None = None) -> Response:
    rows = selecting.told(query, partial(columns.row, sources=ways_in()), sort)
    return tables.table(kind, _file_name(), _("Documents"), columns.HEADS, rows)


@bp.get("/documents/originals.zip")
@requires(Permission.SEE_OWN_PAGES)
def all_originals():
    """The originals of all that the list shows."""
    return _originals(selecting.listed(current_user, here(), request.args), request.args.get("sort"))


@bp.post("/documents/originals.zip")
@requires(Permission.SEE_OWN_PAGES)
def originals_of_ticked():
    """The originals of those that were ticked; it changes nothing."""
    return _originals(_ticked())


def _originals(query: Select[tuple[Document]], sort: str | None = None) -> Response:
    originals.check_size(query)
    name = f"{_file_name()}.zip"
    return download(originals.pieces(selecting.told(query, originals.told, sort)), name, "application/zip")


def _ticked() -> Select[tuple[Document]]:
    ids = request.form.getlist("ids", type=row_id)[:MOST_TICKED]
    if not ids:
        raise Refused(_("Tick the documents first."))
    return selecting.ticked(current_user, here(), ids)


# --- Views ----------------------------------------------------------------------------------------


@bp.get("/documents/views")
@requires(Permission.SEE_OWN_PAGES)
def all_views():
    """The views one has, to rename, share and delete."""
    return _views()


def _views(status: int = 200, **wrong: Any) -> Response:
    mine = views.of(current_user, here())
    return page("lists/views.html", status, views=mine, may_change=views.may_change, **wrong)


@bp.post("/documents/views")
@requires(Permission.SEE_OWN_PAGES)
def keep_view():
    """Keep the list as it stands under a name; one that is none comes back as typed."""
    form = request.form
    query, is_shared = form.get("query", ""), form.get("is_shared") == "yes"
    try:
        view = views.keep(here(), form.get("name", ""), query, is_shared=is_shared, by=current_user)
    except Refused as refused:
        db.session.rollback()
        said = {"company": here(), "kept_query": views.plain(query), "typed": form, "problem": str(refused)}
        return page("lists/keep.html", 422, **said)
    commit()
    flash(_("The view “%(name)s” is kept.", name=view.name))
    return redirect(url_for("documents.index") + f"?{view.query}", 303)


@bp.post("/documents/views/<int:view_id>")
@requires(Permission.SEE_OWN_PAGES)
def change_view(view_id: int):
    """Rename it, share it, or keep it to oneself again; what is refused comes back as typed."""
    view, form = _mine(view_id), request.form
    try:
        views.change(view, form.get("name", ""), is_shared=form.get("is_shared") == "yes", by=current_user)
    except Refused as refused:
        db.session.rollback()
        return _views(422, wrong_id=view_id, typed=form, problem=str(refused))
    commit()
    flash(_("Saved."))
    return redirect(url_for(".all_views"), 303)


@bp.post("/documents/views/<int:view_id>/deletion")
@requires(Permission.SEE_OWN_PAGES)
def delete_view(view_id: int):
    """Give it up, with the way back at hand."""
    view = _mine(view_id)
    again = {"name": view.name, "query": view.query, "is_shared": "yes" if view.is_shared else ""}
    views.remove(view, by=current_user)
    commit()
    undo: dict[str, Any] = {"text": _("The view “%(name)s” is deleted.", name=again["name"]), "undo_fields": again}
    flash(undo | {"undo_url": url_for(".keep_view")}, "message")  # type: ignore[arg-type]
    return redirect(url_for(".all_views"), 303)


def _mine(view_id: int) -> SavedView:
    """The view, where the person may change it: 404 out of sight, 403 where it is the admins' to change."""
    view = db.one_or_404(SavedView.visible_to(current_user).where(SavedView.id == view_id))
    if not views.may_change(current_user, view):
        abort(403)
    return view


def _file_name() -> str:
    what = _("documents")
    return f"{what}-{clock.today(here())}"
