"""Every view is closed to who is not signed in, unless it says it is public."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import login
from app.web.access import PUBLIC

UNDECLARED = object()


def init_app(app: Flask) -> None:
    """Guard all requests."""
    app.before_request(_signed_in)
    login.unauthorized_handler(to_sign_in)


def is_public(endpoint: str) -> bool:
    """May anyone open this?"""
    return endpoint in PUBLIC or getattr(current_app.view_functions[endpoint], "permission", UNDECLARED) is None


def _signed_in() -> Any:
    if request.endpoint and not is_public(request.endpoint) and not current_user.is_authenticated:
        return to_sign_in()
    return None


def to_sign_in() -> Any:
    """The sign-in page; for a fragment the browser is sent there as a whole, and a script is told in its words."""
    here = request.full_path.rstrip("?") if request.method == "GET" and not request.htmx else ""
    target = url_for("users.sign_in", next=here or None)
    if request.htmx:
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        words = _("You are signed out, so this was not kept. Sign in again, then try once more.")
        return {"text": words, "url": target, "outcome": "failed"}, 401
    return redirect(target, 303)
