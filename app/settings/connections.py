"""Connections to accountants' software: of the installation, for every admin (SPEC AC-1)."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.accounting import connections as verbs
from app.accounting.connection_words import summary
from app.accounting.kinds import ConnectionKind
from app.accounting.models import Connection
from app.core.errors import Refused
from app.extensions import db
from app.outbox.composing import sender_address
from app.settings.blueprint import administered, bp
from app.settings.connection_forms import FORMS, NamedForm
from app.tasks.jobs import commit
from app.users import sessions
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

bp.add_app_template_global(summary, "connection_summary")


@bp.app_template_global()
def mail_leaves() -> bool:
    """Is there a mail server, so that anything can leave by e-mail?"""
    return bool(current_app.config["SETTINGS"].mail_url)


@bp.get("/connections")
@requires(Permission.ADMINISTER)
def connections():
    """All of them, with the companies that use each."""
    is_archived, archived = request.args.get("archived") == "yes", Connection.archived_at
    query = verbs.visible_to(current_user).where(archived.is_not(None) if is_archived else archived.is_(None))
    found = list(db.session.scalars(query))
    uses, sender = verbs.uses(found, current_user), sender_address()
    return page("settings/connections.html", connections=found, uses=uses, sender=sender, is_archived=is_archived)


@bp.get("/connections/new")
@requires(Permission.ADMINISTER)
def new_connection():
    """The form of a new one of this kind, or of one like another."""
    like = db.session.scalar(verbs.visible_to(current_user).where(Connection.id == _like()))
    form = FORMS[like.kind if like else _kind(request.args)](formdata=None)
    if like:
        form.show(like)
        form.name.data = ""
    return _page(form)


@bp.post("/connections")
@requires(Permission.ADMINISTER)
def add_connection():
    """Add it; companies choose it in their own settings."""
    form = FORMS[_kind(request.form)]()
    if not form.validate():
        return _page(form, 422)
    try:
        added = verbs.create(form.kind, form.facts(), by=current_user, at=_here())
    except Refused as refused:
        return _blamed(form, refused)
    commit()
    flash(_("“%(name)s” is added. Now choose it where a company shares its documents.", name=added.name))
    return redirect(url_for(".connections"), 303)


@bp.get("/connections/<int:connection_id>")
@requires(Permission.ADMINISTER)
def connection(connection_id: int):
    """What goes by it, and how."""
    found = _connection(connection_id)
    form = FORMS[found.kind](formdata=None)
    form.show(found)
    return _page(form, found=found)


@bp.post("/connections/<int:connection_id>")
@requires(Permission.ADMINISTER)
def change_connection(connection_id: int):
    """Change it for all who use it, where those are one's own to administer."""
    found = _connection(connection_id)
    form = FORMS[found.kind]()
    verbs.refuse_of_others(found, current_user)
    if not form.validate():
        return _page(form, 422, found)
    try:
        changed = verbs.change(found, form.facts(), by=current_user, at=_here())
    except Refused as refused:
        return _blamed(form, refused, found)
    commit()
    flash(_("Saved.") if changed else _("Nothing was changed."))
    return redirect(url_for(".connection", connection_id=found.id), 303)


@bp.post("/connections/<int:connection_id>/archiving")
@requires(Permission.ADMINISTER)
def archive_connection(connection_id: int):
    """Out of the choices, or back."""
    found = _connection(connection_id)
    verbs.archive(found, by=current_user, at=_here(), back=request.form.get("wanted") == "no")
    commit()
    flash(_("Archived.") if found.archived_at else _("Taken back."))
    return redirect(url_for(".connections"), 303)


def _connection(connection_id: int) -> Connection:
    return db.one_or_404(verbs.visible_to(current_user).where(Connection.id == connection_id))


def _like() -> int:
    return request.args.get("like", 0, row_id)


def _kind(said: dict[str, str]) -> ConnectionKind:
    """The kind asked for; by e-mail, unless told."""
    return ConnectionKind(said["kind"]) if said.get("kind") in set(ConnectionKind) else ConnectionKind.MAIL


def _here() -> Company:
    """The company looked at, or another one is admin of: in its trail stands what nobody uses yet."""
    mine, current = administered(), sessions.current_company()
    return current if current in mine else mine[0]


def _page(form: NamedForm, status: int = 200, found: Connection | None = None) -> Response:
    use = verbs.uses([found], current_user)[found.id] if found else verbs.Use()
    known = {"connection": found, "use": use, "sender": sender_address(), "kinds": ConnectionKind}
    return page("settings/connection.html", status, form=form, **known)


def _blamed(form: NamedForm, refused: Refused, found: Connection | None = None) -> Response:
    db.session.rollback()
    form.name.errors = [str(refused)]
    return _page(form, 422, found)
