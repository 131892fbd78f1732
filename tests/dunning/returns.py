"""Delivery reports as mail servers write them, and a mail to a customer that they may be about; made here."""

from __future__ import annotations

from datetime import timedelta

from app.core import clock
from app.counterparties.models import Contact, Position
from app.documents import sent
from app.documents.models import Direction, Document, SentMeans
from app.dunning import actions
from app.dunning.action_models import Action, ActionKind
from app.dunning.customer_models import Reply
from app.dunning.models import Channel
from app.extensions import db
from app.files import store
from app.intake.models import Message, MessageState, Source
from app.outbox.models import Mark, OutgoingMail, Recipient
from tests.factories import make_counterparty, make_document, the_company

WHOM = "compta@client.example"


def make_sale(**facts) -> Document:
    """A validated sale to a customer who has one contact, long due."""
    customer = facts.pop("customer", None) or make_customer()
    facts = {"direction": Direction.SALE, "counterparty": customer, "validated_at": clock.now()} | facts
    return make_document(customer.company, **facts)


def make_customer(name: str = "Menuiserie Blanc", **facts):
    """A customer with one contact for invoices."""
    customer = make_counterparty(name, is_customer=True, is_supplier=False, **facts)
    contact = Contact(counterparty=customer, position=Position.BILLING, name="Anne Blanc", email=WHOM)
    db.session.add(contact)
    db.session.commit()
    return customer


def make_mail(kind: str, about, *to: str, mark: Mark = Mark.SENT, **facts) -> OutgoingMail:
    """A mail of ours that left two hours ago."""
    left = clock.now() - timedelta(hours=2)
    count = db.session.query(OutgoingMail).count()
    facts = {"company_id": the_company().id, "subject": "Facture", "text": "Bonjour", "marked_at": left} | facts
    known = {"key": f"test:{count}", "message_id": f"<1764.{count}.{count}.{kind}@{_domain()}>", "kind": kind}
    mail = OutgoingMail(mark=mark, **known, **facts)
    if about is not None:
        mail.about_type, mail.about_id = about.__tablename__, about.id
    state = Mark.SENT if mark is Mark.SENT else Mark.QUEUED
    mail.recipients = [Recipient(address=each, mark=state) for each in to or (WHOM,)]
    db.session.add(mail)
    db.session.commit()
    return mail


def _domain() -> str:
    from app.outbox import writing

    return writing._domain()


def make_sent(*to: str, document: Document | None = None, kind: ActionKind = ActionKind.SENDING, **facts) -> Action:
    """An action whose mail left, and that is done."""
    document = document or make_sale(to_send_at=clock.now())
    facts_of_mail = {name: facts.pop(name) for name in ("mark",) if name in facts}
    key = f"sending:{document.id}:1" if kind is ActionKind.SENDING else f"reminder:{document.id}:7"
    action = actions.make(kind, document, key=key, channel=Channel.EMAIL, due_at=clock.now(), is_automatic=True)
    action.mail = make_mail(f"customer-{kind.value}", action, *to, **facts_of_mail)
    actions.leave(action, by=None)
    if action.mail.mark is Mark.SENT:
        actions.done(action)
        if kind is ActionKind.SENDING:
            sent.sent(document, SentMeans.EMAIL, by=None)
    db.session.commit()
    return action


def make_back(*, document: Document | None = None, **facts) -> Action:
    """An invoice whose mail came back, and that waits for a person."""
    document = document or make_sale(to_send_at=clock.now())
    reason = {"key": "bounced", "why": f"{WHOM}: 550 5.1.1 unknown", "addresses": [WHOM]}
    key = f"sending:{document.id}:2"
    action = actions.make(
        ActionKind.SENDING, document, key=key, channel=Channel.EMAIL, due_at=clock.now(), reason=reason
    )
    for name, value in facts.items():
        setattr(action, name, value)
    db.session.commit()
    return action


def make_reply(action: Action | None = None, *, text: str = "We pay on Friday.", **facts) -> Reply:
    """What a customer answered to the mail of an action."""
    action = action or make_sent()
    company = action.counterparty.company
    raw = store.keep(f"{text} {db.session.query(Reply).count()}".encode(), type="message/rfc822")
    told = {"sender": WHOM, "subject": "Re: Facture"}
    message = Message(company=company, direction=Direction.SALE, source=Source.SMTP, raw=raw, **told)
    message.state, message.message_id = MessageState.OPENED, "<re@client.example>"
    message.counterparty_id = action.counterparty_id
    db.session.add(message)
    db.session.flush()
    reply = Reply(company_id=company.id, message_id=message.id, **(told | {"text": text} | facts))
    reply.counterparty, reply.action = action.counterparty, action
    db.session.add(reply)
    db.session.commit()
    return reply


# --- Reports ----------------------------------------------------------------------------------------


def _report(mail: OutgoingMail, fields: str, said: str, *, head: str, returned: str = "rfc822-headers") -> bytes:
    quoted = f"From: Atelier <x@{_domain()}>\nTo: {WHOM}\nSubject: {mail.subject}\nMessage-ID: {mail.message_id}\n"
    whole = {"rfc822-headers": "text/rfc822-headers", "rfc822": "message/rfc822"}[returned]
    return f"""{head}
To: ventes@in.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"

--=_r
Content-Type: text/plain; charset=utf-8

{said}

--=_r
Content-Type: message/delivery-status

{fields}

--=_r
Content-Type: {whole}

{quoted}
Bonjour
--=_r--
""".replace("\n", "\r\n").encode()


def postfix(mail: OutgoingMail, whom: str = WHOM, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Postfix: fields for each recipient, and the whole mail."""
    fields = f"""Reporting-MTA: dns; mail.atelier.example
X-Postfix-Queue-ID: 4bXYZ
Arrival-Date: Thu, 26 Nov 2026 08:30:02 +0100 (CET)

Final-Recipient: rfc822; {whom}
Original-Recipient: rfc822;{whom}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.client.example
Diagnostic-Code: smtp; 550 {status} <{whom}>: Recipient address
    rejected: no such user"""
    head = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mail.atelier.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender"
    )
    return _report(mail, fields, f"The server could not deliver to <{whom}>.", head=head, returned="rfc822")


def exchange(mail: OutgoingMail, whom: str = WHOM, **_how) -> bytes:
    """Exchange Online: no blank after the semicolon, headers of the mail alone."""
    fields = f"""Reporting-MTA: dns;AM0PR01.prod.outlook.example
Received-From-MTA: dns;mail.atelier.example

Final-Recipient: rfc822;{whom.upper()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by lookup"""
    head = "From: <postmaster@client.example>\nSubject: Undeliverable: Facture\nContent-Language: en-US"
    return _report(mail, fields, f"Your message to {whom} couldn't be delivered.", head=head)


def gmail(mail: OutgoingMail, whom: str = WHOM, **_how) -> bytes:
    """Gmail: the mail is named in In-Reply-To, too."""
    fields = f"""Reporting-MTA: dns; googlemail.com
Arrival-Date: Thu, 26 Nov 2026 00:30:05 -0800 (PST)
X-Original-Message-ID: {mail.message_id}

Final-Recipient: rfc822; {whom}
Action: failed
Status: 5.2.2
Remote-MTA: dns; gmail-smtp-in.l.google.example (the server for the domain)
Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is full"""
    head = (
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\n"
        f"X-Failed-Recipients: {whom}\nIn-Reply-To: {mail.message_id}\nReferences: {mail.message_id}\n"
        "Subject: Delivery Status Notification (Failure)"
    )
    return _report(mail, fields, "Address not found", head=head)


def _plain(head: str, text: str) -> bytes:
    return f"{head}\nTo: ventes@in.example\nMIME-Version: 1.0\n\n{text}".replace("\n", "\r\n").encode()


def exim(mail: OutgoingMail, whom: str = WHOM, **_how) -> bytes:
    """Exim: words, and a copy of the mail."""
    head = (
        f"From: Mail Delivery System <Mailer-Daemon@mail.atelier.example>\nX-Failed-Recipients: {whom}\n"
        "Auto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender"
    )
    return _plain(
        head,
        f"""The following address(es) failed for good:

  {whom}
    host mx.client.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{whom}>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <ventes@in.example>
From: Atelier <x@atelier.example>
To: {whom}
Cc: other@client.example
Message-ID: {mail.message_id}

Bonjour
""",
    )


def qmail(mail: OutgoingMail, whom: str = WHOM, **_how) -> bytes:
    """qmail: the address, then why."""
    return _plain(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.client.example\nSubject: failure notice",
        f"""This is the mail program at mx.client.example. I could not deliver to these addresses, and gave up.

<{whom}>:
The mailbox is not here. (#5.1.1)

--- Below this line is a copy of the message.

Received: (qmail 4711 invoked from network)
Message-ID: {mail.message_id}
To: {whom}

Bonjour
""",
    )


def orange(mail: OutgoingMail, whom: str = WHOM, **_how) -> bytes:
    """A provider's words in French, the headers quoted line by line."""
    return _plain(
        "From: postmaster@orange.example\nSubject: Message non remis",
        f"""Votre message n'a pas pu être remis à {whom} :
550 5.5.0 Boîte inconnue

> From: Atelier <x@atelier.example>
> Message-Id: {mail.message_id}
> To: {whom}
""",
    )


REPORTS = (postfix, exchange, gmail, exim, qmail, orange)
