"""Where the pages of actions hang, and how they find what they are about."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from app.dunning.action_models import Action
from app.extensions import db
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission

bp = Blueprint("dunning", __name__)


def here() -> Company:
    """The company looked at, in which one works with documents."""
    return company_where(Permission.EDIT)


def seen(action_id: int) -> Action:
    """The action, where the signed-in person may know of it."""
    return db.one_or_404(Action.visible_to(current_user).where(Action.id == action_id))
