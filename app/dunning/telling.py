"""Telling the owner of what could not go by itself: once a day for each kind, however much it is."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.dunning import saying, words
from app.dunning.action_models import Action, ActionDocument, ActionState
from app.extensions import db
from app.notices.models import NoticeKind
from app.notices.subjects import Subject
from app.notices.telling import tell
from app.users.models import User

EXPECTED = {"", "manual", "by_hand"}
"""A person's from the beginning: nobody is told."""


def tell_owner(action: Action) -> None:
    """Whoever owns it, where it is theirs to do because it could not go by itself."""
    if action.owner is None or action.state is not ActionState.TO_DO or action.reason.get("key", "") in EXPECTED:
        return
    day = clock.today(action.counterparty.company)
    key = f"to-do:{action.company_id}:{action.kind.value}:{day}"
    tell(action.owner, NoticeKind.TO_SEND, key=key, company_id=action.company_id, about=action)


def subjects(user: User, ids: set[int]) -> dict[int, Subject]:
    """Those of these actions the person may know of: what and to whom, and why it could not go."""
    whole = (joinedload(Action.counterparty), selectinload(Action.covers).joinedload(ActionDocument.document))
    found = list(db.session.scalars(Action.visible_to(user).where(Action.id.in_(ids)).options(*whole)))
    seen = saying.visible(user, found)
    return {each.id: _subject(each, seen[each.id]) for each in found}


def _subject(action: Action, covered: list[ActionDocument]) -> Subject:
    said = {"what": saying.what(action, covered), "name": action.counterparty.name}
    return Subject(_("%(what)s, %(name)s", **said), f"/actions/{action.id}", words.in_words(action.reason))
