"""The one way stored bytes leave: as a download that no browser shows (SAFETY R13)."""

from __future__ import annotations

import io
import re

import structlog
from flask import Response, send_file
from flask_babel import gettext as _

from app.files import store
from app.files.models import File
from app.web.errors import answer

log = structlog.get_logger()

SANDBOX = "sandbox; default-src 'none'"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def as_download(file: File, name: str) -> Response:
    """The bytes, checked against their hash, under a name that is only a name."""
    response = send_file(
        io.BytesIO(store.read(file)),
        mimetype=file.type or "application/octet-stream",
        as_attachment=True,
        download_name=safe_name(name) or f"{file.sha256[:12]}.bin",
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def damaged(file: File) -> Response:
    """The answer where the stored bytes are not what they were; noted in the log alone, as reading changes nothing."""
    log.error("file.damaged", file=file.id)
    text = _("The stored file is missing or was changed, so it is not given out. An admin can look for it in a backup.")
    return answer(410, text=text)


def safe_name(name: str) -> str:
    """A file name without folders, line breaks or marks that turn the reading direction."""
    return _UNSAFE.sub("_", name).strip("._ ")[-150:]
