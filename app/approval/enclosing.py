"""What goes with the mail to an approver: the first page as a picture, and the file where it is not too large."""

from __future__ import annotations

from flask_babel import gettext as _

from app.documents.models import Document
from app.files import pictures, store
from app.files.models import File
from app.web.filters import size

PICTURE = "page"
"""Under which the mail shows it."""
LARGEST_PICTURE = 2 * 1024 * 1024
LARGEST_FILE = 8 * 1024 * 1024
"""With the letters it is written in, a mail of it is 11 MB: most servers take that."""
TAKEN = ("application/pdf", "image/")


def first_page(document: Document) -> dict[str, File]:
    """The picture of its first page, as it was drawn when it was read."""
    original = document.rendition or document.original
    path = pictures.path(original.file, 1) if original else None
    if path is None or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
        return {}
    return {PICTURE: store.keep(path.read_bytes(), type="image/png")}


def original(document: Document) -> tuple[list[tuple[File, str]], str]:
    """The file it was read from; or why it does not go with the mail."""
    each = document.original
    if each is None:
        return [], _("It has no file.")
    if not each.file.type.startswith(TAKEN):
        return [], _("Its file, %(name)s, is not sent by mail: download it from the page.", name=each.name)
    if each.file.size > LARGEST_FILE:
        told = {"name": each.name, "size": size(each.file.size)}
        return [], _("Its file, %(name)s (%(size)s), is too large for a mail: download it from the page.", **told)
    return [(each.file, each.name)], ""
