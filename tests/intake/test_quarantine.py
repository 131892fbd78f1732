"""Mails of senders who are not let in wait for a person."""

from __future__ import annotations

import threading
import time

import pytest

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.intake import opening, openings, quarantine, senders
from app.intake.jobs import check_sender, open_message
from app.intake.kinds import MessageKind
from app.intake.models import Judgement, Message, MessageState, Outcome, Source
from app.intake.opening import Opened
from app.intake.vetting import Vetting
from app.outbox.models import OutgoingMail
from app.tasks.jobs import commit
from app.tasks.models import Task
from app.users.models import Company, User
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_user, reload, the_company
from tests.intake import mails
from tests.intake.receiving import company_in
from tests.intake.signing import publish_dmarc, publish_key, signed
from tests.intake.test_opening import arrive, opened
from tests.intake.test_sender import received

LISTED = ("fournisseur.example", "anna@client.example")


def limit(*listed: str, company: Company | None = None, direction: Direction = Direction.PURCHASE) -> None:
    """Only these are let in from now on."""
    company = company or the_company()
    senders.change(company, direction, is_limited=True, senders=list(listed), by=make_user(Role.ADMIN, company))
    db.session.commit()


def from_(address: str, number: str = "F-1") -> bytes:
    """An invoice from somebody."""
    return mails.invoice_mail(number, sender=address)


@pytest.mark.parametrize(
    ("address", "is_let_in"),
    [
        ("compta@fournisseur.example", True),
        ("X <x@mail.FOURNISSEUR.example>", True),
        ("Anna@client.example", True),
        ("other@client.example", False),
        ("x@evilfournisseur.example", False),
        ("x@fournisseur.example.evil.example", False),
        ('"compta@fournisseur.example" <x@evil.example>', False),
        ("a@fournisseur.example)b@evil.example", False),
        ("x@evil.example, compta@fournisseur.example", False),
    ],
)
def test_only_listed_senders_are_let_in(app, address, is_let_in):
    """IN-7: addresses, domains and their subdomains; S15: by one plain From address."""
    limit(*LISTED)

    message = opened(from_(address).replace(b"F-1", b"F-2"))  # S15

    assert message.state is (MessageState.OPENED if is_let_in else MessageState.QUARANTINED)
    assert db.session.query(Document).count() == is_let_in
    assert not db.session.query(OutgoingMail).count()


def test_a_listed_sender_that_is_forged_waits_too(app, asking):
    """IN-7: S15: it counts only where no check fails; where nothing is proven it is let in."""
    limit(*LISTED)
    assert opened(from_("compta@fournisseur.example", "F-1")).state is MessageState.OPENED
    publish_key(asking, "fournisseur.example")
    publish_dmarc(asking, "fournisseur.example")

    forged = opened(from_("compta@fournisseur.example", "F-2"))  # S15
    proven = opened(signed(from_("compta@fournisseur.example", "F-3"), "fournisseur.example"))

    assert forged.notes == [{"key": "quarantined", "why": "forged"}]
    assert (forged.state, proven.state) == (MessageState.QUARANTINED, MessageState.OPENED)


def test_a_sender_that_is_checked_again_waits_for_what_was_found_now(app, asking):
    """IN-7: IN-5: the reason follows the check; whose sender was only unproven comes in once nothing is against it."""
    limit("other.example")
    message = opened(from_("compta@fournisseur.example"))
    assert message.notes == [{"key": "quarantined", "why": "not_listed"}]
    publish_key(asking, "fournisseur.example")
    publish_dmarc(asking, "fournisseur.example")
    limit(*LISTED)

    check_sender(message.id)
    db.session.commit()
    assert reload(message).notes == [{"key": "quarantined", "why": "forged"}]
    assert message.state is MessageState.QUARANTINED and openings_asked(message) == 1

    limit(*LISTED, "evil.example")
    stranger = opened(from_("x@unknown.example", "F-2"))
    limit(*LISTED, "unknown.example")
    check_sender(stranger.id)
    db.session.commit()
    assert openings_asked(stranger) == 2
    open_message(stranger.id)
    db.session.commit()
    assert reload(stranger).state is MessageState.OPENED and db.session.query(Document).count() == 1


def test_what_was_discarded_is_not_opened_by_a_check(app):
    """IN-7: only a person lets it in, whoever it is from."""
    limit(*LISTED)
    message = opened(from_("x@evil.example"))
    quarantine.discard(message, by=make_user())
    limit("evil.example")

    check_sender(message.id)
    db.session.commit()
    assert reload(message).state is MessageState.DISCARDED and openings_asked(message) == 1


def openings_asked(message: Message) -> int:
    """How often it was to be opened, its arrival counted."""
    return [each.ids for each in db.session.query(Task).filter_by(kind="open_message")].count([message.id])


def test_each_direction_has_its_own_list_and_everyone_is_the_rule(app):
    """IN-7: per company and direction."""
    limit(*LISTED)
    stranger = from_("x@evil.example")

    assert opened(stranger, direction=Direction.SALE).state is MessageState.OPENED
    assert opened(stranger, company=make_company("Other SARL")).state is MessageState.OPENED
    assert opened(stranger).state is MessageState.QUARANTINED


def test_what_a_person_adds_is_not_held_back(app):
    """IN-7: who is signed in is known."""
    limit(*LISTED)

    message = opened(from_("x@evil.example"), by=make_user(), source=Source.UPLOAD)

    assert message.state is MessageState.OPENED and message.has_documents


def test_a_machine_is_no_sender_to_decide_about(app):
    """IN-7: a bounce or an auto-reply makes no document anyway."""
    limit(*LISTED)

    message = opened(mails.mail(sender="x@evil.example", **{"Auto-Submitted": "auto-replied"}))

    assert message.state is MessageState.OPENED and message.notes == [{"key": "auto_reply"}]


@pytest.mark.alone
def test_a_forged_sender_is_kept_out_at_the_door(installation, zone):
    """IN-7: S15: through the receiver: the host that brought it may not send for the listed domain."""
    installation.config["SETTINGS"].name_servers = [zone.address]
    zone.say("fournisseur.example", "v=spf1 ip4:127.0.0.5 -all")
    with installation.app_context():
        limit(*LISTED, company=db.session.get_one(Company, installation.company_id))

    forged = received(installation, from_("compta@fournisseur.example", "F-1"), source="127.0.0.6")  # S15
    honest = received(installation, from_("compta@fournisseur.example", "F-2"), source="127.0.0.5")

    assert (forged.state, honest.state) == (MessageState.QUARANTINED, MessageState.OPENED)


def test_a_message_that_waits_is_counted_and_found(app, browser):
    """IN-7: in the mail log with its filter and its reason, in the sidebar, and on the home page."""
    limit(*LISTED)
    message = opened(from_("x@evil.example"), envelope_sender="bounces@other.example")
    client = browser(make_user(Role.ADMIN))

    assert "outcome=quarantined" in client.get("/").text
    listed = client.get("/messages?outcome=quarantined").text
    assert "sent by bounces@other.example" in listed
    assert "not on the list" in listed and 'class="count">1<' in listed
    assert "x@evil.example" in client.get("/messages", headers=aimed_at("results")).text
    page = client.get(f"/messages/{message.id}").text
    assert "x@evil.example" in page and "bounces@other.example" in page and "always accept this sender" in page
    assert "Nothing is in quarantine" in client.get("/messages?outcome=quarantined&source=api").text


def test_accepted_it_is_opened_like_any_other(app, browser):
    """IN-7: *Accept*; opened again it does not go back."""
    limit(*LISTED)
    message, client = opened(from_("x@evil.example")), browser(make_user())

    assert client.post(f"/messages/{message.id}/acceptance").status_code == 303
    open_message(reload(message).id)
    db.session.commit()
    client.post(f"/messages/{message.id}/openings")
    open_message(message.id)

    assert reload(message).state is MessageState.OPENED and db.session.query(Document).count() == 1
    assert db.session.query(AuditEntry).filter_by(act="accepted").count() == 1
    assert "somebody let it in" in client.get(f"/messages/{message.id}").text
    assert opened(from_("x@evil.example", "F-9")).state is MessageState.QUARANTINED


def test_discarded_it_stays_and_can_be_accepted_later(app, browser):
    """IN-7: *Discard*: nothing is made of it, its bytes stay; nothing that arrived is lost."""
    limit(*LISTED)
    raw = from_("x@evil.example")
    message, client = opened(raw), browser(make_user())

    client.post(f"/messages/{message.id}/discard")
    open_message(reload(message).id)  # a task that came late
    db.session.commit()
    assert reload(message).state is MessageState.DISCARDED and store.read(message.raw) == raw
    assert "Discarded" in client.get("/messages?outcome=discarded").text
    assert client.post(f"/messages/{message.id}/openings").status_code == 422
    assert client.post(f"/messages/{message.id}/discard").status_code == 422

    client.post(f"/messages/{message.id}/acceptance")
    open_message(reload(message).id)
    assert reload(message).state is MessageState.OPENED and db.session.query(Document).count() == 1


def test_a_message_that_was_let_in_says_why_nothing_came_of_it(app, browser):
    """IN-7: IN-5: in the list, rather than only that somebody let it in."""
    limit(*LISTED)
    message = opened(mails.mail(sender="x@evil.example"))
    quarantine.accept(message, by=make_user())
    open_message(message.id)
    db.session.commit()

    assert "No attachment that could be an invoice." in browser(make_user()).get("/messages").text


def test_an_opening_that_comes_late_puts_nothing_back(app):
    """IN-7: S37: the job run twice, accepted in between: what it found before is no longer so."""
    limit(*LISTED)
    message = arrive(from_("x@evil.example"))
    late = opening.open_up(opening.what_arrived(message.id))
    open_message(message.id)
    quarantine.accept(message, by=make_user())
    open_message(message.id)

    opening.note(message.id, late)  # S37

    assert message.state is MessageState.OPENED and message.has_documents


def test_a_message_of_which_somebody_judged_a_part_waits_for_nobody(app):
    """IN-7: IN-4: the list is made after it was opened; its picture is taken out of it all the same."""
    message = opened(mails.with_logo(picture=mails.logo()))
    logo = message.parts[-1]
    assert logo.file is None, "its bytes are to be taken out"
    limit("client.example")
    openings.judge(logo, Judgement.INVOICE, by=make_user())

    open_message(message.id)

    assert (message.state, logo.outcome) == (MessageState.OPENED, Outcome.IMPORTED)


@pytest.mark.parametrize("state", quarantine.WAITS_OR_DISCARDED)
def test_no_part_is_judged_of_a_message_that_waits(app, state):
    """IN-7: IN-4: it would be opened without anybody letting it in."""
    message = opened(mails.with_logo(picture=mails.logo()))
    message.state = state

    with pytest.raises(Refused):
        openings.judge(message.parts[-1], Judgement.INVOICE, by=make_user())
    assert message.state is state


@pytest.mark.alone
def test_two_who_let_a_sender_in_for_good_at_once_let_in_both(live_app):
    """IN-7: S37: neither list is written over the other."""
    company_id, gate = company_in(live_app), threading.Event()
    with live_app.app_context():
        limit(*LISTED, company=db.session.get_one(Company, company_id))
        user_id = make_user(Role.ADMIN, db.session.get_one(Company, company_id)).id

    def let_in(address: str, seconds: float) -> None:
        with live_app.app_context():
            company, user = db.session.get_one(Company, company_id), db.session.get_one(User, user_id)
            senders.list_of(company_id, Direction.PURCHASE)
            senders.let_in(company, Direction.PURCHASE, address, by=user)
            db.session.flush()
            gate.set()
            time.sleep(seconds)
            commit()

    thread = threading.Thread(target=let_in, args=("a@evil.example", 0.5))
    thread.start()
    assert gate.wait(5)
    let_in("b@evil.example", 0)
    thread.join()

    with live_app.app_context():
        known = senders.list_of(company_id, Direction.PURCHASE)
        assert known.senders == [*LISTED, "a@evil.example", "b@evil.example"]  # S37


@pytest.mark.parametrize(("role", "is_listed"), [(Role.ADMIN, True), (Role.MEMBER, False)])
def test_an_admin_lets_a_sender_in_for_good(app, browser, role, is_listed):
    """IN-7: *and always accept this sender* is a setting, and settings are an admin's."""
    limit(*LISTED)
    message, client = opened(from_("New <new@evil.example>")), browser(make_user(role))
    assert ("always accept" in client.get(f"/messages/{message.id}").text) is is_listed

    client.post(f"/messages/{message.id}/acceptance", data={"always": "yes"})

    known = senders.list_of(the_company().id, Direction.PURCHASE)
    assert ("new@evil.example" in known.senders) is is_listed
    assert (opened(from_("new@evil.example", "F-2")).state is MessageState.OPENED) is is_listed


@pytest.mark.parametrize(("act", "state"), [("acceptances", "received"), ("discards", "discarded")])
def test_many_are_decided_at_once(app, browser, act, state):
    """IN-7: on the filtered list; what is not the person's to decide is left out."""
    limit(*LISTED)
    other = make_company("Other SARL")
    limit(*LISTED, company=other)
    mine = [opened(from_("x@evil.example", f"F-{n}")) for n in range(3)]
    theirs = opened(from_("x@evil.example"), company=other)
    client = browser(make_user())
    assert 'name="ids"' in client.get("/messages?outcome=quarantined").text
    assert 'name="ids"' not in client.get("/messages").text

    answer = client.post(f"/messages/{act}", data={"ids": [each.id for each in (*mine[:2], theirs)]})

    assert answer.status_code == 303
    assert [reload(each).state.value for each in (*mine, theirs)] == [state, state, "quarantined", "quarantined"]


@pytest.mark.parametrize("act", ["acceptance", "discard"])
def test_a_stranger_decides_nothing(app, browser, act):
    """US-3: IN-7: another company's messages are not there; who may not add invoices may not let them in."""
    limit(*LISTED)
    message = opened(from_("x@evil.example"))
    stranger, approver = make_user(company=make_company("Other SARL")), make_user(Role.APPROVER)

    assert browser(stranger).post(f"/messages/{message.id}/{act}").status_code == 404
    assert browser(approver).post(f"/messages/{message.id}/{act}").status_code == 403
    assert reload(message).state is MessageState.QUARANTINED


def test_an_admin_says_who_is_let_in(app, browser):
    """IN-7: everyone, or only these: addresses and domains, one a line; what is neither is said beside its field."""
    company, client = the_company(), browser(make_user(Role.ADMIN))
    url = f"/settings/companies/{company.id}/senders"
    form = {
        "purchase-who": "only",
        "purchase-senders": "@Fournisseur.example\n\nAnna@client.example\n",
        "sale-who": "everyone",
    }
    assert "Everyone" in client.get(url).text

    assert client.post(url, data=form).status_code == 303
    known = senders.list_of(company.id, Direction.PURCHASE)
    assert known.is_limited and known.senders == ["fournisseur.example", "anna@client.example"]
    assert not senders.list_of(company.id, Direction.SALE).is_limited
    entry = db.session.query(AuditEntry).filter_by(act="changed").one()
    assert set(entry.changes) == {"purchase_is_limited", "purchase_senders"}

    wrong = client.post(url, data=form | {"purchase-senders": "fournisseur"})
    assert wrong.status_code == 422 and "neither an address nor a domain" in wrong.text
    empty = client.post(url, data=form | {"purchase-senders": ""}, follow_redirects=True)
    assert "every mail will wait" in empty.text


def test_only_an_admin_says_who_is_let_in(app, browser):
    """US-6: IN-7: settings are an admin's; another company's are not there."""
    url = f"/settings/companies/{the_company().id}/senders"
    stranger = make_user(Role.ADMIN, make_company("Other SARL"))

    assert browser(make_user()).get(url).status_code == 403
    assert browser(make_user()).post(url).status_code == 403
    assert browser(stranger).get(url).status_code == 404


@pytest.mark.alone
def test_who_is_let_in_while_it_is_opened_once_more_is_let_in(live_app):
    """IN-7: S37: the opening that runs twice overwrites no decision, or the message would wait again."""
    company_id, gate = company_in(live_app), threading.Event()
    with live_app.app_context():
        company = db.session.get_one(Company, company_id)
        limit(*LISTED, company=company)
        message_id, user_id = opened(from_("x@evil.example"), company=company).id, make_user(company=company).id

    def pause(_message, _facts) -> None:
        gate.set()
        time.sleep(0.5)

    def open_once_more() -> None:
        kind = MessageKind("slow", lambda _letter: None, pause)
        waits = Vetting(waits="not_listed", kind=(kind, {}))
        with live_app.app_context():
            opening.note(message_id, Opened(notes=[{"key": "quarantined", "why": "forged"}], vetting=waits))
            commit()

    thread = threading.Thread(target=open_once_more)
    thread.start()
    assert gate.wait(5)
    with live_app.app_context():
        quarantine.accept(db.session.get_one(Message, message_id), by=db.session.get_one(User, user_id))
        commit()
    thread.join()

    with live_app.app_context():
        open_message(message_id)
        commit()
        assert db.session.get_one(Message, message_id).state is MessageState.OPENED  # S37


@pytest.mark.alone
def test_two_who_decide_at_once_are_one(live_app):
    """IN-7: S37: discarded by two at the same moment: one of them is told that it was decided."""
    company_id = company_in(live_app)
    with live_app.app_context():
        company = db.session.get_one(Company, company_id)
        limit(*LISTED, company=company)
        message_id, user_id = opened(from_("x@evil.example"), company=company).id, make_user(company=company).id
    told: list[str] = []

    def decide(verb) -> None:
        with live_app.app_context():
            try:
                verb(db.session.get_one(Message, message_id), by=db.session.get_one(User, user_id))
                commit()
                told.append("done")
            except Refused:
                db.session.rollback()
                told.append("refused")

    together = [threading.Thread(target=decide, args=(verb,)) for verb in (quarantine.discard, quarantine.discard)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()

    with live_app.app_context():
        assert sorted(told) == ["done", "refused"]  # S37
        assert db.session.get_one(Message, message_id).state is MessageState.DISCARDED
        assert db.session.query(Task).filter_by(kind="open_message").count() == 1
