"""What belongs to no package: the load balancer's question, the language of the pages, the source code."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, send_file, session
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.config import ROOT
from app.extensions import db, limiter
from app.tasks.jobs import commit
from app.users import people
from app.web import source as own_source
from app.web.access import public
from app.web.language import LANGUAGES
from app.web.targets import local

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Does the database answer? For a load balancer: no session, no template, no detail."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ok\n", 200, mimetype="text/plain")


@bp.post("/language")
@public
def language():
    """Write the pages in this language from now on: for the person, or for this browser before signing in."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        if current_user.is_authenticated:
            people.rename(current_user, current_user.name, chosen)
            commit()
    return redirect(local(request.form.get("next")), 303)


@bp.get("/source.tar.gz")
@public
@limiter.limit("5 per minute")
def source() -> Response:
    """The source code of what runs here, for everyone who uses it."""
    packed = own_source.packed(ROOT)
    return send_file(packed, mimetype="application/gzip", as_attachment=True, download_name="facteur.tar.gz")
