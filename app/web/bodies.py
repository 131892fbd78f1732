"""What a request may carry: pages send forms."""

from __future__ import annotations

from flask import Flask, abort, request


def init_app(app: Flask) -> None:
    """Look at all requests before their views do."""
    app.before_request(_no_json)


def _no_json() -> None:
    """JSON where a form belongs is not understood: the form library would take it for one, whatever its values are."""
    if request.is_json:
        abort(400)
