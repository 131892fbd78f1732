"""What a person sees when something cannot be done: what happened, what was kept, what to do."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flask import Flask, Response, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from app.core.errors import Refused
from app.extensions import db, login
from app.web import guard, parents

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Register the answers to all errors."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, wrong)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(InterfaceError, busy)
    app.register_error_handler(DataError, not_understood)
    app.register_error_handler(Exception, broken)


def refused(error: Refused) -> Response:
    """A rule forbids it: the sentence, nothing else on the page changes."""
    db.session.rollback()
    if request.htmx:
        flash(str(error), "error")
        response = make_response(render_template("web/_alerts.html", out_of_band=True), 422)
        response.headers["HX-Reswap"] = "none"
        return response
    return answer(422, text=str(error))


def stale_form(_error: CSRFError) -> Response:
    """The form's proof of origin is missing or too old; or the session it belonged to has ended."""
    if not current_user.is_authenticated and request.endpoint and not guard.is_public(request.endpoint):
        return guard.to_sign_in()
    return answer(
        403, text=_("This form is too old or came from elsewhere. Nothing was changed: reload and try again.")
    )


def wrong(error: HTTPException) -> Any:
    """Any HTTP error, in words."""
    if error.code is None or error.code < 400:
        return error
    if error.code == 405 and not _is_api() and (above := parents.page_above()):
        return redirect(above, 303)
    response = answer(error.code)
    told = error.get_response().headers
    response.headers.extend({name: told[name] for name in ("Allow", "Retry-After") if name in told})
    return response


def busy(error: OperationalError | InterfaceError) -> Response:
    """The database cannot be reached, or is locked for too long; so the page asks it for nothing, not even for whom."""
    g._login_user = login.anonymous_user()
    g.pop("sign_in", None)
    return broken(error, status=503)


def not_understood(_error: DataError) -> Response:
    """The database cannot keep such a value: a NUL in a text, a number beyond all bounds."""
    db.session.rollback()
    return answer(400)


def broken(error: Exception, status: int = 500) -> Response:
    """A fault of ours: the log has it under the id the person sees."""
    db.session.rollback()
    error_id = g.get("request_id") or secrets.token_hex(8)
    log.error("request.failed", error=error_id, endpoint=request.endpoint, exc_info=error)
    return answer(status, error_id=error_id)


def answer(code: int, text: str = "", error_id: str = "") -> Response:
    """The error's page, or its alert alone where htmx asked for a fragment; in JSON for a program."""
    if _is_api():
        said = {"error": text or words(code)[1]} | ({"id": error_id} if error_id else {})
        return make_response(said, code)
    if request.htmx:
        text = text or words(code)[1]
        flash(f"{text} ({error_id})" if error_id else text, "error")
        response = make_response(render_template("web/_alerts.html", out_of_band=True), code)
        response.headers["HX-Reswap"] = "none"
        return response
    told = {"code": code, "message": text, "error_id": error_id, "back_url": came_from() if code == 422 else ""}
    return make_response(render_template("web/error.html", **told), code)


def came_from() -> str:
    """The page of ours on which the refused form stands, with what was typed; empty where the browser does not say."""
    said = request.referrer or ""
    return said if said.startswith(request.host_url) else ""


def _is_api() -> bool:
    """Does a program ask, which reads no pages?"""
    return request.path.startswith("/api/")


def words(code: int) -> tuple[str, str]:
    """Title and meaning of a status code for a person."""
    known = {
        400: (_("Not understood"), _("The request could not be understood. Nothing was changed.")),
        403: (_("Not allowed"), _("You may not do this. Ask an admin if you think you should.")),
        404: (_("Not found"), _("There is nothing here, or nothing you may see.")),
        405: (_("Not understood"), _("This address is not meant to be opened this way. Nothing was changed.")),
        413: (_("Too large"), _("What you sent is larger than allowed. Nothing was kept.")),
        422: (_("Not possible"), _("This cannot be done. Nothing was changed.")),
        429: (_("Too many tries"), _("Too many tries in a short time. Wait a minute and try again.")),
        503: (_("Not now"), _("Facteur is busy. Nothing was changed: try again in a moment.")),
    }
    return known.get(
        code, (_("Something broke"), _("The fault is ours and was noted. Nothing was changed: try again."))
    )
