"""What documents tell on the pages of customers and suppliers, and the list of accounts they wait for."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from app.counterparties.models import Counterparty
from app.documents import party_timeline, search, showing, waiting_ibans
from app.documents.blueprint import bp
from app.users.models import User
from app.users.sessions import company_where
from app.web.access import Permission, requires
from app.web.pages import page


def tell(counterparty: Counterparty, user: User) -> dict[str, Any]:
    """Its latest documents, and what happened."""
    latest = showing.latest(user, counterparty.company, search.Wanted(counterparty=counterparty.id))
    return latest | {"happened": party_timeline.of(counterparty, user)}


@bp.get("/documents/ibans")
@requires(Permission.EDIT)
def ibans():
    """The accounts that wait for a second person, with what is to be paid to them."""
    company = company_where(Permission.EDIT)
    return page("documents/ibans.html", rows=waiting_ibans.rows(current_user, company))
