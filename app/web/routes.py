"""What belongs to no package: the load balancer's question, and the language of the pages."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, session
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.tasks.jobs import commit
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
            current_user.language = chosen
            commit()
    return redirect(local(request.form.get("next")), 303)
