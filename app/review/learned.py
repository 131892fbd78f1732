"""What people's corrections have taught: shown beside a field and on a counterparty's page, and forgotten there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload

from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.documents.sight import only_visible
from app.extensions import db
from app.extraction import learning
from app.extraction.models import KeptLesson
from app.extraction.reading import Reading
from app.review import hints
from app.review.blueprint import bp
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, demand, requires

MOST = 50


@dataclass(frozen=True)
class Learned:
    """One line of the list; a document that is out of sight is not named."""

    id: int
    name: str
    at: datetime
    document: Document | None


def tell(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """For its page."""
    return {"learned": of(counterparty, user)}


def of(counterparty: Counterparty, user: User) -> list[Learned]:
    """What was learned from its documents, the newest first."""
    query = KeptLesson.visible_to(user).where(KeptLesson.counterparty_id == counterparty.id)
    living = query.where(KeptLesson.removed_at.is_(None)).options(joinedload(KeptLesson.document))
    found = list(db.session.scalars(living.order_by(KeptLesson.id.desc()).limit(MOST)))
    seen = {each.id for each in only_visible(user, [lesson.document for lesson in found if lesson.document])}
    return [
        Learned(
            lesson.id,
            hints.field_name(lesson.field),
            lesson.created_at,
            lesson.document if lesson.document_id in seen else None,
        )
        for lesson in found
    ]


def reasons(document: Document, reading: Reading) -> dict[str, str]:
    """Field of the reading → by whose correction it was read so."""
    taught = {name: int(found.lesson) for name, found in reading.fields.items() if found.lesson.isdigit()}
    if not taught:
        return {}
    query = KeptLesson.visible_to(current_user).where(
        KeptLesson.id.in_(taught.values()), KeptLesson.company_id == document.company_id
    )
    known = {each.id: each for each in db.session.scalars(query)}
    return {name: _reason(known[lesson]) for name, lesson in taught.items() if lesson in known}


def _reason(lesson: KeptLesson) -> str:
    supplier = lesson.counterparty.name
    if lesson.by is None:
        return _("As on an earlier document of %(supplier)s that was corrected.", supplier=supplier)
    who = lesson.by.name or lesson.by.email
    return _("As on an earlier document of %(supplier)s, corrected by %(who)s.", supplier=supplier, who=who)


@bp.post("/lessons/<int:lesson_id>/removal")
@requires(Permission.EDIT)
def forget(lesson_id: int):
    """Not to be used any more; it can be brought back at once."""
    lesson = _mine(lesson_id)
    learning.forget(lesson, by=current_user)
    commit()
    undo = url_for("review.remember", lesson_id=lesson_id)
    flash({"text": _("Forgotten: the next documents are read without it."), "undo_url": undo}, "message")  # type: ignore[arg-type]
    return _back(lesson)


@bp.post("/lessons/<int:lesson_id>/return")
@requires(Permission.EDIT)
def remember(lesson_id: int):
    """Bring back what was forgotten a moment ago."""
    lesson = _mine(lesson_id)
    learning.bring_back(lesson, by=current_user)
    commit()
    flash(_("Learned again."))
    return _back(lesson)


def _mine(lesson_id: int) -> KeptLesson:
    lesson = db.one_or_404(KeptLesson.visible_to(current_user).filter_by(id=lesson_id))
    demand(Permission.EDIT, lesson.company_id)
    return lesson


def _back(lesson: KeptLesson):
    return redirect(url_for("counterparties.show", counterparty_id=lesson.counterparty_id), 303)
