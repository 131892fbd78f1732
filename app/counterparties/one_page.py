"""The page of one customer or supplier; the packages below tell what they know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_login import current_user

from app.counterparties import family, ibans, showing
from app.counterparties.contact_forms import ContactForm, IbanForm
from app.counterparties.models import Counterparty, CounterpartyIban
from app.users.models import User
from app.web.pages import page

tellers: list[Callable[[Counterparty, User], dict[str, Any]]] = []
"""What else stands there, such as its documents and what was learned of it; `pipeline` fills it."""
iban_tellers: list[Callable[[CounterpartyIban, User], dict[str, Any]]] = []
"""What else stands on the page of an account of it, such as what waits to be paid to it; `pipeline` fills it."""


def shown(counterparty: Counterparty, status: int = 200, **forms: Any) -> Response:
    """All of it, or the one card htmx asks for; `forms` are those that came back with mistakes."""
    context: dict[str, Any] = {
        "counterparty": counterparty,
        "contact_form": ContactForm(formdata=None),
        "iban_form": IbanForm(formdata=None),
        "doubts": {each.id: _doubt(each.iban, counterparty) for each in counterparty.ibans if not each.confirmed_at},
        "children": family.children(counterparty, current_user),
        "parent": family.parent(counterparty, current_user),
        **showing.people_of(counterparty),
    }
    for tell in tellers:
        context |= tell(counterparty, current_user)
    return page("counterparties/show.html", status, **context | forms)


def _doubt(iban: str, counterparty: Counterparty) -> str:
    """Why this account of it is not paid to; only a supplier is paid."""
    held = ibans.hold(iban, counterparty) if counterparty.is_supplier else None
    return str(held.doubt.label) if held else ""
