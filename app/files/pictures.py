"""The pictures of the pages of a file, as they were drawn when it was read."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, send_file

from app.files import store
from app.files.models import File


def path(file: File, number: int) -> Path:
    """Where the picture of one page lies, if it was drawn."""
    return store.pages_folder(file) / f"page-{number}.png"


def shown(file: File, number: int) -> Response:
    """The picture of one page; 404 where it was not drawn."""
    if not path(file, number).is_file():
        abort(404)
    response = send_file(path(file, number), "image/png", etag=False, conditional=False)
    response.headers["Cache-Control"] = "private, no-store"
    return response
