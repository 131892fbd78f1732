"""Sending one invoice from its page, and saying that it was sent another way."""

from __future__ import annotations

import pytest

from app.core import clock
from app.documents import retention
from app.documents.models import SentMeans
from app.documents.sent import come_back, sent
from app.dunning.action_models import ActionState
from app.extensions import db
from app.users import people
from app.web.access import Role
from tests.factories import make_company, make_document, make_user, reload
from tests.sending.making import make_customer, make_plan, make_sale, make_sender
from tests.sending.running import last, sweep


@pytest.fixture
def sender(server):
    return make_sender()


@pytest.fixture
def customer(sender):
    return make_customer(sender, make_plan(sender, is_automatic=False))


@pytest.fixture
def document(sender, customer):
    return make_sale(sender, customer)


def member(company, *rights):
    return make_user(Role.MEMBER, company, rights=list(rights))


def test_marked_as_sent_it_counts_and_nothing_is_to_do(browser, sender, document):
    """SE-6: the status becomes outstanding, overdue or paid."""
    client = browser(member(sender))
    assert "Mark as sent" in client.get(f"/documents/{document.id}").text
    page = client.post(f"/documents/{document.id}/sending", data={"why": "by courier"}, follow_redirects=True).text
    assert "Marked as sent" in page and "Overdue" in page and "by courier" in page
    document = reload(document)
    assert (document.sent_means, last(document).state) == (SentMeans.MARKED, ActionState.WITHDRAWN)
    assert "Mark as sent" not in page


def test_before_its_validation_too(browser, sender, customer):
    """SE-6: what had been sent before it came here is not sent again once it is validated."""
    document = make_document(sender, direction="sale", counterparty=customer)
    browser(member(sender)).post(f"/documents/{document.id}/sending")
    assert not reload(document).is_to_send


def test_what_is_not_to_send_cannot_be_marked(browser, sender, customer):
    """SE-6: nor a second time."""
    document = make_sale(sender, customer, sent_at=clock.now())
    assert browser(member(sender)).post(f"/documents/{document.id}/sending").status_code == 422


def test_sent_by_hand_it_leaves(browser, server, sender, document):
    """SE-6: by whoever may send."""
    user = member(sender, "send e-mails")
    client = browser(user)
    assert "Send it to the customer now?" in client.get(f"/documents/{document.id}").text
    page = client.post(f"/documents/{document.id}/sending/message", follow_redirects=True).text
    assert "It is leaving." in page
    sweep("deliver")
    assert len(server.messages) == 1 and last(document).done_by.id == user.id
    assert "Send again" in client.get(f"/documents/{document.id}").text


def test_where_nobody_can_be_reached_the_page_says_why(browser, server, sender):
    """SE-5: SE-6: and nothing has changed."""
    document = make_sale(sender, make_customer(sender, make_plan(sender, "Another", is_automatic=False), email=""))
    answer = browser(member(sender, "send e-mails")).post(f"/documents/{document.id}/sending/message")
    assert answer.status_code == 422 and "No contact has an e-mail address" in answer.text
    assert last(document).state is ActionState.TO_DO


@pytest.mark.parametrize("act", ["sending", "sending/message"])
def test_strangers_find_nothing_and_others_may_not(browser, sender, document, act):
    """SE-8: sending is a right of its own; marking needs whoever edits."""
    stranger = make_user(Role.ADMIN, make_company("Elsewhere"))
    assert browser(stranger).post(f"/documents/{document.id}/{act}").status_code == 404
    assert browser(make_user(Role.ACCOUNTANT, sender)).post(f"/documents/{document.id}/{act}").status_code == 403
    if act == "sending/message":
        client = browser(member(sender))
        assert client.post(f"/documents/{document.id}/{act}").status_code == 403
        assert f"{act}" not in client.get(f"/documents/{document.id}").text
    assert reload(document).is_to_send


def test_the_right_to_send_is_one_of_each_company(browser, sender, document):
    """SE-8: whoever may send elsewhere may not send here."""
    user = member(sender)
    people.join(user, make_company("Elsewhere"), Role.ADMIN, by=None)
    db.session.commit()
    assert browser(user, sender).post(f"/documents/{document.id}/sending/message").status_code == 403
    assert reload(document).is_to_send


def test_the_line_of_an_invoice_says_what_it_waits_for(browser, sender, document):
    """LC-8: in both languages."""
    assert (
        "To send by hand, as the customer&#39;s plan says."
        in browser(member(sender)).get(f"/documents/{document.id}").text
    )
    spoken = make_user(Role.MEMBER, sender, language="fr")
    assert "À envoyer à la main, comme le veut le plan" in browser(spoken).get("/documents?tab=to_send").text


def test_an_invoice_ever_sent_is_held(app, document):
    """SE-7: R17: also when it comes back."""
    assert not retention.is_held(document)
    sent(document, SentMeans.EMAIL, by=None)
    assert retention.is_held(document)
    come_back(document, why="550")
    db.session.commit()
    assert retention.is_held(reload(document))
