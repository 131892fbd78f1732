"""A document that a program brings in: through the same entrance as all others, once for each key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.api.models import ApiRequest, ApiToken
from app.core.database import insert_unless_there
from app.core.errors import Refused
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.intake import arrival, types, uploads
from app.intake.jobs import open_message
from app.intake.models import Message, Source
from app.tasks.jobs import commit


class Another(Refused):
    """The key was used before, for something else."""


def bring(token: ApiToken, file: FileStorage, direction: Direction, key: str) -> dict[str, Any]:
    """Take this file in, and what is answered; with a `key` used before, what was answered then.

    Durable and logged before it is opened; a crash in between leaves its task, which opens it.
    """
    is_mail, name = types.judge(uploads.head_of(file)).kind == "mail", uploads.name_of(file)
    company, user = token.company, token.user
    commit()  # no transaction stays open while bytes are written
    kept = store.keep(uploads.pieces_of(file), types.MEDIA["mail"] if is_mail else types.UNKNOWN)
    asked = _reserved(token, key, kept.sha256, direction) if key else None
    if asked and asked.message:
        return asked.answer or told(asked.message)
    facts = {"company": company, "direction": direction, "source": Source.API, "by": user, "name": name}
    message = arrival.enter(kept, is_mail=is_mail, **facts)
    db.session.flush()
    if asked:
        asked.message = message
    commit()
    open_message(message.id)
    answer = told(message)
    if asked:
        asked.answer = answer
    commit()
    return answer


def _reserved(token: ApiToken, key: str, sha256: str, direction: Direction) -> ApiRequest:
    """The row of this key, made where there is none; whoever asks at the same moment waits here."""
    facts = {"user_id": token.user_id, "company_id": token.company_id, "key": key}
    db.session.execute(insert_unless_there(db.session(), ApiRequest), [facts | {"sha256": sha256}])
    asked = db.session.scalars(select(ApiRequest).filter_by(**facts).with_for_update()).one()
    if asked.sha256 != sha256 or (asked.message and asked.message.direction is not direction):
        raise Another("This Idempotency-Key was used before, with another file or another direction.")
    return asked


def told(message: Message) -> dict[str, Any]:
    """What the answer says: the first document with its status, and all of them."""
    documents = [part.document for part in message.parts if part.document]
    listed = [{"id": each.id, "status": each.status.value} for each in documents]
    first = listed[0] if listed else {"id": None, "status": message.state.value}
    return {**first, "message": message.id, "documents": listed}
