"""Mails that machines write."""

from __future__ import annotations

import pytest

from app.documents.models import Document
from app.extensions import db
from app.intake import addresses, automatic, receiver
from app.intake.letter import parse
from app.intake.models import IntakeAddress, Message
from app.outbox.models import OutgoingMail
from app.tasks.models import Task
from tests.factories import the_company
from tests.intake import mails
from tests.intake.receiving import address_of, receiving, send
from tests.intake.test_opening import opened
from tests.intake.test_sender import received

OURS = "Facteur <facteur@acme.example>"
REPORT = (
    b'From: MAILER-DAEMON@x\r\nSubject: Undelivered\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("headers", "sender", "kind"),
    [
        ({}, "compta@f.example", ""),
        ({"Auto-Submitted": "auto-generated"}, "erp@f.example", ""),
        ({"Auto-Submitted": "no"}, "x@f.example", ""),
        ({"Precedence": "bulk"}, "erp@f.example", ""),
        ({"List-Unsubscribe": "<mailto:x@f.example>"}, "erp@f.example", ""),
        ({"Auto-Submitted": "auto-replied (vacation)"}, "x@f.example", "auto_reply"),
        ({"Auto-Submitted": "auto-notified"}, "x@f.example", "auto_reply"),
        ({"Auto-Submitted": "auto-generated", "subject": "Réponse automatique : Facture"}, "x@f.example", "auto_reply"),
        ({"Auto-Submitted": "auto-generated", "subject": "Automatic reply: Invoice"}, "x@f.example", "auto_reply"),
        ({"subject": "Automatic reply: Invoice"}, "x@f.example", ""),
        ({"Mailing-List": "list talk@f.example"}, "x@f.example", "list"),
        ({"Sender": "facteur@acme.example"}, "x@f.example", "own"),
        ({}, "facteur@acme.example", "own"),
        ({"X-Autoreply": "yes"}, "x@f.example", "auto_reply"),
        ({"Precedence": "auto_reply"}, "x@f.example", "auto_reply"),
        ({}, "<>", "bounce"),
        ({"Return-Path": "<>"}, "", "bounce"),
        ({"X-Failed-Recipients": "x@f.example"}, "x@f.example", "bounce"),
        ({"List-Id": "<talk.example>"}, "x@f.example", "list"),
        ({"Precedence": "list"}, "x@f.example", "list"),
    ],
)
def test_an_automatic_mail_is_told_from_an_invoice_that_a_program_sent(headers, sender, kind):
    """IN-7: auto-replies, bounces and lists make no document; S14: RFC 3834 headers and the empty sender."""
    read = parse(mails.mail(("a.pdf", b"%PDF-1.7 x", mails.PDF), **headers)).headers

    assert automatic.kind_of(read, envelope_sender=sender, ours={OURS}) == kind  # S14


def test_a_delivery_report_and_our_own_mail_are_recognised():
    """S14: a report, and our own mail coming back."""
    report = parse(REPORT).headers
    own = parse(mails.mail(sender="Facteur <FACTEUR@acme.example>")).headers

    assert automatic.kind_of(report, envelope_sender="x@y", ours={OURS}) == "bounce"  # S14
    assert automatic.kind_of(own, envelope_sender="x@y", ours={OURS}) == "own"


def test_a_mail_that_went_through_more_than_fifty_servers_is_a_loop():
    """S14: more than 50 Received lines in the headers; those in the text do not count."""
    at_edge = b"Received: from a\r\n" * 50 + b"Subject: x\r\n\r\n" + b"Received: from a\r\n" * 50

    assert not automatic.is_loop(at_edge)  # S14
    assert automatic.is_loop(b"RECEIVED: from a\r\n" + at_edge)


MACHINES = {
    "auto_reply": (mails.invoice_mail("F-1", **{"Auto-Submitted": "auto-replied"}), "x@f.example"),
    "bounce": (mails.invoice_mail("F-2"), ""),
    "list": (mails.invoice_mail("F-3", **{"List-Id": "<talk.f.example>"}), "x@f.example"),
    "own": (mails.invoice_mail("F-4", sender="Facteur <facteur@localhost>"), "x@f.example"),
}


@pytest.mark.alone
def test_what_machines_send_is_one_line_of_the_log_and_gets_no_answer(installation):
    """IN-7: S14: through the receiver: no document, no reply, one line each; a loop is refused with 554."""
    for kind, (raw, sender) in MACHINES.items():
        assert received(installation, raw, sender=sender).notes == [{"key": kind}]  # S14
    loop = b"Received: from a\r\n" * 51 + mails.invoice_mail("F-5")
    with receiving(installation):
        answer = send(installation, loop, address_of(installation, installation.company_id))

    assert answer == (554, receiver.LOOP.partition(" ")[2])
    with installation.app_context():
        assert db.session.query(Message).count() == len(MACHINES)
        assert not db.session.query(Document).count() and not db.session.query(OutgoingMail).count()
        assert {task.kind for task in db.session.query(Task)} == {"open_message"}


def test_a_mail_from_the_address_it_came_to_is_our_own(app):
    """S14: whoever writes as the intake address goes round in circles."""
    the_company()
    address = db.session.query(IntakeAddress).first()
    ours = addresses.full(address)

    message = opened(mails.invoice_mail(sender=ours), address=address, company=None, direction=None)

    assert message.notes == [{"key": "own"}] and not db.session.query(Document).count()  # S14
