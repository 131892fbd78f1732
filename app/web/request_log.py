"""One line for each request, under an id a person sees when something breaks; no address, no query, no contents."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy import inspect

log = structlog.get_logger()
HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def init_app(app: Flask) -> None:
    """Follow all requests; to be called before anything else looks at them."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    g.began, g.request_id = time.monotonic(), _id()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _id() -> str:
    """The trusted proxy's, so that both logs can be read together; else our own."""
    said = request.headers.get(HEADER, "") if current_app.config["SETTINGS"].trusted_proxies else ""
    return said if _SANE.fullmatch(said) else secrets.token_hex(8)


def _tell(response: Response) -> Response:
    """An address may hold a token and a query a name, so the view is named instead."""
    response.headers[HEADER] = g.request_id
    took = round((time.monotonic() - g.began) * 1000)
    told = {"method": _method(), "endpoint": request.endpoint, "status": response.status_code, "ms": took}
    log.info("request", **told, user=_user_id())
    return response


def _method() -> str:
    """One of those that exist: a client may write anything there."""
    return request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"} else "other"


def _user_id() -> int | None:
    """Who is signed in, without asking the database again."""
    user = g.get("_login_user")
    state = inspect(user, raiseerr=False) if user is not None else None
    return state.identity[0] if state is not None and state.identity else None


def _end(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request")
