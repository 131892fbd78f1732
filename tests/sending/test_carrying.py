"""Invoices by letter and by text message."""

from __future__ import annotations

import pytest

from app.channels import batches, sealed
from app.channels.models import LetterState
from app.core import clock
from app.documents import trash
from app.documents.models import SentMeans
from app.dunning.action_models import ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.outbox.models import Mark
from tests import samples
from tests.channels.gateway_server import Gateway
from tests.channels.making import ADDRESS, run_waiting
from tests.factories import make_file, make_user, reload
from tests.sending.making import make_contact, make_customer, make_plan, make_sale, make_sender
from tests.sending.running import last, sweep
from tests.web.world import contents


@pytest.fixture
def sender(server):
    return make_sender(address="1 rue Haute\n69001 Lyon")


def make_due(sender, channel, **facts):
    customer = make_customer(sender, make_plan(sender, channel=channel), **({"address": ADDRESS} | facts))
    return make_sale(sender, customer, file=make_file(samples.invoice_pdf()))


def test_a_letter_is_sent_once_it_is_posted(server, sender):
    """SE-4: SE-7: drawn with its address and the invoice; nobody but a person says that it was posted."""
    document = make_due(sender, Channel.LETTER)
    sweep("perform_action")
    letter = last(document).letter
    assert (last(document).state, letter.state, letter.page_count) == (ActionState.LEAVING, LetterState.TO_PRINT, 2)
    assert "Menuiserie Lefèvre" in letter.address and reload(document).is_to_send
    user = make_user(company=sender)
    batch, _left_out = batches.make(sender, by=user)
    batches.post(batch, by=user, on=clock.today(sender))
    db.session.commit()
    assert (last(document).state, reload(document).sent_means) == (ActionState.DONE, SentMeans.LETTER)


def test_without_a_postal_address_it_is_a_persons(server, sender):
    """SE-5: with the reason."""
    document = make_due(sender, Channel.LETTER, address="")
    sweep("perform_action")
    assert (last(document).state, last(document).reason["key"]) == (ActionState.TO_DO, "no_address")


def test_a_text_message_is_handed_to_the_gateway(app, server, sender, monkeypatch):
    """SE-4: to the telephone of the contact."""
    gateway = Gateway()
    monkeypatch.setattr(app.config["SETTINGS"], "sms_url", gateway.url)
    document = make_due(sender, Channel.SMS)
    make_contact(document.counterparty, "", phone="06 12 34 56 78")
    sweep("perform_action")
    run_waiting()
    assert (last(document).gateway_message.mark, len(gateway.taken)) == (Mark.SENT, 1)
    assert (last(document).state, reload(document).sent_means) == (ActionState.DONE, SentMeans.SMS)


def test_a_customers_link_is_in_no_row_when_it_is_texted(app, server, sender, monkeypatch):
    """S65: the database keeps no token that works, neither while it waits nor afterwards."""
    gateway = Gateway()
    monkeypatch.setattr(app.config["SETTINGS"], "sms_url", gateway.url)
    document = make_due(sender, Channel.SMS)
    make_contact(document.counterparty, "", phone="06 12 34 56 78")
    last(document).text = "See {portal_link}"
    db.session.commit()
    sweep("perform_action")
    message = last(document).gateway_message
    token = sealed.whole(message).rpartition("/portal/")[2]
    assert message.mark is Mark.QUEUED and token not in str(contents(but=lambda table: False))
    run_waiting()

    assert len(token) > 30 and gateway.taken[0].json["text"].endswith(f"/portal/{token}")
    message = last(document).gateway_message
    assert message.text.endswith("/portal/…") and not message.sealed_text


@pytest.mark.parametrize(("phone", "key"), [("", "no_phone"), ("12", "bad_number")])
def test_without_a_telephone_it_is_a_persons(server, sender, phone, key):
    """SE-5: with the reason."""
    document = make_due(sender, Channel.SMS)
    if phone:
        make_contact(document.counterparty, "", phone=phone)
    sweep("perform_action")
    assert (last(document).state, last(document).reason["key"]) == (ActionState.TO_DO, key)


def test_a_letter_about_what_is_gone_is_not_printed(server, sender):
    """S52: asked when the batch is made."""
    document = make_due(sender, Channel.LETTER)
    sweep("perform_action")
    trash.trash(reload(document), by=None)
    batches.make(sender, by=make_user(company=sender))
    db.session.commit()
    assert last(document).letter.state is LetterState.CANCELLED
    assert last(document).state is ActionState.WITHDRAWN
