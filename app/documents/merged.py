"""The documents of two counterparties that are merged (SPEC CP-1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select, update

from app.audit import trail
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import jobs, status
from app.documents.models import Document
from app.documents.wanted import OPEN
from app.extensions import db
from app.users.models import User

MOST = 2000
"""So many open ones are settled again in one go."""
IN_HAND = and_(Document.trashed_at.is_(None), or_(Document.validated_at.is_(None), OPEN))


def follow(gone: Counterparty, into: Counterparty, by: User) -> None:
    """All of the first one's are the second one's; what is open is settled again, as for any other change of it."""
    mine = select(Document).where(Document.counterparty_id == gone.id).order_by(Document.id)
    in_hand = list(db.session.scalars(mine.where(IN_HAND).limit(MOST + 1)))
    if len(in_hand) > MOST:
        raise Refused(_("More than %(most)s documents of it are open: pay or match some first.", most=MOST))
    for document in in_hand:
        _move(document, into)
        status.settle(document, by=by, act=ACT, changes=_changes(document, gone, into))
    for document in db.session.scalars(mine.execution_options(yield_per=500)):
        trail.record(document, by=by, act=ACT, changes=_changes(document, gone, into, 1))
    rest = update(Document).where(Document.counterparty_id == gone.id)
    db.session.execute(rest.values(counterparty_id=into.id, version=Document.version + 1))
    db.session.expire_all()
    jobs.follow_names(into)


ACT = "counterparty merged"


def _move(document: Document, into: Counterparty) -> None:
    document.counterparty, document.version = into, document.version + 1


def _changes(document: Document, gone: Counterparty, into: Counterparty, yet: int = 0) -> dict[str, Any]:
    names = {"counterparty": [gone.name, into.name], "counterparty_id": [gone.id, into.id]}
    return names | {"version": [document.version - 1 + yet, document.version + yet]}


def count(gone: Counterparty) -> tuple[Any, int]:
    """How many there are."""
    query = select(func.count()).select_from(Document).where(Document.counterparty_id == gone.id)
    return _("Documents"), db.session.scalar(query) or 0
