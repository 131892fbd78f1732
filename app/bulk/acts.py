"""What each act does to one document: the verb a person would use on its page, with all its guards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.bulk.models import Act
from app.core.errors import Refused
from app.documents import assigning, decisions, doubts, editing, moving, paying, retention, sent, tagging, words
from app.documents.models import Category, Document, PaidMeans, SentMeans
from app.extensions import db
from app.tags import keeping
from app.users.models import Company, User

Verb = Callable[[Document, dict[str, Any], User], Any]


def validate(document: Document, _said: dict[str, Any], by: User) -> None:
    """Only what nobody needs to look at: complete, without a twin, nothing flagged, implausible or read unsurely."""
    if not document.validated_at and not document.trashed_at:
        _check_sure(document)
    decisions.validate(document, by=by)


def _check_sure(document: Document) -> None:
    if document.flags:  # such as an e-invoice that says another amount than its page (SAFETY S29)
        raise Refused(_("There is something to look at. Check it beside its page."))
    if found := doubts.of(document):
        raise Refused(_("%(doubts)s Check it beside its page.", doubts=" ".join(found.values())))
    if document.unsure:
        fields = words.listed(document.unsure, document.direction)
        raise Refused(_("Not read for sure: %(fields)s. Check it beside its page.", fields=fields))


def categorise(document: Document, said: dict[str, Any], by: User) -> None:
    """Another accounting category, of its company and for its direction."""
    editing.check_place(document)  # also where it would be no change
    category = db.session.get(Category, said.get("category_id") or 0)
    if category is None or category.company_id != document.company_id or category.archived_at:
        raise Refused(_("This choice no longer exists: choose again."))
    if category.direction and category.direction is not document.direction:
        raise Refused(_("“%(name)s” is not a category for it.", name=category.name))
    if category is document.category:
        raise Refused(_("It is so already."))
    editing.edit(document, {"category_id": category.id}, by=by, version=document.version)


def assign(document: Document, said: dict[str, Any], by: User) -> None:
    """Somebody in charge, or nobody."""
    user = db.session.get(User, said["user_id"]) if said.get("user_id") else None
    if said.get("user_id") and user is None:
        raise Refused(assigning.not_here())
    if user is document.assignee:
        raise Refused(_("It is so already."))
    assigning.assign(document, user, by=by)


def move(document: Document, said: dict[str, Any], by: User) -> None:
    """To another company; both are the person's to edit."""
    company = db.session.scalar(Company.visible_to(by).where(Company.id == (said.get("company_id") or 0)))
    if company is None:
        raise Refused(_("This choice no longer exists: choose again."))
    moving.move(document, company, by=by)


def pay(document: Document, said: dict[str, Any], by: User) -> None:
    """All that is open of it was paid on that day, by these means."""
    if said.get("means") not in set(PaidMeans) or not said.get("paid_date"):
        raise Refused(_("Say how and on which day it was paid."))
    paying.pay(document, by=by, on=date.fromisoformat(said["paid_date"]), means=PaidMeans(said["means"]))


def mark_sent(document: Document, _said: dict[str, Any], by: User) -> None:
    """It reached its customer another way, or need not: it counts from now on (SPEC SE-6)."""
    if not document.is_to_send:
        raise Refused(_("It is not to be sent."))
    sent.sent(document, SentMeans.MARKED, by=by)


def untag(document: Document, said: dict[str, Any], by: User) -> None:
    """Without the tag of this name."""
    tag = keeping.called(document.company, str(said.get("tag", "")))
    if tag is None or tag not in document.tags:
        raise Refused(_("It does not have this tag."))
    tagging.take_off(document, [tag], by=by)


VERBS: dict[Act, Verb] = {
    Act.VALIDATE: validate,
    Act.TAG: lambda document, said, by: tagging.put_called(document, str(said.get("tag", "")), by=by),
    Act.UNTAG: untag,
    Act.CATEGORISE: categorise,
    Act.ASSIGN: assign,
    Act.MOVE: move,
    Act.PAY: pay,
    Act.MARK_SENT: mark_sent,
    Act.TRASH: lambda document, said, by: retention.delete_by_hand(document, by=by, why=str(said.get("why", ""))),
    Act.RESTORE: lambda document, _said, by: decisions.restore(document, by=by),
}
"""Stages that come later add theirs; `pipeline` fills it."""
