"""What is usual for a counterparty somebody chooses while reviewing."""

from __future__ import annotations

from datetime import date

from app.counterparties.models import Terms
from app.documents.models import Status
from tests.factories import make_counterparty, make_document, make_user, reload
from tests.review.test_review import checked, marked, ready


def test_nobody_validates_what_was_filled_in_unseen(browser):
    """LC-6: RV-6: the first press fills the due date and stays, the second validates."""
    party = make_counterparty(terms=Terms.NET, terms_days=45)
    document = ready(counterparty=None, counterparty_name="", due_date=None)
    client, address = browser(make_user()), f"/review/{document.id}"

    first = client.post(f"{address}/validation", data=checked(document, counterparty_name="Papeterie Durand"))

    document = reload(document)
    assert (first.status_code, first.location, document.status) == (303, address, Status.TO_PROCESS)
    assert (document.counterparty, document.due_date) == (party, date(2026, 11, 15))
    page = client.get(address).text
    assert "What is usual for Papeterie Durand is filled in: check it." in page
    assert "Usual for Papeterie Durand." in marked(page, "due_date")

    client.post(f"{address}/validation", data=checked(document))
    assert reload(document).status is Status.TO_MATCH


def test_what_stands_in_the_form_is_not_filled_over(browser):
    """LC-6: what was typed beside the choice counts, and the first press validates."""
    make_counterparty(terms=Terms.NET, terms_days=45)
    document = ready(counterparty=None, counterparty_name="", due_date=None)

    typed = checked(document, counterparty_name="Papeterie Durand", due_date="2026-12-24")
    browser(make_user()).post(f"/review/{document.id}/validation", data=typed)

    assert (reload(document).status, document.due_date) == (Status.TO_MATCH, date(2026, 12, 24))


def test_an_overtyped_value_is_nobodys_usual_one(browser):
    """EX-3: the reason goes with the value."""
    party = make_counterparty(terms=Terms.NET, terms_days=45)
    document = make_document(counterparty=party, due_date=date(2026, 11, 15), usual=["due_date"])
    client = browser(make_user())
    assert "Usual for" in marked(client.get(f"/review/{document.id}").text, "due_date")

    client.post(f"/review/{document.id}", data=checked(document, due_date="2026-12-24"))

    assert "Usual for" not in marked(client.get(f"/review/{document.id}").text, "due_date")
    assert reload(document).usual == []
