"""The blueprint of the ways in, and what its pages ask first."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask_login import current_user

from app.documents.models import Direction
from app.extensions import db
from app.intake.models import Message
from app.users.models import Company
from app.users.sessions import current_company
from app.web.access import Permission, demand

bp = Blueprint("intake", __name__)


def company_here() -> Company:
    """The company looked at, where one may add to it."""
    company = current_company() or abort(404)
    demand(Permission.EDIT, company.id)
    return company


def direction_said() -> Direction:
    """The direction the address or the form says; a purchase where it says none."""
    chosen = request.values.get("direction", "")
    return Direction(chosen) if chosen in {each.value for each in Direction} else Direction.PURCHASE


def message_or_404(message_id: int) -> Message:
    """A message the signed-in person may know about."""
    return db.one_or_404(Message.visible_to(current_user).where(Message.id == message_id))


def message_to_change(message_id: int) -> Message:
    """A message whose company one may add to: 404 where it is out of sight, 403 where one may only look."""
    message = message_or_404(message_id)
    demand(Permission.EDIT, message.company_id)
    return message
