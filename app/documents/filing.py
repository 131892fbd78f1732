"""The file of a document that had none: added later."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.errors import Refused
from app.documents import status, twins
from app.documents.models import Document, DocumentFile, FileRole
from app.extensions import db
from app.files.models import File
from app.users.models import User


def add(document: Document, file: File, name: str, *, by: User) -> None:
    """Make it the original of a document that was entered without one."""
    taken = twins.same_bytes(document.company_id, file, but=document)
    db.session.refresh(document, with_for_update=True)
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if document.original:
        raise Refused(_("It has a file already. Nothing was changed."))
    if taken:
        raise Refused(_("This file belongs to another document already. Nothing was changed."))
    if attached := next((each for each in document.files if each.file_id == file.id), None):
        attached.role = FileRole.ORIGINAL
    else:
        each = DocumentFile(file=file, name=name[:300], role=FileRole.ORIGINAL, added_by_id=by.id)
        document.files.append(each)
    status.settle_files(document, by=by, act="attached", changes={"file": [None, name]})
