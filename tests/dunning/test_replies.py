"""What customers answer: kept once, by the mail it answers; machines and strangers known for what they are."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.documents.models import Document
from app.dunning import quoting, replies
from app.dunning.answered import ANSWER
from app.dunning.customer_models import Reply
from app.dunning.quoting import LONGEST_TEXT
from app.extensions import db
from app.intake.letter import parse
from app.intake.models import MessageState
from app.intake.openings import take_anyway
from tests.dunning.returns import WHOM, make_mail, make_sent
from tests.factories import make_company, make_user, the_company
from tests.intake import mails
from tests.intake.test_opening import opened
from tests.samples import invoice_pdf

TEXT = """Hello,

we pay on Friday.

Anne

On Thu, 26 Nov 2026 at 08:30, Atelier Zoé <x@atelier.example> wrote:
> Your invoice is overdue.
> Please pay it.
"""


def answer(action, *attachments, sender=f"Anne Blanc <{WHOM}>", text=TEXT, envelope=WHOM, company=None, **headers):
    """An answer to the mail of an action, as it comes to an intake address."""
    headers = {"In_Reply_To": action.mail.message_id} | headers
    raw = mails.mail(*attachments, sender=sender, subject="Re: Facture", text=text, **headers)
    return opened(raw, envelope_sender=envelope, company=company or the_company())


def kept() -> list[Reply]:
    return list(db.session.scalars(select(Reply).order_by(Reply.id)))


def test_an_answer_is_kept_with_what_is_new_in_it(app):
    """DN-2: unread, tied to its customer and to the action whose mail it answers; no document is made of it."""
    action, before = make_sent(), db.session.scalar(select(func.count(Document.id)))
    message = answer(action)

    [reply] = kept()
    assert (reply.counterparty, reply.action, reply.message_id) == (action.counterparty, action, message.id)
    assert (reply.sender, reply.subject, reply.text) == (WHOM, "Re: Facture", "Hello,\n\nwe pay on Friday.\n\nAnne")
    assert reply.read_at is None and not replies.is_stranger(reply)
    assert message.state is MessageState.OPENED and message.notes[0]["key"] == replies.KEY
    assert db.session.scalar(select(func.count(Document.id))) == before


def test_an_answer_is_kept_once(app):
    """DN-2: however often its message is read."""
    message = answer(make_sent())
    for _time in range(2):
        replies.take(message, {"answers": [kept()[0].action.mail.message_id], "text": "x"})

    assert len(kept()) == 1


def test_references_tie_it_as_well(app):
    """DN-2: where a program names the mail there alone."""
    action = make_sent()
    answer(action, In_Reply_To="<other@client.example>", References=f"<a@b.example> {action.mail.message_id}")

    assert [reply.action for reply in kept()] == [action]


def test_an_answer_to_our_answer_is_the_same_customers(app):
    """DN-2: the conversation goes on."""
    action = make_sent()
    answer(action)
    mail = make_mail(ANSWER, kept()[0])
    answer(action, In_Reply_To=mail.message_id)

    assert [reply.counterparty for reply in kept()] == [action.counterparty] * 2


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated", "subject": "Automatic reply"},
    {"X_Autoreply": "yes"},
    {"Precedence": "auto_reply"},
    {"envelope": "<>"},
]


@pytest.mark.parametrize("machine", MACHINES, ids=str)
def test_a_machine_answers_nothing(app, machine):
    """DN-2: S14: out of office: in the mail log, and nobody's reply; the plan goes on."""
    action, headers = make_sent(), dict(machine)
    if "subject" in headers:
        raw = mails.mail(sender=WHOM, In_Reply_To=action.mail.message_id, **headers)
        opened(raw)
    else:
        answer(action, **headers)

    assert kept() == []


def test_a_stranger_is_known_as_one(app):
    """DN-2: who has our mail may answer it from elsewhere: kept, and said."""
    answer(make_sent(), sender="Somebody <x@evil.example>", envelope="x@evil.example")

    assert replies.is_stranger(kept()[0]) and kept()[0].sender == "x@evil.example"


@pytest.mark.parametrize("named", ["<1.2.3.customer-sending@x.example>", "<9.9.9.customer-sending@{domain}>"])
def test_a_mail_that_answers_nothing_of_ours_is_no_reply(app, named):
    """DN-2: a Message-ID of another house, and one that was made up."""
    action = make_sent()
    domain = action.mail.message_id.partition("@")[2].rstrip(">")
    answer(action, In_Reply_To=named.replace("{domain}", domain))

    assert kept() == []


def test_an_answer_at_another_companys_address_is_not_taken(app):
    """US-3: the customer of one company is not heard by another."""
    answer(make_sent(), company=make_company("Elsewhere"))

    assert kept() == []


def test_an_attached_invoice_does_not_make_it_less_of_an_answer(app):
    """DN-2: IN-4: a person can still make a document of it in the mail log."""
    message = answer(make_sent(), ("facture.pdf", invoice_pdf(), "application/pdf"))
    assert len(kept()) == 1 and {part.reason.get("key") for part in message.parts} == {replies.KEY, "body"}
    before = db.session.scalar(select(func.count(Document.id)))

    take_anyway(message, by=make_user())
    db.session.commit()
    opened(mails.mail(text="another"))
    assert db.session.scalar(select(func.count(Document.id))) == before + 1 and len(kept()) == 1


def test_reading_lets_the_plan_go_on_and_can_be_taken_back(app):
    """DN-1: read, by whom; unread again."""
    answer(make_sent())
    [reply], user = kept(), make_user()
    replies.read(reply, by=user)
    assert reply.read_at and reply.read_by == user
    replies.unread(reply, by=user)
    db.session.flush()

    assert reply.read_at is None and reply.read_by_id is None


# --- What is new in it ------------------------------------------------------------------------------

NEW = {
    "on top": (TEXT, "Hello,\n\nwe pay on Friday.\n\nAnne"),
    "French": ("Bien reçu\n\nLe jeu. 26 nov. 2026 à 08:30, Atelier <x@y.example> a écrit :\n\n> Bonjour", "Bien reçu"),
    "two lines": ("OK\n\nLe 26 novembre 2026 à 08:30, Atelier\n<x@y.example> a écrit :\n> Bonjour", "OK"),
    "below": ("On Thu, Atelier wrote:\n> Your invoice\n\nIt is paid.", "It is paid."),
    "between": ("Anne wrote on Thu:\n> One?\nYes.\n> Two?\nNo.", "Anne wrote on Thu:\nYes.\nNo."),
    "Outlook": ("Paid.\n\nFrom: Atelier\nSent: Thursday\nTo: Anne\nSubject: Invoice\n\nBonjour", "Paid."),
    "Outlook, French": ("Payé.\n\nDe : Atelier\nEnvoyé : jeudi\nÀ : Anne\nObjet : Facture\n\nBonjour", "Payé."),
    "original message": ("Yes\n\n-----Message d'origine-----\nDe : x\n\nBonjour", "Yes"),
    "a colon": ("From: here on we pay at once.\nBye", "From: here on we pay at once.\nBye"),
    "nothing new": ("> Bonjour", "> Bonjour"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "new"), NEW.values(), ids=NEW)
def test_the_quoted_mail_is_cut(text, new):
    """DN-2: what our mail said is not repeated; where nothing else is there, all of it is shown."""
    assert quoting.new_text(parse(mails.mail(text=text))) == new


HTML = {
    "gmail": '<div>We pay <b>Friday</b>.</div><div class="gmail_quote">On Thu wrote:<blockquote>x</blockquote></div>',
    "outlook": '<p>We pay <b>Friday</b>.</p><div id="divRplyFwdMsg"><b>From:</b> Atelier</div><p>x</p>',
    "script": "<style>b{}</style><script>alert(1)</script><p>We pay Friday.</p><blockquote>x</blockquote>",
}


@pytest.mark.parametrize("html", HTML.values(), ids=HTML)
def test_of_html_only_the_words_are_kept(html):
    """DN-2: S78: no tag, no script, no quoted block."""
    assert quoting.new_text(parse(mails.mail(text="", html=html))) == "We pay Friday."


def test_hostile_answers_are_cut_short(app):
    """S20: endless texts take no time, and are kept as far as anybody reads them."""
    for text in ("\n" * 500_000, "> " * 300_000, "a " * 500_000, "On " * 200_000 + "wrote:", "-" * 400_000):
        started = clock.now()
        assert len(quoting.new_text(parse(mails.mail(text=text)))) <= LONGEST_TEXT
        assert (clock.now() - started).total_seconds() < 5
