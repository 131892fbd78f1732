"""Answers by mail: never a decision, never a document (SAFETY S69)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.approval.models import Decision
from app.documents.models import Document, Status
from app.extensions import db
from app.intake.models import MessageState
from tests.approval.making import mails as ours
from tests.approval.making import validated
from tests.factories import reload
from tests.intake import mails
from tests.intake.test_opening import opened
from tests.samples import invoice_pdf

TEXT = "Approved!\n\nInvoice 4711, total 120.00 EUR, due 31.12.2026"


@pytest.fixture
def asked(firm, demand):
    demand([firm.lea])
    return validated(firm)


def answer(firm, sender=None, envelope="lea@example.org", attachments=(), **headers):
    """An answer to the mail about the approval, as it comes to an intake address."""
    headers = {"In_Reply_To": ours()[0].message_id} | headers
    raw = mails.mail(*attachments, sender=sender or firm.lea.email, subject="Re: To approve", text=TEXT, **headers)
    return opened(raw, company=firm.company, envelope_sender=envelope)


def test_an_answer_decides_nothing_and_is_told_how(asked, firm):
    """AP-3: S69: "approved" by mail is never a decision; whoever wrote it gets one mail, in their language."""
    for text_of_it in ("first", "second"):
        message = answer(firm, Message_ID=f"<{text_of_it}@example.org>")

    assert reload(asked).status is Status.TO_APPROVE
    assert db.session.scalar(select(func.count(Decision.id))) == 0
    assert message.state is MessageState.OPENED and message.notes[0]["key"] == "approval_reply"
    told = ours("approval-answered")
    assert [mail.recipients[0].address for mail in told] == [firm.lea.email]
    assert "decided nothing" in told[0].text and told[0].headers["Auto-Submitted"] == "auto-replied"


def test_an_answer_is_no_document(asked, firm):
    """IN-4: S69: neither its text nor what is attached; a person can still take it in the mail log."""
    before = db.session.scalar(select(func.count(Document.id)))
    message = answer(firm, attachments=[("invoice.pdf", invoice_pdf(), "application/pdf")])

    assert db.session.scalar(select(func.count(Document.id))) == before
    assert {part.reason.get("key") for part in message.parts} == {"approval_reply", "body"}


@pytest.mark.parametrize(
    "how",
    [
        {"sender": "Stranger <stranger@evil.example>"},
        {"envelope": ""},
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
    ],
)
def test_no_machine_and_no_stranger_is_answered(asked, firm, how):
    """IN-7: S69: only whom the mail was written to, and never an automatic answer."""
    answer(firm, **how)

    assert ours("approval-answered") == []


def test_an_answer_to_another_mail_is_a_mail_like_any_other(asked, firm):
    """IN-4: a supplier's answer with an invoice is taken."""
    message = answer(firm, In_Reply_To="<1.2.approval-asked@elsewhere.example>")

    assert all(note["key"] != "approval_reply" for note in message.notes)
