"""All that stands on the page of one action."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.audit import words as trail_words
from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Contact
from app.documents.comparing import page_numbers
from app.dunning import drafting, giving, rights, saying, telling, todo
from app.dunning.action_models import Action, ActionKind
from app.dunning.models import Channel
from app.dunning.todo import Tab
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed

MOST = 50
"""So much of what happened with it is told."""


def action_page(user: User, action: Action, draft: drafting.Draft) -> dict[str, Any]:
    """What it is about, who gets what, what this person may do, and what happened."""
    covered = saying.visible(user, [action])[action.id]
    is_open = action.state in giving.OPEN
    return {
        "action": action,
        "covered": covered,
        "what": saying.what(action, covered),
        "total": saying.total(action, covered),
        "why": "" if action.reason.get("key") in telling.EXPECTED else saying.why(action),
        "draft": draft,
        "said": _said(action),
        "seal": drafting.seal(action, draft),
        "today": clock.today(action.counterparty.company),
        "is_open": is_open,
        "is_call": action.channel is Channel.CALL,
        "may_send": is_open and rights.may_send(user, action.channel, action.company_id),
        "enclosed": enclosed(action) if is_open else [],
        "page_numbers": page_numbers,
        "phones": _phones(action),
        "may_promise": action.kind is ActionKind.REMINDER,
        "happened": happened(action),
        "sees_outbox": allowed(user, Permission.ADMINISTER, action.company_id),
        **beside(user, action),
    }


def _said(action: Action) -> dict[str, str]:
    """What left, without the links that only its reader may use; or what somebody wrote."""
    if action.mail is None:
        return {"subject": action.subject, "text": action.text}
    return {"subject": action.mail.subject, "text": action.mail.text}


def enclosed(action: Action) -> list[Any]:
    """The documents whose file goes along, as far as their step says so."""
    if action.channel not in {Channel.EMAIL, Channel.LETTER} or (action.step and not action.step.attaches_file):
        return []
    return [each.document for each in action.covers if each.document.original]


def _phones(action: Action) -> list[Contact]:
    """Whom one can call."""
    if action.channel not in {Channel.CALL, Channel.SMS}:
        return []
    query = select(Contact).where(Contact.counterparty_id == action.counterparty_id, Contact.phone != "")
    return list(db.session.scalars(query.order_by(Contact.id)))


def happened(action: Action) -> list[tuple[AuditEntry, str]]:
    """What the trail says of it, the latest first, each with its act in words."""
    entries = db.session.scalars(AuditEntry.about(action).limit(MOST))
    return [(entry, trail_words.act(entry.act)) for entry in entries]


def tab_of(action: Action) -> Tab:
    """The to-do list it belongs to."""
    return Tab.BILLING if action.kind is ActionKind.SENDING else Tab.REMINDERS


def beside(user: User, action: Action) -> dict[str, Any]:
    """Which of how many of one's own it is, and those before and after it; after the last comes the first."""
    places = todo.places(user, action.counterparty.company, tab_of(action))
    if action.id not in places:
        return {"place": None, "count": len(places), "previous": None, "following": next(iter(places), None)}
    at = places.index(action.id)
    following = next(iter(places[at + 1 :] + places[:at]), None)
    return {"place": at + 1, "count": len(places), "previous": places[at - 1] if at else None, "following": following}
