"""Sales and credit notes speak the customer's words."""

from __future__ import annotations

from datetime import date

import pytest
from flask_babel import force_locale

from app.core import clock
from app.documents.models import Direction, Document, Kind, Status
from app.documents.shown_status import Called, shown
from tests.factories import make_document, make_user

TODAY, BEFORE = date(2026, 11, 12), date(2026, 11, 11)
SALE = {"direction": Direction.SALE, "kind": Kind.INVOICE}
CREDIT = {"direction": Direction.SALE, "kind": Kind.CREDIT_NOTE}
CASES = [
    (SALE | {"status": Status.TO_PROCESS, "due_date": BEFORE}, Status.TO_PROCESS),
    (SALE | {"status": Status.TO_APPROVE, "due_date": BEFORE}, Status.TO_APPROVE),
    (SALE | {"status": Status.TO_MATCH, "due_date": TODAY}, Called.OUTSTANDING),
    (SALE | {"status": Status.TO_MATCH, "due_date": BEFORE}, Called.OVERDUE),
    (SALE | {"status": Status.TO_MATCH, "due_date": None}, Called.OUTSTANDING),
    (SALE | {"status": Status.VALIDATED, "due_date": BEFORE}, Called.PAID),
    (SALE | {"status": Status.TRASH, "due_date": BEFORE}, Status.TRASH),
    (CREDIT | {"status": Status.TO_MATCH}, Called.AVAILABLE),
    (CREDIT | {"status": Status.TO_PAY}, Called.TO_REFUND),
    (CREDIT | {"status": Status.VALIDATED}, Called.USED),
    (CREDIT | {"direction": Direction.PURCHASE, "status": Status.TO_MATCH}, Called.AVAILABLE),
    (CREDIT | {"status": Status.TRASH}, Status.TRASH),
    *(({"direction": Direction.PURCHASE, "kind": Kind.INVOICE, "status": each}, each) for each in Status),
]


@pytest.mark.parametrize(("facts", "called"), CASES)
def test_a_status_is_called_as_its_reader_calls_it(facts, called):
    """LC-7: outstanding, overdue, paid for a customer; available until allocated or refunded for a credit note."""
    assert shown(Document(**facts), TODAY) is called


def test_in_french_too(app):
    """LC-7: en cours, en retard, payée, disponible."""
    with force_locale("fr"):
        names = [str(each.label) for each in Called]
    assert names[:4] == ["En cours", "En retard", "Payée", "Disponible"]


def test_lists_and_pages_say_so(app, browser):
    """LC-7: in the list, on its page, and as the tab of sales, where *to match* says nothing more."""
    late = make_document(**SALE, validated_at=clock.now(), due_date=BEFORE.replace(year=2020))
    paid = make_document(**SALE, validated_at=clock.now(), settled_minor=12000)
    credit = make_document(**CREDIT, validated_at=clock.now())
    client = browser(make_user())

    listed = client.get("/documents?direction=sale").text
    for document, word in ((late, "Overdue"), (paid, "Paid"), (credit, "Available")):
        chip = f"</svg>{word}</span>"
        assert chip in listed and chip in client.get(f"/documents/{document.id}").text
    tabs = listed[listed.index('class="tabs') : listed.index("</nav>", listed.index('class="tabs'))]
    assert "Paid sales" in tabs and "To match" not in tabs
    assert "To match" in client.get("/documents").text
