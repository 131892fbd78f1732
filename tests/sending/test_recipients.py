"""Whom a message goes to, and what is no address."""

from __future__ import annotations

import pytest

from app.core import clock
from app.counterparties.models import Position
from app.documents.models import Direction
from app.dunning import recipients
from app.dunning.action_models import ActionKind
from app.dunning.models import PlanStep
from app.dunning.recipients import CannotReach, whom
from app.extensions import db
from app.intake import addresses as intake
from tests.sending.making import make_contact, make_customer, make_sender

SENDING, REMINDER = ActionKind.SENDING, ActionKind.REMINDER
BILLING, ACCOUNTING, DUNNING, OTHER = Position.BILLING, Position.ACCOUNTING, Position.DUNNING, Position.OTHER


@pytest.fixture
def customer(app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "intake_domain", "in.facteur.example")
    return make_customer(make_sender(), email="")


@pytest.mark.parametrize(
    ("contacts", "position", "kind", "to"),
    [
        ([("b@x.fr", BILLING), ("d@x.fr", DUNNING)], DUNNING, SENDING, ["d@x.fr"]),  # as the step says
        ([("b@x.fr", BILLING), ("d@x.fr", DUNNING)], None, SENDING, ["b@x.fr"]),
        ([("b@x.fr", BILLING), ("d@x.fr", DUNNING)], None, REMINDER, ["d@x.fr"]),
        ([("b@x.fr", BILLING), ("b2@x.fr", BILLING)], None, SENDING, ["b@x.fr", "b2@x.fr"]),  # all of a position
        ([("a@x.fr", ACCOUNTING), ("o@x.fr", OTHER)], BILLING, SENDING, ["a@x.fr"]),  # none of the step's
        ([("a@x.fr", ACCOUNTING), ("b@x.fr", BILLING)], None, REMINDER, ["b@x.fr"]),
        ([("o@x.fr", OTHER), ("o2@x.fr", OTHER)], None, SENDING, ["o@x.fr"]),  # any, but one only
        ([("", BILLING)], None, SENDING, ["own@x.fr"]),  # its own address
        ([("B@x.fr", BILLING), ("b@X.fr", BILLING)], None, SENDING, ["b@X.fr"]),  # once
    ],
)
def test_contacts_are_chosen_by_their_position(customer, contacts, position, kind, to):
    """SE-4: SE-5: CP-1: the step's position, else those for what it is, else any, else the customer's own address."""
    customer.email = "own@x.fr"
    for email, place in contacts:
        make_contact(customer, email, place)
    assert whom(customer, PlanStep(position=position, cc=""), kind).to == to


def test_copies_go_where_the_step_says(customer):
    """SE-4: cc; nobody gets it twice."""
    make_contact(customer, "b@x.fr")
    found = whom(customer, PlanStep(cc="boss@x.fr; B@x.fr,\n boss@x.fr"), SENDING)
    assert (found.to, found.cc) == (["b@x.fr"], ["boss@x.fr"])


@pytest.mark.parametrize(("spoken", "language"), [("en", "en"), ("", "fr")])
def test_the_contact_is_spoken_to_in_their_language(customer, spoken, language):
    """SE-4: per language; without one, the company's for customers."""
    make_contact(customer, "b@x.fr", language=spoken)
    found = whom(customer, None, SENDING)
    assert (found.language, found.name) == (language, "Anna Martin")


def test_addresses_that_came_back_are_left_out(customer):
    """SE-7: and where there is no other, a person is told."""
    first = make_contact(customer, "b@x.fr")
    make_contact(customer, "a@x.fr", ACCOUNTING)
    first.bounced_at = clock.now()
    db.session.commit()
    assert whom(customer, None, SENDING).to == ["a@x.fr"]
    customer.contacts[1].bounced_at = clock.now()
    with pytest.raises(CannotReach) as cannot:
        whom(customer, None, SENDING)
    assert cannot.value.reason["key"] == "all_bounced"
    customer.email, customer.email_bounced_at = "own@x.fr", clock.now()
    with pytest.raises(CannotReach, match=r"own@x\.fr"):
        whom(customer, None, SENDING)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("", "no_contact"),
        ("anna", "bad_address"),
        ("anna@", "bad_address"),
        ("anna@x.fr\r\nBcc: all@x.fr", "bad_address"),
        ("anna@x.fr\0", "bad_address"),
        ("a" * 300 + "@x.fr", "bad_address"),
        ("anna@x.fr, bob@x.fr", "bad_address"),
        ("änna@x.fr", "bad_address"),
        ("ours", "own_address"),
        ("OURS", "own_address"),
    ],
)
@pytest.mark.parametrize("place", ["contact", "own", "cc", "chosen"])
def test_what_is_no_address_is_refused_with_the_reason(customer, address, key, place):
    """S49: empty, invalid, line breaks, our own intake address."""
    if key == "own_address":
        ours = intake.full(intake.living(customer.company, Direction.SALE))
        address = ours.upper() if address.isupper() else ours
    if place == "contact":
        make_contact(customer, address)
    elif place == "own":
        customer.email = address
    else:
        make_contact(customer, "good@x.fr")
    if place == "cc" and key == "no_contact":
        return
    with pytest.raises(CannotReach) as cannot:
        if place in {"cc", "chosen"}:
            recipients.checked([address] * bool(address) if place == "chosen" else ["good@x.fr"], [address])
        else:
            whom(customer, None, SENDING)
    assert cannot.value.reason["key"] == key and str(cannot.value)


def test_a_crowd_is_no_recipient(customer):
    """S49: 300 contacts."""
    for number in range(20):
        make_contact(customer, f"b{number}@x.fr")
    assert len(whom(customer, None, SENDING).to) == recipients.MOST
    make_contact(customer, "one-more@x.fr")
    with pytest.raises(CannotReach, match="21 recipients"):
        whom(customer, None, SENDING)
