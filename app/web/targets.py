"""Where a form may send the person afterwards: to a page of this site, never elsewhere (SAFETY S81)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request
from werkzeug.urls import iri_to_uri


def local(target: str | None, default: str = "/") -> str:
    """`target` where it is a path of this site, else `default`."""
    target = target or ""
    parts = urlsplit(target) if _is_plain(target) else None
    if parts is None or parts.scheme or parts.netloc:
        return default
    return target


def onward(url: str) -> Response:
    """The page that comes next, as a whole, also after a form htmx has sent."""
    if not request.htmx:
        return redirect(url, 303)
    response = make_response("")
    response.headers["HX-Redirect"] = iri_to_uri(url)
    return response


def _is_plain(target: str) -> bool:
    """One leading slash, and nothing browsers read as another or drop: `//evil`, `/\\evil`, a tab between them."""
    return target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
