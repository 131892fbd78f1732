"""Pages: what customers answered, one of them with the mail it answers, and answering back (SPEC DN-2)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.dunning import answering, replies
from app.dunning.blueprint import bp, here
from app.dunning.customer_models import Reply
from app.extensions import db
from app.intake.models import Message
from app.tasks.jobs import commit
from app.users.models import Company, User
from app.web import keyset
from app.web.access import Permission, demand, requires
from app.web.pages import page

NEWEST = keyset.Order(Reply.id, keyset.whole)
LATEST = 5
bp.add_app_template_test(replies.is_stranger, "from_stranger")


def _in(company: Company, user: User, *, is_read: bool) -> Select[tuple[Reply]]:
    mine = Reply.visible_to(user).where(Reply.company_id == company.id)
    return mine.where(Reply.read_at.is_not(None) if is_read else Reply.read_at.is_(None))


@bp.get("/actions/replies", endpoint="replies")
@requires(Permission.EDIT)
def index():
    """What customers answered: what nobody read first, or what was read; the newest first."""
    company, is_read, said = here(), request.args.get("read") == "yes", request.args
    query = _in(company, current_user, is_read=is_read)
    query = query.options(joinedload(Reply.counterparty), joinedload(Reply.read_by))
    leaf = keyset.leaf(query, NEWEST, Reply.id, before=said.get("before", ""), after=said.get("after", ""))
    read = {"read": "yes"} if is_read else {}
    pages = {
        "previous_url": url_for(".replies", **read, before=leaf.before) if leaf.before else None,
        "next_url": url_for(".replies", **read, after=leaf.after) if leaf.after else None,
    }
    shown = {"replies": [row[0] for row in leaf.rows], "pages": pages, "is_read": is_read}
    return page("dunning/replies.html", company=company, tabs=_tabs(company), **shown)


def _tabs(company: Company) -> list[dict[str, Any]]:
    is_read, tabs = request.args.get("read") == "yes", []
    for label, wanted, query in ((_("Unread"), False, {}), (_("Read"), True, {"read": "yes"})):
        rows = _in(company, current_user, is_read=wanted).with_only_columns(Reply.id).subquery()
        count = None if wanted else db.session.scalar(select(func.count()).select_from(rows))
        tabs.append({"label": label, "url": url_for(".replies", **query), "count": count, "active": wanted == is_read})
    return tabs


def _found(reply_id: int) -> Reply:
    return db.one_or_404(Reply.visible_to(current_user).where(Reply.id == reply_id))


@bp.get("/actions/replies/<int:reply_id>")
@requires(Permission.EDIT)
def reply(reply_id: int):
    """What somebody answered, to what, and what it is about; looking at it does not mark it as read."""
    return _shown(_found(reply_id))


def _shown(found: Reply, status: int = 200, **typed: Any) -> Response:
    action = found.action
    ids = [each.document_id for each in action.covers] if action else []
    documents = db.session.scalars(Document.visible_to(current_user).where(Document.id.in_(ids)).order_by(Document.id))
    message = db.session.scalar(Message.visible_to(current_user).where(Message.id == found.message_id))
    context = {"documents": list(documents), "message": message, "answers": answering.answers_to(found)}
    context |= {"subject": answering.subject_of(found), "version": answering.count(found)}
    return page("dunning/reply.html", status, reply=found, **(context | typed))


@bp.post("/actions/replies/<int:reply_id>/reading")
@requires(Permission.EDIT)
def read(reply_id: int):
    """Somebody saw to it."""
    replies.read(found := _found(reply_id), by=current_user)
    commit()
    flash({"text": _("Read: reminders go on."), "undo_url": url_for(".unread", reply_id=found.id)}, "message")  # type: ignore[arg-type]
    return redirect(url_for(".replies"), 303)


@bp.post("/actions/replies/<int:reply_id>/unread")
@requires(Permission.EDIT)
def unread(reply_id: int):
    """It is to be seen to after all."""
    replies.unread(found := _found(reply_id), by=current_user)
    commit()
    flash(_("Unread again: this customer is not reminded meanwhile."))
    return redirect(url_for(".reply", reply_id=found.id), 303)


@bp.post("/actions/replies/<int:reply_id>/answer")
@requires(Permission.SEND_MAILS)
def answer(reply_id: int):
    """Write back; what was typed comes back where it cannot be sent."""
    found = _found(reply_id)
    demand(Permission.SEND_MAILS, found.company_id)
    text, version = request.form.get("text", ""), request.form.get("version", -1, type=int)
    try:
        answering.answer(found, text, version=version, by=current_user)
    except Refused as refused:
        db.session.rollback()
        return _shown(_found(reply_id), 422, text=text, wrong=str(refused))
    commit()
    flash(_("Your answer is in the outbox."))
    return redirect(url_for(".reply", reply_id=found.id), 303)


def tell(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """For the customer's page: the latest answers."""
    latest = Reply.visible_to(user).where(Reply.counterparty_id == counterparty.id).order_by(Reply.id.desc())
    return {"latest_replies": list(db.session.scalars(latest.limit(LATEST)))}
