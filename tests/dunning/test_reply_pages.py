"""The pages of what customers answered."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.dunning.answered import ANSWER
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.web.access import Permission, Role
from tests.dunning.returns import WHOM, make_reply, make_sent
from tests.factories import make_company, make_user, reload, the_company


def sender():
    """Somebody who may send mails."""
    return make_user(rights=[Permission.SEND_MAILS.value])


def answers() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).filter_by(kind=ANSWER)))


def test_unread_replies_are_listed_until_somebody_read_them(app, browser):
    """DN-2: by whom and when; marked as read they stand in the other list, and can be taken back."""
    reply, client = make_reply(), browser(make_user(name="Zoe"))
    assert "Menuiserie Blanc" in client.get("/actions/replies").text
    assert "Menuiserie Blanc" not in client.get("/actions/replies?read=yes").text

    client.get(f"/actions/replies/{reply.id}")
    assert reload(reply).read_at is None
    client.post(f"/actions/replies/{reply.id}/reading")
    assert "Menuiserie Blanc" not in client.get("/actions/replies").text
    assert "Zoe" in client.get("/actions/replies?read=yes").text
    client.post(f"/actions/replies/{reply.id}/unread")

    assert reload(reply).read_at is None and "Menuiserie Blanc" in client.get("/actions/replies").text


def test_one_reply_shows_what_it_answers_and_is_about(app, browser):
    """DN-2: the mail that was sent, the invoice, and the message with its attachments."""
    action = make_sent()
    reply = make_reply(action, text="<b>We pay</b>")
    text = browser(make_user()).get(f"/actions/replies/{reply.id}").text

    assert "&lt;b&gt;We pay" in text and action.mail.subject in text and action.document.number in text
    assert f"/messages/{reply.message_id}" in text and "not known of this customer" not in text
    assert "Send the answer" not in text


def test_a_strangers_address_is_said(app, browser):
    """DN-2: it answers a mail it never got."""
    reply = make_reply(sender="x@evil.example")

    assert "not known of this customer" in browser(make_user()).get(f"/actions/replies/{reply.id}").text


def test_an_answer_goes_into_the_same_conversation(app, browser):
    """DN-2: SE-8: once, through the outbox, with what a mail program needs; the reply is read then."""
    reply, client = make_reply(), browser(sender())
    for _time in range(2):
        answer = client.post(f"/actions/replies/{reply.id}/answer", data={"text": "Thank you.\r\nZoe", "version": 0})

    assert answer.status_code == 422 and "answered meanwhile" in answer.text and "Thank you." in answer.text
    [mail] = answers()
    assert [each.address for each in mail.recipients] == [WHOM] and mail.subject == "Re: Facture"
    assert mail.headers["In-Reply-To"] == "<re@client.example>"
    assert mail.headers["References"] == f"{reply.action.mail.message_id} <re@client.example>"
    assert "Thank you.\nZoe" in mail.text and "Thank you.<br>Zoe" in mail.html
    assert reload(reply).read_at
    assert "Thank you." in client.get(f"/actions/replies/{reply.id}").text


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_what_cannot_be_sent_comes_back_as_typed(app, browser, text):
    """DN-2: OP-6: nothing, or too much: 422, nothing is sent, the reply stays unread."""
    reply = make_reply()
    answer = browser(sender()).post(f"/actions/replies/{reply.id}/answer", data={"text": text, "version": 0})

    assert answer.status_code == 422 and answers() == [] and reload(reply).read_at is None


def test_answering_needs_the_right_to_send(app, browser):
    """SE-8: a member without it reads and marks, and sends nothing."""
    reply = make_reply()
    answer = browser(make_user()).post(f"/actions/replies/{reply.id}/answer", data={"text": "x", "version": 0})

    assert answer.status_code == 403 and answers() == []


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT])
def test_who_works_with_no_documents_reads_no_replies(app, browser, role):
    """US-6: an approver and the accountant are not customers' correspondents."""
    reply, client = make_reply(), browser(make_user(role))

    assert client.get("/actions/replies").status_code == 403
    assert client.get(f"/actions/replies/{reply.id}").status_code == 403


def test_replies_of_others_are_out_of_sight(app, browser):
    """US-2: US-3: S72: a restricted member who does not look after the customer, and another company's admin."""
    reply = make_reply()
    the_company().restrict_non_admins = True
    db.session.commit()
    for person in (make_user(), make_user(Role.ADMIN, make_company("Elsewhere"))):
        client = browser(person)
        assert client.get(f"/actions/replies/{reply.id}").status_code == 404
        assert client.post(f"/actions/replies/{reply.id}/reading").status_code == 404
        assert "Menuiserie Blanc" not in client.get("/actions/replies").text

    assert reload(reply).read_at is None


def test_the_customers_page_shows_the_latest(app, browser):
    """CP-2: DN-2: with a mark on what nobody read."""
    reply = make_reply()
    text = browser(make_user()).get(f"/counterparties/{reply.counterparty_id}").text

    assert f"/actions/replies/{reply.id}" in text and "Not read yet" in text
