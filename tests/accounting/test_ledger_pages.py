"""The ledger as people read it: the list, the panel of a document, and what they decide there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounting import exports, ledger
from app.accounting.answer_models import AccountingAnswer, AnswerLink
from app.accounting.kinds import Journal, Said, State
from app.accounting.run_models import Export
from app.audit.models import AuditEntry
from app.core import clock
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.users import people
from app.web.access import Role
from tests.accounting.making import (
    PURCHASES,
    make_credit_note,
    make_purchase,
    make_sale,
    make_sharing,
    send,
)
from tests.factories import make_company, make_user, reload


def answered(document, said: Said, comment: str = "") -> None:
    """The accountant said so by the link of its mail."""
    export = reload(db.session.get_one(Export, document.id))
    link = AnswerLink(envelope_id=export.delivery.envelope_id, token_hash=f"hash-{document.id}-{said}")
    link.expires_at = clock.now() + timedelta(days=1)
    db.session.add(link)
    db.session.flush()
    answer = AccountingAnswer(link_id=link.id, document_id=document.id, said=said, comment=comment, nonce_hash="x")
    export.said, export.said_at = said, clock.now()
    db.session.add(answer)
    db.session.commit()


@pytest.fixture
def sharing(app, server):
    """A company that sent one of each journal, in October, and one sale in November."""
    sharing = make_sharing()
    make_purchase(sharing, number="BUY-1")
    make_sale(sharing, number="SALE-1")
    make_sale(sharing, number="SALE-2", issue_date=date(2026, 11, 2))
    make_credit_note(sharing, number="CREDIT-1")
    send(sharing)
    return sharing


@pytest.fixture
def client(browser, sharing):
    return browser(make_user(Role.ADMIN, sharing.company))


CASES = [
    ("", {"BUY-1", "SALE-1", "SALE-2", "CREDIT-1"}),
    ("state=sent", {"BUY-1", "SALE-1", "SALE-2", "CREDIT-1"}),
    ("state=refused", set()),
    ("state=nonsense&journal=nonsense&since=nonsense", {"BUY-1", "SALE-1", "SALE-2", "CREDIT-1"}),
    (f"journal={Journal.SALES.value}", {"SALE-1", "SALE-2"}),
    (f"journal={Journal.CREDIT_NOTES.value}", {"CREDIT-1"}),
    ("since=2026-11-01", {"SALE-2"}),
    ("until=2026-10-31&journal=sales", {"SALE-1"}),
    ("said=booked", set()),
    ("state=next", set()),
]


def test_the_ledger_is_narrowed(client):
    """AC-4: by where it stands, journal, issue date and answer; what makes no sense is left out."""
    numbers = {"BUY-1", "SALE-1", "SALE-2", "CREDIT-1"}
    texts = {query: client.get(f"/accounting/documents?{query}").text for query, _shown in CASES}

    assert {query: {number for number in numbers if number in text} for query, text in texts.items()} == dict(CASES)


def test_the_ledger_is_narrowed_by_the_accountant_s_answer(client, sharing):
    """AC-7: what the accountant says is missing is found again."""
    sale = next(each for each in sent_documents() if each.number == "SALE-1")
    answered(sale, Said.MISSING, "The delivery note, please.")

    text = client.get("/accounting/documents?said=missing").text

    assert "SALE-1" in text and "SALE-2" not in text and "Something is missing" in text
    assert "The delivery note, please." in client.get(f"/documents/{sale.id}").text


def sent_documents():
    return [each.document for each in db.session.scalars(select(Export))]


def test_the_panel_tells_when_in_which_mail_and_what_the_server_said(client, sharing):
    """AC-4: AC-6: when, to which address, size and the server's answer stand on the document's page."""
    document = next(each for each in sent_documents() if each.number == "BUY-1")
    (delivery,) = ledger.of(document)

    text = client.get(f"/documents/{document.id}").text

    for said in (PURCHASES, delivery.answer, delivery.files[0]["name"], "a mail of"):
        assert said and said in text
    assert f"/outbox/{delivery.envelope.mail_id}" in text and f"/accounting/runs/{delivery.envelope.run_id}" in text


def test_send_again_asks_first_and_the_ledger_keeps_both(client, sharing, server):
    """AC-4: it is a person's explicit act: the page says that it will arrive twice; both mails stay in the ledger."""
    document = next(each for each in sent_documents() if each.number == "BUY-1")
    assert "The accountant will have it twice." in client.get(f"/documents/{document.id}").text

    answer = client.post(f"/accounting/documents/{document.id}/delivery", follow_redirects=True)

    assert "It goes once more with the next run." in answer.text
    send(sharing)
    assert len(ledger.of(document)) == 2 and db.session.query(OutgoingMail).filter_by(kind="accountant").count() == 5
    text = client.get(f"/documents/{document.id}").text
    assert "1 earlier mail" in text
    acts = [entry.act for entry in db.session.scalars(AuditEntry.about(document))]
    assert "to be sent to the accountant again" in acts


def test_what_is_kept_back_stays_until_it_is_given_back(browser, app, server):
    """AC-2: AC-4: no run takes it meanwhile; who and why stand in its history."""
    sharing = make_sharing()
    document, client = make_purchase(sharing), browser(make_user(Role.ADMIN, sharing.company))

    kept = client.post(f"/accounting/documents/{document.id}/keeping", data={"why": "Private"}, follow_redirects=True)
    send(sharing)

    assert "Kept back" in kept.text and "Private" in kept.text
    assert exports.of(reload(document).id).state is State.WITHHELD and not server.messages
    client.post(f"/accounting/documents/{document.id}/giving")
    send(sharing)
    assert exports.of(reload(document).id).state is State.SENT and len(server.messages) == 1


def test_a_decision_that_does_not_fit_is_refused(client, sharing):
    """AC-4: what was sent is not kept back, and what was not is not given back."""
    document = sent_documents()[0]

    for act in ("keeping", "giving"):
        assert client.post(f"/accounting/documents/{document.id}/{act}").status_code == 422
    assert exports.of(reload(document).id).state is State.SENT


def test_only_admins_decide_what_goes(browser, sharing):
    """US-6: AC-4: a member and the accountant may look; another company's admin finds nothing."""
    document = sent_documents()[0]
    addresses = [f"/accounting/documents/{document.id}/{act}" for act in ("delivery", "keeping", "giving")]

    for role in (Role.MEMBER, Role.ACCOUNTANT):
        person = browser(make_user(role, sharing.company))
        assert [person.post(address).status_code for address in addresses] == [403] * 3
        text = person.get(f"/documents/{document.id}").text
        assert "Send again" not in text and "a mail of" in text and "/outbox/" not in text
    both = make_user(Role.ADMIN, make_company("Elsewhere"))
    assert [browser(both).post(address).status_code for address in addresses] == [404] * 3
    people.join(both, sharing.company, Role.MEMBER, by=None)
    here = browser(both, sharing.company)
    assert [here.post(address).status_code for address in addresses] == [403] * 3


def test_the_panel_is_not_there_where_nothing_is_shared(browser, app):
    """AC-2: a company that shares nothing is told nothing."""
    sharing = make_sharing(shared_since=None)
    document, admin = make_purchase(sharing), make_user(Role.ADMIN, sharing.company)

    assert "accountant-title" not in browser(admin).get(f"/documents/{document.id}").text
