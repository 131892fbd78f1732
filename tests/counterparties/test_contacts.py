"""Whom to write to at a customer or supplier."""

from __future__ import annotations

import pytest

from app.audit import words
from app.audit.models import AuditEntry
from app.counterparties.contacts import MOST
from app.counterparties.models import Contact, Position
from app.extensions import db
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_user, reload

FACTS = {"position": "billing", "name": "Mme Petit", "email": "petit@durand.example", "phone": "+33 1 23 45 67 89"}
FACTS |= {"address": "1 rue Haute\nLyon", "language": "fr"}


def test_contacts_are_added_changed_and_removed(app, browser):
    """CP-1: US-4: several, each with its position; the trail of the counterparty has it."""
    party = make_counterparty()
    member, address = browser(make_user()), f"/counterparties/{party.id}/contacts"

    page = member.post(address, data=FACTS, follow_redirects=True)
    member.post(address, data={"position": "dunning", "email": "late@durand.example"})

    first, second = reload(party).contacts
    assert (first.position, first.name, first.language) == (Position.BILLING, "Mme Petit", "fr")
    assert "Mme Petit" in page.text and "Billing" in page.text and "+33 1 23 45 67 89" in page.text
    assert "petit@durand.example" in member.get(f"{address}/{first.id}").text
    member.post(f"{address}/{first.id}", data=FACTS | {"phone": "+33", "position": "other"})
    assert reload(first).position is Position.BILLING, "a phone number of two digits is refused, and nothing else kept"
    member.post(f"{address}/{first.id}", data=FACTS | {"name": "Mme Grand"})
    member.post(f"{address}/{second.id}/removal")
    assert [each.name for each in reload(party).contacts] == ["Mme Grand"]
    entries = list(db.session.scalars(AuditEntry.about(party)))
    assert [each.act for each in entries] == ["contact removed", "contact changed", "contact added", "contact added"]
    with app.test_request_context():
        assert all(words.changes(each) for each in entries)


def test_htmx_gets_the_card_alone(app, browser):
    """CP-1: a fragment with script, the whole page without."""
    party = make_counterparty()
    member = browser(make_user())

    answer = member.post(
        f"/counterparties/{party.id}/contacts", data=FACTS, headers=aimed_at("contacts"), follow_redirects=True
    )

    assert "Mme Petit" in answer.text and "<h1>" not in answer.text


MISTAKES = [
    ({"email": "nobody"}, "This is not an e-mail address"),
    ({"email": "a@b.example\r\nBcc: c@d.example"}, "This is not an e-mail address"),
    ({"name": "", "email": "", "phone": "", "address": ""}, "Enter a name, an e-mail address"),
    ({"phone": "call me"}, "A phone number has digits"),
    ({"email": "achats-abc@in.example"}, "invoices come in by"),
]


@pytest.mark.parametrize(("typed", "sentence"), MISTAKES)
def test_mistakes_stand_at_their_field(app, browser, typed, sentence):
    """CP-1: S49: refused when saved, what was typed is kept."""
    party = make_counterparty()
    app.config["SETTINGS"] = (settings := app.config["SETTINGS"]).model_copy(update={"intake_domain": "in.example"})
    answer = browser(make_user()).post(f"/counterparties/{party.id}/contacts", data=FACTS | typed)
    app.config["SETTINGS"] = settings

    assert answer.status_code == 422 and sentence in answer.text
    assert reload(party).contacts == []


def test_there_is_an_end_to_contacts(app, browser):
    """S49: not 300 of them."""
    party = make_counterparty(contacts=[Contact(name=f"N {number}") for number in range(MOST)])
    assert browser(make_user()).post(f"/counterparties/{party.id}/contacts", data=FACTS).status_code == 422
    assert len(reload(party).contacts) == MOST


def test_contacts_are_as_far_as_their_counterparty(app, browser):
    """US-2: US-6: out of sight is 404; an accountant reads only; another's contact is not reached by this address."""
    company = make_company(restrict_non_admins=True)
    party, other = make_counterparty("Hidden", company), make_counterparty("Other", company)
    contact = Contact(counterparty=party, name="Mme Petit")
    db.session.add(contact)
    db.session.commit()
    address = f"/counterparties/{party.id}/contacts"

    assert browser(make_user(company=company)).post(address, data=FACTS).status_code == 404
    accountant = browser(make_user(Role.ACCOUNTANT, company))
    assert "Mme Petit" in accountant.get(f"/counterparties/{party.id}").text
    assert accountant.post(address, data=FACTS).status_code == 403
    admin = browser(make_user(Role.ADMIN, company))
    assert admin.post(f"/counterparties/{other.id}/contacts/{contact.id}/removal").status_code == 404
