"""Doing it: each document by itself, so that one that stays keeps no other from moving."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.bulk.acts import VERBS
from app.bulk.models import Act, BulkAct
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import decisions, hidden_twins
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Permission

AT_ONCE = 200
"""So many are done while the person waits; more of them by a task, with a page that shows how far it is."""
PORTION = 50
"""So many in one transaction of the task."""
MOST = 10_000


def begin(company: Company, act: Act, ids: list[int], said: dict[str, Any], *, by: User) -> BulkAct:
    """Note what is to be done, to those of these documents the person may change; raises `Refused` for none."""
    allowed = Document.company_id.in_(by.company_ids(Permission.EDIT))
    wanted = list(dict.fromkeys(ids))
    mine = set()
    for start in range(0, len(wanted), 500):
        some = Document.visible_to(by).where(allowed, Document.id.in_(wanted[start : start + 500]))
        mine |= set(db.session.scalars(some.with_only_columns(Document.id)))
    if not mine:
        raise Refused(_("Select at least one document."))
    bulk = BulkAct(company=company, act=act, by=by, arguments=said, ids=[each for each in wanted if each in mine])
    db.session.add(bulk)
    db.session.flush()
    return bulk


def go_on(bulk: BulkAct, most: int) -> bool:
    """Do it to the next ones; True where all are through. Twice at once, each document is done once."""
    db.session.refresh(bulk, with_for_update=True)
    if bulk.ended_at:
        return True
    results = dict(bulk.results)
    for document_id in [each for each in bulk.ids if str(each) not in results][:most]:
        results[str(document_id)] = _do(bulk, document_id)
    bulk.results = results
    if len(results) >= len(bulk.ids):
        bulk.ended_at = clock.now()
    db.session.flush()
    return bulk.ended_at is not None


def _do(bulk: BulkAct, document_id: int) -> str:
    """Empty where it was done, else why not; nothing of a refused one is kept."""
    user, act, said = bulk.by, bulk.act, dict(bulk.arguments)
    allowed = Document.company_id.in_(user.company_ids(Permission.EDIT))
    document = db.session.scalar(Document.visible_to(user).where(allowed, Document.id == document_id))
    if document is None or user.is_disabled:
        return _("It is not there for you any more.")
    try:
        with db.session.begin_nested():
            VERBS[act](document, said, user)
    except decisions.HasTwin as twin:
        hidden_twins.tell_admins(document)
        return str(twin)
    except Refused as refused:
        return str(refused)
    return ""


def undo(bulk: BulkAct, *, by: User) -> BulkAct:
    """Take a deletion back: all that went into the trash comes out of it; once."""
    if bulk.act is not Act.TRASH or not bulk.done:
        raise Refused(_("There is nothing to take back."))
    if not change_if(db.session(), bulk, BulkAct.undone_at.is_(None), undone_at=clock.now()):
        raise Refused(_("It was taken back already."))
    return begin(bulk.company, Act.RESTORE, bulk.done, {}, by=by)
