"""What customers are sent, on the pages of documents and customers, on Home, in notices and in bulk."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.audit import words
from app.audit.models import AuditEntry
from app.core import clock
from app.documents.kinds import SentMeans
from app.dunning import actions
from app.dunning.action_models import ActionKind, ActionState
from app.dunning.customer_models import Reply
from app.extensions import db
from app.notices import jobs as notices
from app.notices.models import ByMail, Notice, NoticeChoice, NoticeKind
from app.outbox.models import OutgoingMail
from app.web.access import Role
from tests.dunning.acting import make_action, make_customer, make_sale
from tests.factories import make_document, make_user, reload, the_company
from tests.web.world import make_message


def panel(client, document) -> str:
    text = client.get(f"/documents/{document.id}").text
    found = re.search(r'<section class="card" id="sending".*?</section>', text, re.DOTALL)
    return found.group() if found else ""


# --- One document, one customer ---------------------------------------------------------------------


def test_a_sale_says_how_it_reaches_its_customer(app, browser):
    """SE-6: SE-7: to send and why a person must, planned, leaving, sent when, how and by whom."""
    me = make_user(name="Ana Roux")
    customer, client = make_customer(), browser(me)
    sale = make_sale(customer, number="F-12")
    action = make_action(customer, sale, reason={"key": "no_contact"})

    assert "No contact has an e-mail address." in panel(client, sale)
    for state, said in ((ActionState.WAITING, "Planned for"), (ActionState.LEAVING, "It is leaving.")):
        action.state = state
        db.session.commit()
        assert said in panel(client, sale)
    action.state, action.done_by, action.done_at = ActionState.DONE, me, clock.now()
    sale.sent_at, sale.sent_means = clock.now(), SentMeans.EMAIL
    db.session.commit()

    text = panel(client, sale)
    for said in ("By e-mail", "Ana Roux", "Send invoice F-12"):
        assert said in text


def test_a_purchase_and_an_older_sale_have_no_such_panel(app, browser):
    """SE-1: what is never sent says nothing about it."""
    client = browser(make_user())

    assert not panel(client, make_document()) and not panel(client, make_sale(make_customer(), to_send_at=None))


def test_a_customer_s_page_tells_what_it_was_sent_and_will_be(app, browser):
    """CP-2: DN-2: actions to come, past ones with what came back, and all of it in the timeline."""
    me = make_user(name="Ana Roux")
    customer = make_customer()
    first = make_action(customer, make_sale(customer, number="F-1"))
    make_action(customer, make_sale(customer, number="F-2"), bounced_at=clock.now(), state=ActionState.DONE)
    actions.skip(first, by=me, note="by hand")
    make_action(customer, make_sale(customer, number="F-3"), kind=ActionKind.REMINDER)
    db.session.commit()

    text = browser(me).get(f"/counterparties/{customer.id}").text

    for said in ("Send invoice F-1", "Skipped", "by hand", "Send invoice F-2", "Came back", "Remind of F-3"):
        assert said in text
    assert re.search(r'Ana Roux</strong> skipped · <a href="/actions/\d+">Send invoice F-1', text)


def test_a_restricted_member_reads_of_no_other_customer_s_actions(app, browser):
    """US-2: not on a document that they may see for another reason either."""  # S72
    company = the_company()
    company.restrict_non_admins = True
    customer = make_customer()
    sale = make_sale(customer)
    make_action(customer, sale, reason={"key": "bounced", "why": "zanzibar"})
    member = make_user(company=company)
    sale.readers.add(member)
    db.session.commit()

    text = browser(member).get(f"/documents/{sale.id}").text

    assert 'id="sending"' in text and "zanzibar" not in text and "/actions/" not in text


# --- Home -------------------------------------------------------------------------------------------


def test_home_leads_to_what_is_to_be_done_for_customers(app, browser):
    """DN-2: SE-7: to send, to remind, came back, answers; each one click from its list."""
    company, client = the_company(), browser(make_user())
    make_action()
    make_action(reason={"key": "bounced", "why": "550"})
    make_action(kind=ActionKind.REMINDER)
    message = make_message(company, "answer", [])
    db.session.add(Reply(company_id=company.id, counterparty=make_customer("Third"), message_id=message.id))
    db.session.commit()

    text = client.get("/").text

    lines = re.findall(r'class="work-line" href="([^"]+)".*?class="work-text">([^<]+)', text)
    found = {label: url.replace("&amp;", "&") for url, label in lines}
    assert {"To send", "To remind", "Came back", "Answers of customers"} <= set(found)
    shown = client.get(found["Came back"]).text
    assert shown.count('class="row-link"') == 1 and "550" in shown
    assert client.get(found["To remind"]).text.count('class="row-link"') == 1


# --- Notices ----------------------------------------------------------------------------------------


def test_the_owner_is_told_once_a_day_of_what_could_not_go(app, browser):
    """SE-5: however many it is; not of what was a person's from the beginning."""
    owner = make_user(name="Ana Roux")
    customer = make_customer(owner_id=owner.id)
    waiting = [make_action(customer, make_sale(customer), is_automatic=True) for _each in range(3)]
    make_action(customer, make_sale(customer))
    assert db.session.scalars(select(Notice)).all() == []

    for action in waiting:
        actions.hand_over(action, {"key": "no_contact"})
    db.session.commit()

    (notice,) = db.session.scalars(select(Notice)).all()
    assert notice.user_id == owner.id and notice.kind is NoticeKind.TO_SEND
    text = browser(owner).get("/notices").text
    assert "Could not go by itself" in text and "Café Lumière" in text and "No contact has" in text


def test_by_mail_the_owner_is_told_as_they_chose(app):
    """SE-5: once a day where they chose nothing, else at once or never."""
    for by_mail, count in ((None, 0), (ByMail.AT_ONCE, 1), (ByMail.NEVER, 0)):
        owner = make_user()
        if by_mail:
            db.session.add(NoticeChoice(user_id=owner.id, kind=NoticeKind.TO_SEND, by_mail=by_mail))
        action = make_action(make_customer(owner_id=owner.id), is_automatic=True)
        actions.hand_over(action, {"key": "no_contact"})
        db.session.commit()
        mine = select(OutgoingMail).where(OutgoingMail.recipients.any(address=owner.email))
        assert len(db.session.scalars(mine).all()) == count, by_mail
        if by_mail is None:
            notices.send_notices(owner.id, str(clock.today()))
            assert "Could not go by itself" in db.session.scalars(mine).one().text


# --- Many documents ---------------------------------------------------------------------------------


def test_documents_to_send_are_marked_as_sent_in_bulk(app, browser):
    """SE-6: from the list of documents; what is not to send stays as it is."""
    company = the_company()
    company.sends_since = clock.now()
    to_send, older = make_sale(make_customer()), make_document()
    client = browser(make_user())
    assert 'value="mark_sent"' in client.get("/documents").text

    form = {"ids": [to_send.id, older.id], "act": "mark_sent"}
    text = client.post("/bulk-acts", data=form, follow_redirects=True).text

    assert reload(to_send).sent_means is SentMeans.MARKED and reload(older).sent_at is None
    assert "1 document marked as sent, 1 stayed as it was." in text


# --- The trail --------------------------------------------------------------------------------------


def test_the_trail_says_every_act_in_words(app, browser):
    """US-4: what is done with an action, in the reader's language."""
    admin, action = make_user(Role.ADMIN), make_action(is_automatic=True)
    actions.hand_over(action, {"key": "no_contact"})
    actions.take_over(action, by=admin)
    actions.leave(action, by=admin)
    actions.done(action)
    other, third = make_action(), make_action()
    actions.skip(other, by=admin)
    actions.withdraw(third, {"key": "paid"})
    db.session.commit()

    told = set(db.session.scalars(select(AuditEntry.act).where(AuditEntry.object_type == "action")))

    assert len(told) == 6 and told <= set(words.ACTS)
    assert "Action for a customer" in browser(admin).get("/audit").text
