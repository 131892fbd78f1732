"""The blueprint of the ways in, and what its pages ask first."""

from __future__ import annotations

from flask import Blueprint, abort, request

from app.documents.models import Direction
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
