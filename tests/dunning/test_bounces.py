"""Mails that came back: tied to their mail, and put before a person; once, and nothing where it is forged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core import clock
from app.documents.models import Document
from app.dunning import actions
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.intake.models import MessageState
from app.outbox.models import Mark, OutgoingMail
from app.web.access import Role
from tests.dunning.returns import REPORTS, WHOM, exchange, exim, make_customer, make_mail, make_sale, make_sent, postfix
from tests.factories import make_company, make_user, reload, the_company
from tests.intake.test_opening import opened


def arrives(raw: bytes, **facts):
    """The report, as the intake receiver takes it."""
    return opened(raw, **({"envelope_sender": "<>"} | facts))


def to_do() -> list[Action]:
    return list(db.session.scalars(select(Action).where(Action.state == ActionState.TO_DO)))


@pytest.mark.parametrize("report", REPORTS)
def test_a_mail_that_came_back_is_to_send_once_more(app, report):
    """SE-7: S54: by its Message-ID, in whatever form: the invoice is *to send*, its owner has the reason in words."""
    owner = make_user()
    document = make_sale(to_send_at=clock.now())
    document.counterparty.owner = owner
    action = make_sent(document=document)
    message = arrives(report(action.mail))

    assert message.state is MessageState.OPENED and message.notes[0]["key"] == "bounce"
    assert reload(document).is_to_send and document.sent_means is None
    [recipient] = action.mail.recipients
    assert recipient.mark is Mark.REFUSED and "5." in recipient.answer
    [again] = to_do()
    assert again.key == f"sending:{document.id}:2" and again.owner == owner and again.document == document
    assert again.reason["key"] == "bounced" and WHOM in again.reason["why"] and recipient.answer in again.reason["why"]
    assert action.bounced_at and reload(action).state is ActionState.DONE
    assert document.counterparty.contacts[0].bounced_at


@pytest.mark.parametrize("report", REPORTS)
def test_no_document_and_no_answer_come_of_a_report(app, report):
    """IN-7: S14: S54: whatever it holds."""
    action = make_sent()
    before = [db.session.scalar(select(func.count(table.id))) for table in (Document, OutgoingMail)]
    arrives(report(action.mail))

    assert [db.session.scalar(select(func.count(table.id))) for table in (Document, OutgoingMail)] == before


def test_the_same_report_twice_does_it_once(app):
    """S54: read again, come again, or told by two servers."""
    action = make_sent()
    for raw in (postfix(action.mail), postfix(action.mail), exim(action.mail)):
        arrives(raw)

    assert len(to_do()) == 1 and len(list(db.session.scalars(select(Action)))) == 2
    told = select(func.count(AuditEntry.id)).where(AuditEntry.act.in_(["came back", "mail came back"]))
    assert db.session.scalar(told) == 3


def test_a_delay_is_only_noted(app):
    """S54: 4.x.x: the server goes on trying."""
    action = make_sent()
    arrives(postfix(action.mail, action="delayed", status="4.4.1"))

    assert to_do() == [] and not reload(action).document.is_to_send
    [recipient] = action.mail.recipients
    assert recipient.mark is Mark.SENT and recipient.answer.startswith("Delayed: 550 4.4.1")


def test_whoever_got_it_keeps_it_sent(app):
    """SE-7: one of two recipients: the address is doubted, the invoice stays sent."""
    action = make_sent(WHOM, "direction@client.example")
    arrives(postfix(action.mail))

    assert to_do() == [] and not reload(action).document.is_to_send
    assert {each.address: each.mark for each in action.mail.recipients}[WHOM] is Mark.REFUSED
    assert action.bounced_at and action.counterparty.contacts[0].bounced_at

    arrives(postfix(action.mail, "direction@client.example"))
    assert len(to_do()) == 1 and reload(action).document.is_to_send


def test_whoever_gets_a_copy_does_not_count(app):
    """SE-7: a copy that arrived elsewhere does not make it sent."""
    action = make_sent(WHOM, "archive@atelier.example")
    action.mail.recipients[1].role = "cc"
    db.session.commit()
    arrives(postfix(action.mail))

    assert len(to_do()) == 1 and reload(action).document.is_to_send


def test_a_reminder_that_came_back_is_a_persons(app):
    """SE-7: the same documents at the same step; the invoice itself was sent and stays so."""
    document = make_sale(sent_at=clock.now(), to_send_at=clock.now())
    action = make_sent(document=document, kind=ActionKind.REMINDER)
    action.covers[0].reached_days = 7
    db.session.commit()
    arrives(postfix(action.mail))

    [again] = to_do()
    assert again.kind is ActionKind.REMINDER and [each.reached_days for each in again.covers] == [7]
    assert not reload(document).is_to_send


def test_what_was_paid_or_thrown_away_meanwhile_is_nobodys_work(app):
    """SE-7: S52: the bounce of a reminder is no reason to remind of what was paid."""
    paid, thrown = make_sale(to_send_at=clock.now()), make_sale(to_send_at=clock.now())
    reminder = make_sent(document=paid, kind=ActionKind.REMINDER)
    sending = make_sent(document=thrown)
    paid.settled_minor, thrown.trashed_at = paid.gross_minor, clock.now()
    db.session.commit()
    for action in (reminder, sending):
        arrives(postfix(action.mail))

    assert to_do() == []


@pytest.mark.parametrize("kind", ActionKind)
def test_what_is_another_customers_now_is_not_brought_back(app, kind):
    """SE-7: S72: the address and the text were the first one's."""
    action = make_sent(document=make_sale(to_send_at=clock.now()), kind=kind)
    action.document.counterparty = make_customer("Another")
    db.session.commit()
    arrives(postfix(action.mail))

    assert [each for each in to_do() if each.reason.get("key") == "bounced"] == []


def test_what_reached_its_customer_otherwise_stays_sent(app):
    """SE-7: a letter went after the mail, and the mail comes back late."""
    action = make_sent()
    other = actions.make(
        ActionKind.SENDING, action.document, key="sending:x:9", channel=Channel.LETTER, due_at=clock.now()
    )
    actions.done(other)
    db.session.commit()
    arrives(postfix(action.mail))

    assert to_do() == [] and not reload(action).document.is_to_send


def test_a_report_settles_what_nobody_could_know(app):
    """S43: S54: an uncertain mail that came back had left: it is refused, and a person's."""
    action = make_sent(mark=Mark.UNCERTAIN)
    arrives(postfix(action.mail))

    assert reload(action).mail.mark is Mark.REFUSED
    assert action.state is ActionState.TO_DO and action.reason["key"] == "bounced"


def test_what_was_sent_again_since_is_not_brought_back(app):
    """S54: a report about the time before, opened late."""
    action = make_sent()
    message = postfix(action.mail)
    action.mail.marked_at = clock.now() + timedelta(hours=1)
    db.session.commit()
    arrives(message)

    assert to_do() == [] and action.mail.recipients[0].mark is Mark.SENT


FORGERIES = {
    "unknown mail": lambda raw, action: raw.replace(action.mail.message_id.encode(), b"<1.customer-sending@x.example>"),
    "our domain, no such mail": lambda raw, action: raw.replace(b"<1764.", b"<9999."),
    "no report": lambda raw, action: (
        raw.replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
        .replace(b"MAILER-DAEMON", b"someone")
        .replace(b"Return-Path: <>\r\n", b"")
    ),
    "delivered": lambda raw, action: raw.replace(b"Action: failed", b"Action: delivered"),
    "of nobody": lambda raw, action: raw.replace(b"-Recipient: ", b"-Nobody: "),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_report_does_nothing(app, forge):
    """S54: without the Message-ID of a mail of ours, or without a report: nothing but a line in the log."""
    action = make_sent()
    message = arrives(forge(postfix(action.mail), action))

    assert message.state is MessageState.OPENED and to_do() == []
    assert action.mail.recipients[0].mark is Mark.SENT and not reload(action).counterparty.contacts[0].bounced_at


def test_a_report_at_another_companys_address_does_nothing(app):
    """US-3: S54: whoever knows a Message-ID brings nothing back through another company."""
    action = make_sent()
    arrives(postfix(action.mail), company=make_company("Elsewhere"))

    assert to_do() == [] and action.mail.recipients[0].mark is Mark.SENT


def test_other_mails_of_ours_note_who_did_not_get_them(app, browser):
    """S54: an approval, a password: the recipient is marked, and admins see it in the outbox."""
    admin = make_user(Role.ADMIN)
    mail = make_mail("approval-asked", None, "lea@example.org")
    arrives(exchange(mail, "lea@example.org"))

    assert mail.recipients[0].mark is Mark.REFUSED and to_do() == []
    assert "Came back" in browser(admin).get("/outbox?mark=sent").text
    assert "RecipientNotFound" in browser(admin).get(f"/outbox/{mail.id}").text


def test_who_is_restricted_does_not_see_what_came_back_of_others(app, browser):
    """US-2: S72: the report names the customer: it is in the mail log of those who look after them."""
    company = the_company()
    company.restrict_non_admins = True
    mine, other = make_user(), make_user()
    action = make_sent()
    action.counterparty.assigned_users.append(mine)
    db.session.commit()
    message = arrives(postfix(action.mail))

    assert browser(mine).get(f"/messages/{message.id}").status_code == 200
    assert browser(other).get(f"/messages/{message.id}").status_code == 404
    assert "Undelivered" not in browser(other).get("/messages").text
