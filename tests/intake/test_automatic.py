"""Mails that machines write."""

from __future__ import annotations

import pytest

from app.intake import automatic
from app.intake.letter import parse
from tests.intake import mails

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
