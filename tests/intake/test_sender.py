"""From the SMTP dialogue to the mail log: who sent a message."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.documents.models import Document, Status
from app.extensions import db
from app.intake import receiver, sender_words
from app.intake.jobs import check_sender, open_message
from app.intake.models import Message
from app.outbox.models import OutgoingMail
from app.tasks.models import Task
from tests.factories import make_company, make_user, reload
from tests.intake import mails
from tests.intake.receiving import address_of, receiving, send
from tests.intake.signing import publish_dmarc, publish_key, publish_spf, signed
from tests.intake.test_opening import opened

HOME, PEER = "fournisseur.example", "127.0.0.5"
BELIEVE_ME = b"Authentication-Results: x; dkim=pass header.d=fournisseur.example\r\n"


def received(app, raw: bytes, **how) -> Message:
    """A mail that was sent to the receiver and opened."""
    with receiving(app):
        assert send(app, raw, address_of(app, app.company_id), **how)[0] == 250
    with app.app_context():
        message_id = db.session.query(Message.id).order_by(Message.id.desc()).first()[0]
        open_message(message_id)
        db.session.commit()
        return db.session.get_one(Message, message_id)


@pytest.mark.alone
def test_a_mail_is_checked_by_the_host_that_brought_it(installation, zone):
    """IN-5: peer and HELO are kept by the receiver, and SPF is asked about them; S16: from elsewhere it fails."""
    installation.config["SETTINGS"].name_servers = [zone.address]
    publish_spf(zone, HOME, f"ip4:{PEER} -all")
    publish_key(zone, HOME)

    message = received(installation, mails.invoice_mail("F-1"), source=PEER)
    assert (message.peer, message.helo) == (PEER, "sender.example")
    assert message.proof["spf"] == {"result": "pass", "domain": HOME} and message.proof["verdict"] == "proven"

    forged = received(installation, mails.invoice_mail("F-2"), source="127.0.0.6")  # S15
    assert forged.proof["spf"]["result"] == "fail" and forged.proof["verdict"] == "failed"
    forwarded = received(installation, signed(mails.invoice_mail("F-3"), HOME), source="127.0.0.6")  # S16
    assert forwarded.proof["spf"]["result"] == "fail" and forwarded.proof["verdict"] == "proven"
    with installation.app_context():
        assert {document.status for document in db.session.query(Document)} == {Status.READING}


@pytest.mark.alone
def test_nothing_is_asked_while_a_mail_is_received(installation, zone):
    """IN-5: R1: no DNS on the receiving path, however slow it is."""
    installation.config["SETTINGS"].name_servers = [zone.address]
    zone.is_silent = True
    with receiving(installation):
        answer = send(
            installation, mails.invoice_mail(), address_of(installation, installation.company_id), source=PEER
        )

    assert answer == (250, receiver.TAKEN.partition(" ")[2]) and not zone.asked


def test_the_log_says_whether_a_sender_is_proven(app, browser, asking):
    """IN-5: a quiet chip in the list, and in words on the message's page; nothing is validated because of it. S16"""
    publish_key(asking, HOME)
    message = opened(signed(mails.invoice_mail(), HOME))
    client = browser(make_user())

    assert f"Sender proven: {HOME}" in client.get("/messages").text
    page = client.get(f"/messages/{message.id}").text
    assert "Nothing is validated by itself because of it." in page
    assert "the domain signed it, and it was not changed since" in page and "not checked" in page
    assert db.session.query(Document).one().validated_at is None  # S16


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (mails.invoice_mail(), "Sender not proven"),
        (signed(mails.invoice_mail(), HOME).replace(b"Votre", b"Notre"), "Sender check failed"),
        (b"From: x@evil.example\r\n" + mails.invoice_mail(), "It names several senders"),
        (mails.invoice_mail().replace(b"Compta <compta@", b"a@ok)b@"), "written so that mail programs read it"),
        (BELIEVE_ME + mails.invoice_mail(), "Sender not proven"),
    ],
)
def test_what_is_forged_is_said(app, browser, asking, raw, said):
    """S15: forged From, two From, `a@ok)b@evil`, forged Authentication-Results: the log does not believe them."""
    publish_key(asking, HOME)
    message = opened(raw)

    page = browser(make_user()).get(f"/messages/{message.id}").text
    assert said in page and "Sender proven" not in page  # S15


def test_a_sender_can_be_checked_again(app, browser, asking):
    """IN-5: *Check again*, once the DNS answers; the documents stay as they are, and nobody asks by itself."""
    publish_dmarc(asking, HOME)
    publish_key(asking, HOME)
    app.config["SETTINGS"].name_servers[:] = ["none"]
    message, client = opened(signed(mails.invoice_mail(), HOME)), browser(make_user())
    assert "could not be asked just now" in client.get(f"/messages/{message.id}").text
    assert not db.session.query(Task).filter_by(kind="check_sender").count()

    assert client.post(f"/messages/{message.id}/sender-checks").status_code == 303
    assert db.session.query(Task).filter_by(kind="check_sender").count() == 1
    assert db.session.query(AuditEntry).filter_by(act="sender checked again").count() == 1
    app.config["SETTINGS"].name_servers[:] = [asking.address]
    check_sender(message.id)
    db.session.commit()

    assert reload(message).proof["verdict"] == "proven" and db.session.query(Document).count() == 1
    assert not db.session.query(OutgoingMail).count()


def test_what_a_person_adds_is_not_asked_about(app, browser, asking):
    """IN-5: who is signed in is known; a page that takes files waits for no DNS."""
    user = make_user()
    message = opened(signed(mails.invoice_mail(), HOME), by=user, source="upload")

    assert message.proof == {} and not asking.asked
    assert "sender-title" not in browser(user).get(f"/messages/{message.id}").text
    assert browser(user).post(f"/messages/{message.id}/sender-checks").status_code == 422


def test_a_stranger_checks_no_sender(app, browser):
    """US-3: another company's messages are not there."""
    message = opened(mails.invoice_mail())
    stranger = make_user(company=make_company("Other SARL"))

    assert browser(stranger).post(f"/messages/{message.id}/sender-checks").status_code == 404


@pytest.mark.parametrize(
    ("domain", "shown"), [("f.example", "f.example"), ("a" * 40 + ".example", "…" + "a" * 15 + ".example")]
)
def test_a_long_domain_is_shown_by_its_end(domain, shown):
    """OP-6: no chip is wider than a phone."""
    assert sender_words.shorten(domain) == shown
