"""Every view is closed to who is not signed in, unless it says it is public."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, request, url_for
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


def to_sign_in() -> Response:
    """The sign-in page; in a fragment's place the browser is sent there as a whole."""
    here = request.full_path.rstrip("?") if request.method == "GET" and not request.htmx else ""
    target = url_for("users.sign_in", next=here or None)
    if request.htmx:
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    return redirect(target, 303)
