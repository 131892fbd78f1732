"""What gateways are handed: what waits, what left, what needs a decision, beside the outbox of mails."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select

from app.channels import calling, deciding, sealed
from app.channels.blueprint import bp, message_of_mine, to_message
from app.channels.models import GatewayMessage
from app.extensions import db
from app.outbox.models import Mark
from app.tasks.jobs import commit
from app.web import keyset
from app.web.access import Permission, requires
from app.web.pages import page

NEWEST = keyset.Order(GatewayMessage.id, keyset.whole)
TABS = (Mark.QUEUED, Mark.UNCERTAIN, Mark.REFUSED, Mark.SENT, Mark.CANCELLED)
LEAVING = (Mark.QUEUED, Mark.CLAIMED, Mark.TRANSMITTING)


@bp.get("/gateway-messages")
@requires(Permission.ADMINISTER)
def messages():
    """Messages by mark, newest first."""
    said = request.args
    mark = Mark(said["mark"]) if said.get("mark") in {each.value for each in TABS} else Mark.QUEUED
    mine = GatewayMessage.visible_to(current_user).where(GatewayMessage.mark.in_(_shown_under(mark)))
    leaf = keyset.leaf(mine, NEWEST, GatewayMessage.id, before=said.get("before", ""), after=said.get("after", ""))
    pages = {
        "previous_url": url_for(".messages", mark=mark.value, before=leaf.before) if leaf.before else None,
        "next_url": url_for(".messages", mark=mark.value, after=leaf.after) if leaf.after else None,
    }
    shown = [row[0] for row in leaf.rows]
    return page("channels/messages.html", messages=shown, mark=mark, tabs=_tabs(mark), pages=pages)


def _shown_under(mark: Mark) -> tuple[Mark, ...]:
    return LEAVING if mark is Mark.QUEUED else (mark,)


def _tabs(current: Mark) -> list[dict[str, object]]:
    visible = GatewayMessage.visible_to(current_user).subquery()
    counts = dict(db.session.execute(select(visible.c.mark, func.count()).group_by(visible.c.mark)).all())
    return [
        {
            "label": mark.label,
            "url": url_for(".messages", mark=mark.value),
            "count": sum(counts.get(each, 0) for each in _shown_under(mark)),
            "active": mark is current,
        }
        for mark in TABS
    ]


@bp.get("/gateway-messages/<int:gateway_message_id>")
@requires(Permission.ADMINISTER)
def message(gateway_message_id: int):
    """One message as it will leave or left, with what the gateway said."""
    found = message_of_mine(gateway_message_id)
    has_gateway = bool(calling.address_of(found.carries))
    facts = {"has_gateway": has_gateway, "reference": calling.reference_of(found), "text": sealed.shown(found)}
    return page("channels/message.html", message=found, **facts)


@bp.post("/gateway-messages/<int:gateway_message_id>/sending")
@requires(Permission.ADMINISTER)
def send_message_again(gateway_message_id: int):
    """Queue it once more."""
    deciding.send_again(found := message_of_mine(gateway_message_id), by=current_user)
    commit()
    flash(_("The message is queued again."))
    return to_message(found)


@bp.post("/gateway-messages/<int:gateway_message_id>/arrival")
@requires(Permission.ADMINISTER)
def message_arrived(gateway_message_id: int):
    """Settle an uncertain message as sent."""
    deciding.has_arrived(found := message_of_mine(gateway_message_id), by=current_user)
    commit()
    flash(_("Noted: the message arrived."))
    return to_message(found)


@bp.post("/gateway-messages/<int:gateway_message_id>/cancellation")
@requires(Permission.ADMINISTER)
def cancel_message(gateway_message_id: int):
    """Keep it from leaving."""
    deciding.cancel(found := message_of_mine(gateway_message_id), by=current_user)
    commit()
    flash(_("The message will not be sent."))
    return to_message(found)
