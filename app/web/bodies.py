"""What a request may carry: pages send forms, of a size a person could have typed; only files are large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, current_app, request

LONGEST_QUERY = 8 * 1024
ROOM = 10 * 1024 * 1024
"""What a form needs beside its largest file."""


def streamed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that reads its body itself, piece by piece, whatever it is called; it counts, and checks, itself."""
    view.is_streamed = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Look at all requests before anything reads them."""
    app.before_request(_limits)


def _limits() -> Response | None:
    if len(request.query_string) > LONGEST_QUERY:  # no page: each repeats its own address
        return Response("This address is too long. Nothing was changed.\n", 414, mimetype="text/plain")
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_streamed", False):
        request.max_content_length = current_app.config["SETTINGS"].largest_message
        return None
    if request.is_json:  # the form library would take it for a form, whatever its values are
        abort(400)
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
        if (request.content_length or 0) > current_app.config["MAX_FORM_MEMORY_SIZE"]:
            abort(413)
    return None
