"""Taking an import back: its documents go to the trash, but for those somebody has worked on since."""

from __future__ import annotations

from sqlalchemy import and_, exists, select

from app.documents.models import Document, DocumentFile
from app.documents.trash import trash
from app.extensions import db
from app.spreadsheets.models import Line, LineState, Stage, held_at
from app.users.models import User

PORTION = 100


def is_untouched():
    """Whether nobody decided, changed or completed a document since it was made."""
    has_file = exists().where(DocumentFile.document_id == Document.id)
    is_new = and_(Document.version == 1, Document.validated_at.is_(None), Document.trashed_at.is_(None))
    return and_(is_new, ~has_file)


def undo_portion(spreadsheet_id: int, user_id: int) -> bool:
    """Put the next untouched documents into the trash; False once none is left."""
    spreadsheet = held_at(spreadsheet_id, Stage.UNDOING)
    if spreadsheet is None:
        return False
    query = select(Line, Document).join(Document, Line.document_id == Document.id)
    query = query.where(Line.spreadsheet_id == spreadsheet_id, Line.state == LineState.MADE, is_untouched())
    query = query.order_by(Line.id).limit(PORTION).with_for_update(of=Document)  # nobody works on them meanwhile
    found = db.session.execute(query).all()
    user = db.session.get(User, user_id)
    for line, document in found:
        trash(document, by=user, why=spreadsheet.name)
        line.state, line.made_key = LineState.UNDONE, None
    if not found:
        spreadsheet.stage = Stage.UNDONE
    return bool(found)
