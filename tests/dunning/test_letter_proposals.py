"""What came back and was not mended: a letter is proposed; what was mended says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.core.errors import Refused
from app.counterparties import contacts, keeping
from app.documents import sent
from app.documents.models import SentMeans
from app.dunning import letter_proposals, words
from app.dunning.action_models import ActionState
from app.dunning.models import Channel
from app.extensions import db
from tests.dunning.returns import WHOM, make_back, make_sale, make_sent, postfix
from tests.dunning.test_bounces import arrives, to_do
from tests.factories import make_user, reload, the_company

FACTS = {"position": "billing", "name": "Anne", "phone": "", "address": "", "language": ""}


def ago(days: float):
    return clock.now() - timedelta(days=days)


@pytest.mark.parametrize(("days", "proposed"), [(4.9, False), (5, True), (40, True)])
def test_a_letter_is_proposed_after_some_days(app, days, proposed):
    """SE-7: so many as the company says, once, in words."""
    action = make_back(created_at=ago(days))
    assert letter_proposals.propose_due() == proposed
    db.session.commit()

    assert letter_proposals.propose_due() == 0
    assert (reload(action).reason["key"] == "letter_proposed") is proposed and action.state is ActionState.TO_DO
    if proposed:
        assert "5 days later" in words.in_words(action.reason) and WHOM in words.in_words(action.reason)


def test_no_letter_is_proposed_for_what_arrived_since(app):
    """SE-7: sent another way meanwhile, or done."""
    document = make_sale(to_send_at=clock.now())
    action = make_back(document=document, created_at=ago(9))
    sent.sent(document, SentMeans.MARKED, by=None)
    other = make_back(created_at=ago(9), state=ActionState.SKIPPED)
    db.session.commit()

    assert letter_proposals.propose_due() == 0
    assert (reload(action).reason["key"], reload(other).reason["key"]) == ("sent_otherwise", "bounced")


def test_a_changed_address_is_said_and_trusted(app):
    """SE-7: the to-do names the new one, no letter is proposed, and the doubt is gone."""
    action = make_sent()
    arrives(postfix(action.mail))
    [again], contact = to_do(), action.counterparty.contacts[0]
    assert contact.bounced_at
    contacts.change(contact, FACTS | {"email": "neu@client.example"}, by=make_user())
    again.created_at = ago(9)
    db.session.commit()

    assert contact.bounced_at is None and reload(again).reason["key"] == "address_mended"
    assert "neu@client.example" in words.in_words(again.reason)
    assert letter_proposals.propose_due() == 0


def test_the_customers_own_address_is_mended_the_same_way(app):
    """SE-7: where no contact has one."""
    action = make_back()
    customer = action.counterparty
    customer.email, customer.email_bounced_at = WHOM, clock.now()
    db.session.commit()
    keeping.edit(customer, {"email": "neu@client.example"}, by=make_user(), version=customer.version)

    assert customer.email_bounced_at is None and action.reason["key"] == "address_mended"


def test_a_change_of_anything_else_mends_nothing(app):
    """SE-7: a new name is no new address."""
    action = make_back()
    contact = action.counterparty.contacts[0]
    contact.bounced_at = clock.now()
    contacts.change(contact, FACTS | {"email": WHOM, "name": "Anne B."}, by=make_user())

    assert contact.bounced_at and action.reason["key"] == "bounced"


def test_a_person_says_that_an_address_is_right(app, browser):
    """SE-7: a full mailbox is empty again."""
    action = make_back()
    contact = action.counterparty.contacts[0]
    contact.bounced_at = clock.now()
    db.session.commit()
    client, page = browser(make_user()), f"/counterparties/{contact.counterparty_id}"
    assert "Mails come back" in client.get(page).text
    client.post(f"{page}/contacts/{contact.id}/trust")

    assert reload(contact).bounced_at is None and "Mails come back" not in client.get(page).text


def test_a_person_chooses_the_letter(app, browser):
    """SE-7: it stays theirs to look at and send."""
    action = make_back(to=[WHOM])
    action.counterparty.address = "1 rue des Lilas\n75001 Paris"
    db.session.commit()
    browser(make_user()).post(f"/actions/{action.id}/letter")

    assert reload(action).channel is Channel.LETTER and action.state is ActionState.TO_DO and action.to == []


def test_without_a_postal_address_there_is_no_letter(app, browser):
    """SE-7: OP-6: said, and nothing is changed."""
    action = make_back()
    answer = browser(make_user()).post(f"/actions/{action.id}/letter", follow_redirects=True)

    assert "no postal address" in answer.text and reload(action).channel is Channel.EMAIL
    with pytest.raises(Refused):
        letter_proposals.as_letter(action, by=make_user())


def test_what_is_out_of_sight_becomes_no_letter(app, browser):
    """US-2: of a customer somebody else looks after: 404."""
    action = make_back()
    the_company().restrict_non_admins = True
    db.session.commit()

    assert browser(make_user()).post(f"/actions/{action.id}/letter").status_code == 404
