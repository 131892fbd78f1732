"""The settings' first page; the others hang on the same blueprint."""

from __future__ import annotations

from app.settings import (
    accountant,
    approving,
    assigning,
    categories,
    companies,
    connections,
    people,
    senders,
    sending,
    tags,
)
from app.settings.blueprint import administered, bp
from app.users import sessions
from app.web.access import Permission, requires
from app.web.pages import page

__all__ = [
    "accountant",
    "approving",
    "assigning",
    "bp",
    "categories",
    "companies",
    "connections",
    "people",
    "senders",
    "sending",
    "tags",
]


@bp.get("")
@requires(Permission.ADMINISTER)
def index():
    """Where to set up what: of the company looked at, and of all of them."""
    mine, current = administered(), sessions.current_company()
    return page("settings/index.html", company=current if current in mine else None, mine=mine)
