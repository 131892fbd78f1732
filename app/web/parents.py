"""The page above an address that only takes forms, for whoever opens such an address again."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def page_above() -> str | None:
    """The nearest address above this one that can be opened; None where nobody opens a page now."""
    if request.method != "GET" or request.htmx:
        return None
    adapter = current_app.create_url_adapter(request)
    path = request.path
    while adapter and len(path) > 1:
        path = path.rpartition("/")[0] or "/"
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            continue
        return path
    return None
