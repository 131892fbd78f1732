"""The blueprint of the ways in, what its pages ask first, and what they have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.documents.models import Direction
from app.extensions import db
from app.intake.models import Message
from app.intake.uploads import Taken
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand

bp = Blueprint("intake", __name__)


def company_here() -> Company:
    """The company looked at, where one may add to it."""
    return company_where(Permission.EDIT)


def chosen_direction() -> Direction:
    """Purchases, unless sales are asked for."""
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


def wants_json() -> bool:
    """Does our script send one file, rather than a plain form all of them?"""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def answer(taken: list[Taken]) -> tuple[dict[str, Any], int]:
    """What became of each file, for the script."""
    answers = [_answer(each) for each in taken]
    return {**answers[0], "files": answers}, max(each.code for each in taken)


def _answer(taken: Taken) -> dict[str, Any]:
    url = url_for("intake.show", message_id=taken.message_id) if taken.message_id else None
    return {"id": taken.message_id, "name": taken.name, "text": taken.text, "url": url, "outcome": taken.outcome}


def tell(taken: list[Taken]) -> None:
    """What became of each file, on the next page."""
    for each in taken:
        said = _("%(name)s: %(text)s", name=each.name, text=each.text) if each.name else each.text
        flash(said, each.kind)
