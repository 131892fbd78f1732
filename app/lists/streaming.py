"""Answers that are made while they are sent, so that none of them is ever whole in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

from flask import Response
from werkzeug.http import dump_options_header


class Sink:
    """Where a ZIP is written to: what came in is taken out again at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """All pieces since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def entry(name: str, packed: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """A file of a ZIP, without the moment it was made: the same things make the same bytes."""
    made = zipfile.ZipInfo(name)
    made.compress_type, made.external_attr = packed, 0o600 << 16
    return made


def download(pieces: Iterable[bytes], name: str, type: str) -> Response:
    """An answer to be kept as a file of this name; its pieces are made when the request is over already."""
    response = Response((piece for piece in pieces if piece), mimetype=type)
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    response.headers["Cache-Control"] = "private, no-store"
    return response
