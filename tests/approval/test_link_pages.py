"""The page of a mailed link: what people see and decide, what machines press, what dead links say."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import flask_migrate
import pytest

from app import create_app
from app.approval import asking, decisions, kindly
from app.approval import links as linking
from app.approval.links import LinkState
from app.approval.models import Choice, Mode, Outcome
from app.comments import saying
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions as documents
from app.documents import editing, trash
from app.documents.models import Status
from app.extensions import db, limiter
from app.files import pictures
from app.notices import choices
from app.notices.models import ByMail, NoticeKind
from tests.approval.making import decide, links, mails, rounds, seat_of, token_in, validated, waits_for
from tests.factories import reload
from tests.outbox import ends
from tests.outbox.test_delivery import server
from tests.settings import settings_in
from tests.visiting import NONCE, Visitor, hand
from tests.web.world import contents

__all__ = ["hand", "server"]


@pytest.fixture
def visitor(browser, hand):
    return Visitor(browser(), hand)


@pytest.fixture
def asked(firm, demand, hand):
    """A document about which Lea is asked, and the token of her mail."""
    demand([firm.lea])
    document = validated(firm)
    return document, token_in(mails()[0])


# --- People -----------------------------------------------------------------------------------------


def test_the_page_shows_what_is_decided_and_as_whom(asked, visitor, firm):
    """AP-3: figures, facts, why, who; one form with three choices, none of them made."""
    document, token = asked
    text = visitor.open(token).text

    for said in ("You decide as Lea", document.party_name, "€1,200.00", document.number, "over 1,000 €", "Zoe"):
        assert said in text
    assert text.count("<form") == 1 and re.findall(r'value="(approve|reject|send_back)"', text) == list(Choice)
    assert "checked" not in text and "<script" not in text and "onload" not in text


@pytest.mark.parametrize(
    ("choice", "status"),
    [("approve", Status.TO_MATCH), ("reject", Status.TRASH), ("send_back", Status.TO_PROCESS)],
)
def test_a_choice_decides(asked, visitor, firm, choice, status):
    """AP-3: AP-4: without a sign-in; afterwards the link says so kindly, and shows nothing of the document."""
    document, token = asked
    visitor.open(token)
    after = visitor.press(token, choice, reason="Too expensive")

    assert reload(document).status is status
    assert after.status_code == 410 and "You " in after.text and document.party_name not in after.text
    assert [mail.recipients[0].address for mail in mails("approval-decided")] == [firm.lea.email]


@pytest.mark.parametrize("choice", ["reject", "send_back"])
def test_without_a_reason_the_page_comes_back(asked, visitor, choice):
    """AP-3: nothing is decided, what was typed stays, and the link still works."""
    document, token = asked
    visitor.open(token)
    again = visitor.press(token, choice, reason=" ")
    assert again.status_code == 422 and "Nothing was decided" in again.text
    visitor.press(token, choice, reason="Wrong address")

    assert reload(document).status is not Status.TO_APPROVE


def test_only_that_one_document_is_opened(asked, visitor, firm):
    """R9: its pages and its file, no session, nothing else."""
    document, token = asked
    path = pictures.path(document.original.file, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG")
    opened = visitor.open(token)
    base = f"/approvals/links/{token}"

    assert "Set-Cookie" not in opened.headers
    assert visitor.client.get(f"{base}/pages/1.png").data == b"\x89PNG"
    assert visitor.client.get(f"{base}/file").headers["Content-Disposition"].startswith("attachment")
    assert visitor.client.get(f"/documents/{document.id}").status_code == 303
    decide(document, firm.lea)
    assert visitor.client.get(f"{base}/pages/1.png").status_code == 404
    assert visitor.client.get(f"{base}/file").status_code == 404


def test_a_link_to_take_back_opens_no_pages_and_no_file(asked, visitor):
    """R9: AP-4: it is good for that alone; nothing of the document leaves by it."""
    document, token = asked
    path = pictures.path(document.original.file, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG")
    visitor.open(token)
    visitor.press(token)
    undo = token_in(mails("approval-decided")[0])

    assert visitor.open(undo).status_code == 200
    assert visitor.client.get(f"/approvals/links/{undo}/pages/1.png").status_code == 404
    assert visitor.client.get(f"/approvals/links/{undo}/file").status_code == 404


def test_a_comment_that_was_taken_back_is_not_shown(asked, visitor, firm):
    """AP-2: AP-3: neither on the page of the link nor in the mail, not even that there was one."""
    document, token = asked
    _kept, gone = (saying.say(document, text, by=firm.zoe) for text in ("Ordered by phone", "Never mind"))
    db.session.commit()
    assert visitor.open(token).text.count("<strong>Zoe</strong>") == 2
    saying.take_back(gone, by=firm.zoe)
    asking.remind(seat_of(document, firm.lea), key="reminder")
    db.session.commit()

    page, mail = visitor.open(token_in(mails()[-1])).text, mails()[-1]
    assert "Ordered by phone" in page and "Ordered by phone" in mail.text
    assert (
        page.count("<strong>Zoe</strong>") == mail.text.count("- Zoe:") == mail.html.count("<strong>Zoe</strong>") == 1
    )


def test_the_page_says_what_changed_since_it_was_asked_before(asked, visitor, firm):
    """AP-3: LC-5: old and new of each fact, on the page and in the mail."""
    document, _token = asked
    documents.edit(document, {"iban": "FR7630006000011234567890189"}, by=firm.zoe, version=document.version)
    db.session.commit()
    text = visitor.open(token_in(mails()[-1])).text

    assert "Changed since you were asked before" in text and "FR76 3000 6000 0112 3456 7890 189" in text
    assert "FR76 3000 6000 0112 3456 7890 189" in mails()[-1].text and "→" in mails()[-1].text


def test_the_approver_is_told_at_once_and_can_take_it_back(asked, visitor, firm):
    """AP-3: S58: by the mail about it, until payment, also without a sign-in."""
    document, token = asked
    visitor.open(token)
    visitor.press(token)
    undo = token_in(mails("approval-decided")[0])
    assert "You approved it" in visitor.open(undo).text and document.party_name in visitor.answer.text
    visitor.press(undo, "undo", after=1)
    assert reload(document).status is Status.TO_MATCH
    visitor.press(undo, "undo")

    assert reload(document).status is Status.TO_APPROVE and waits_for(document) == {"Lea"}
    assert visitor.open(undo).status_code == 410 and visitor.open(token).status_code == 410
    assert visitor.open(token_in(mails()[-1])).status_code == 200


# --- Machines ---------------------------------------------------------------------------------------


def test_looking_decides_nothing(asked, visitor, browser):
    """AP-3: HEAD and GET by many: 200, nothing changes, the link still works."""  # S57 R8
    document, token = asked
    before = len(links())
    for turn in range(21):
        other = browser()
        ask = other.head if turn % 2 else other.get
        where = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{turn}"}}
        assert ask(f"/approvals/links/{token}?choice=approve", **where).status_code == 200

    assert reload(document).status is Status.TO_APPROVE and len(links()) == before
    visitor.open(token)
    visitor.press(token)
    assert reload(document).status is Status.TO_MATCH


def test_an_answer_within_two_seconds_is_a_machines(asked, visitor):
    """AP-3: S58: refused kindly with a fresh page; a person presses again."""
    document, token = asked
    visitor.open(token)
    quick = visitor.press(token, after=1.9)
    assert quick.status_code == 422 and "very quick" in quick.text and "digits" not in quick.text
    assert reload(document).status is Status.TO_APPROVE
    visitor.press(token)

    assert reload(document).status is Status.TO_MATCH


def test_a_form_sent_without_a_choice_decides_nothing(asked, visitor):
    """AP-3: S58: as a script sends it; from then on digits are asked for, which a person copies."""
    document, token = asked
    visitor.open(token)
    assert visitor.press(token, "").status_code == 422
    assert visitor.press(token).status_code == 422 and reload(document).status is Status.TO_APPROVE
    visitor.press(token, digits=visitor.digits)

    assert reload(document).status is Status.TO_MATCH


def test_two_answers_from_one_page_are_a_machines(asked, visitor, firm):
    """AP-3: S58: both void, the first is taken back, a new mail goes out, and its page is wary."""
    document, token = asked
    visitor.open(token)
    page = NONCE.search(visitor.answer.text).group(1)
    visitor.press(token, "approve")
    assert reload(document).status is Status.TO_MATCH
    void = visitor.press(token, "reject", page=page, reason="x")

    assert void.status_code == 409 and reload(document).status is Status.TO_APPROVE
    assert not seat_of(document, firm.lea).decision and linking.state_of(links()[0]) is not LinkState.LIVING
    assert "Two different answers" in mails()[-1].text and mails()[-1].recipients[0].address == firm.lea.email
    visitor.open(token_in(mails()[-1]))
    visitor.press(token_in(mails()[-1]))
    assert reload(document).status is Status.TO_APPROVE


def test_what_cannot_be_taken_back_stays_as_it_was(asked, visitor, monkeypatch):
    """AP-3: S58: two answers of one page, and the rejected document is not to be restored: nothing is half undone."""
    document, token = asked
    page = NONCE.search(visitor.open(token).text).group(1)
    visitor.press(token, "reject", page=page, reason="x")

    def refuse(_document, _by):
        raise Refused("Its pages are elsewhere.")

    monkeypatch.setattr(trash, "before_restoring", [refuse])
    visitor.press(token, "approve", page=page)

    last = rounds(reload(document))[-1]
    assert last.outcome is Outcome.REJECTED and last.seats[0].decision.choice is Choice.REJECT
    assert reload(document).status is Status.TRASH and len(mails()) == 1


@pytest.mark.parametrize("first", ["look", "approve", "reject", "send_back"])
def test_who_presses_every_button_decides_nothing(asked, visitor, first):
    """AP-3: S58: in whatever order, slowly, on one page: there is a button that no person sees."""
    document, token = asked
    page = NONCE.search(visitor.open(token).text).group(1)
    for choice in sorted(["look", *Choice], key=lambda each: each != first):
        visitor.press(token, choice, after=10, page=page, reason="x")

    assert reload(document).status is Status.TO_APPROVE
    assert all(each.decision is None for each in rounds(document)[-1].seats)


def test_a_machine_takes_nothing_back(asked, visitor):
    """AP-3: S58: whoever presses all there is in the mail about a decision, on one page or on fresh ones."""
    document, token = asked
    visitor.open(token)
    visitor.press(token)
    undo = token_in(mails("approval-decided")[0])
    for choice in ("look", "undo"):
        visitor.open(undo)
        visitor.press(undo, choice, after=10)
    assert reload(document).status is Status.TO_MATCH

    visitor.open(undo)
    visitor.press(undo, "undo", digits=visitor.digits)
    assert reload(document).status is Status.TO_APPROVE


def test_what_opened_the_first_mail_opens_the_next_one_too(asked, visitor, firm):
    """AP-3: S58: a reminder, or a new link, is as wary as the one that a machine was at."""
    document, token = asked
    visitor.open(token)
    visitor.press(token, "look")
    asking.remind(seat_of(document, firm.lea), key="reminder")
    db.session.commit()
    again = token_in(mails()[-1])
    visitor.open(again)
    visitor.press(again)

    assert again != token and reload(document).status is Status.TO_APPROVE


def test_a_fresh_page_for_each_button_does_not_help_a_machine(asked, visitor):
    """AP-3: S58: once the hidden button was pressed, each further page asks for what is in no field."""
    document, token = asked
    for choice in ("look", *Choice):
        visitor.open(token)
        visitor.press(token, choice, after=10, reason="x", digits="x")

    assert reload(document).status is Status.TO_APPROVE


def test_the_same_button_twice_is_one_decision(asked, visitor):
    """AP-3: S59: a double click is told what it decided."""
    document, token = asked
    page = NONCE.search(visitor.open(token).text).group(1)
    for _time in range(2):
        assert "You approved it" in visitor.press(token, page=page).text

    assert reload(document).status is Status.TO_MATCH and len(mails("approval-decided")) == 1


def test_two_pages_of_one_link_make_one_decision(asked, visitor):
    """AP-3: S59: two tabs: the second is told who and when."""
    document, token = asked
    pages = [NONCE.search(visitor.open(token).text).group(1) for _tab in range(2)]
    visitor.press(token, "approve", page=pages[0])
    late = visitor.press(token, "reject", page=pages[1], reason="x")

    assert reload(document).status is Status.TO_MATCH and "You approved it" in late.text


def test_an_answer_needs_the_mark_of_its_page(asked, visitor, firm):
    """AP-3: S68: forged, of another link, or too old: nothing is decided."""
    document, token = asked
    other = validated(firm)
    foreign = NONCE.search(visitor.open(token_in(mails()[-1])).text).group(1)
    own = NONCE.search(visitor.open(token).text).group(1)
    for page in ("x", foreign, own[:-2] + "xx"):
        assert visitor.press(token, page=page).status_code == 422
    visitor.wait(13 * 3600)
    assert visitor.press(token, page=own).status_code == 422

    assert reload(document).status is reload(other).status is Status.TO_APPROVE


# --- Dead links -------------------------------------------------------------------------------------

ENDS = {
    "used": (lambda firm, document: decide(document, firm.lea), "You approved it"),
    "decided by another": (lambda firm, document: decide(document, firm.bob), "Bob decided today at"),
    "changed": (
        lambda firm, document: documents.edit(document, {"currency": "USD"}, by=firm.zoe, version=document.version),
        "A new mail went to you today at",
    ),
    "trashed": (lambda firm, document: documents.trash(document, by=firm.admin), "need not be approved any more"),
    "handed over": (lambda firm, document: hand_over(document, firm), "Tom decides it now"),
    "removed": (lambda firm, document: setattr(firm.lea, "is_disabled", True), "not asked to decide it any more"),
    "renewed": (lambda firm, document: asking.ask(seat_of(document, firm.lea)), "A newer mail took its place"),
    "expired": (lambda firm, document: age(links()[0]), "Mail me a new link"),
}


def hand_over(document, firm):
    seat = seat_of(document, firm.lea)
    linking.end(seat)
    seat.user = firm.tom


def age(link):
    link.expires_at = clock.now() - timedelta(minutes=1)


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_link_says_kindly_why_and_nothing_of_the_document(firm, demand, visitor, end):
    """AP-3: S60: S61: S62: plain page, no document data, no form to decide with, and it decides nothing."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    token = token_in(mails()[0])
    page = NONCE.search(visitor.open(token).text).group(1)
    act, sentence = ENDS[end]
    act(firm, document)
    db.session.commit()
    before = document.status

    for answer in (visitor.open(token), visitor.press(token, "reject", page=page, reason="x", after=9)):
        assert answer.status_code == 410 and sentence in answer.text
        for secret in (document.number, document.party_name, "1,200.00", document.label, 'name="choice"'):
            assert secret not in answer.text
    assert reload(document).status is before


def test_another_button_pressed_in_a_second_tab_is_told_that_it_changed_nothing(asked, visitor, firm):
    """AP-3: S59: the first answer stands; a reason that was typed there is not taken in silence."""
    document, token = asked
    pages = [NONCE.search(visitor.open(token).text).group(1) for _tab in range(2)]
    first = visitor.press(token, "approve", page=pages[0], after=9)
    second = visitor.press(token, "reject", page=pages[1], reason="Wrong amount", after=9)
    again = visitor.press(token, "approve", page=pages[1], after=9)

    told = "You pressed “Reject” afterwards: it changed nothing."
    assert told in second.text and told not in first.text and "afterwards" not in again.text
    assert "afterwards" not in visitor.client.get(f"/approvals/links/{token}?pressed=nonsense").text
    assert reload(document).status is Status.TO_MATCH


def test_the_mail_about_a_decision_is_no_newer_mail_to_decide_with(asked, visitor, firm):
    """AP-3: S61: the old link names the mail that asked anew, not the later one about what was decided with that."""
    document, token = asked
    visitor.wait(3600)
    documents.edit(document, {"currency": "USD"}, by=firm.zoe, version=document.version)
    db.session.commit()
    visitor.wait(3600)
    newer = token_in(mails()[-1])
    visitor.open(newer)
    visitor.press(newer)
    assert len(mails("approval-decided")) == 1

    asked_at, decided_at = (kindly.when_of(link.created_at, firm.company) for link in links()[1:])
    said = visitor.open(token).text
    assert f"A new mail went to you {asked_at}" in said and decided_at not in said


def test_a_used_link_knows_that_its_decision_cannot_be_taken_back_any_more(firm, demand, visitor):
    """AP-3: AP-4: another sent it back since."""
    demand([firm.lea, firm.bob], mode=Mode.ALL)
    document = validated(firm)
    token = next(token_in(mail) for mail in mails() if mail.recipients[0].address == firm.lea.email)
    decide(document, firm.lea)
    assert "You can take it back in Facteur. That is possible until it is paid." in visitor.open(token).text
    decide(document, firm.bob, Choice.SEND_BACK, reason="Wrong amount")

    assert "It went on since: it cannot be taken back." in visitor.open(token).text


def test_a_used_link_knows_that_its_decision_counts_no_more(firm, demand, visitor):
    """AP-3: AP-4: a change since began anew; only who is asked at once has a newer mail to decide with."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    first = token_in(mails()[-1])
    decide(document, firm.lea)
    second = token_in(mails()[-1])
    decide(document, firm.bob)
    editing.edit(document, {"gross": Decimal("999.00")}, by=firm.admin, version=document.version)
    db.session.commit()

    said = visitor.open(second).text
    assert "what you decided counts no more, and it is approved anew." in said and "It went on since" not in said
    assert "A new mail went to you" in visitor.open(first).text


@pytest.mark.parametrize("change", ["truncated", "altered", "longer", "hash", "nonsense"])
def test_what_is_no_link_opens_nothing(asked, visitor, change):
    """AP-3: S60: the same page for all, without a word on what there is."""
    _document, token = asked
    other = "A" if token[5] != "A" else "B"
    said = {"truncated": token[:-1], "altered": token[:5] + other + token[6:], "longer": token + "A"}
    said |= {"hash": links()[0].token_hash, "nonsense": "no-such-token"}
    where = {"path": f"/approvals/links/{said[change]}", "headers": {"Accept-Language": "en"}}
    opened, pressed = visitor.client.get(**where), visitor.client.post(**where, data={})

    assert opened.status_code == pressed.status_code == 404
    assert opened.text == pressed.text and "opens nothing" in opened.text


@pytest.mark.alone
def test_what_opens_nothing_is_throttled(tmp_path, monkeypatch):
    """AP-3: DN-2: AC-7: S60: S70: who tries tokens is told to wait."""
    monkeypatch.setattr(limiter, "enabled", True)
    app = create_app(settings_in(tmp_path), TESTING=True, BELLS=[], RATELIMIT_ENABLED=True)
    with app.app_context():
        flask_migrate.upgrade()
    for path in ("/approvals/links", "/portal", "/accounting/links"):
        seen = [app.test_client().get(f"{path}/no-such-{turn}").status_code for turn in range(40)]
        assert seen.count(404) == 30 and seen[-1] == 429


def test_a_new_link_in_place_of_an_old_one_goes_to_the_approver_alone(asked, visitor, firm):
    """AP-3: asked for on the page, mailed to who it is for, and only while something is asked."""
    document, token = asked
    for _time in range(2):
        assert visitor.client.post(f"/approvals/links/{token}/renewal").status_code == 303
    assert len(mails()) == 1
    age(links()[0])
    db.session.commit()
    for _time in range(2):
        said = visitor.client.post(f"/approvals/links/{token}/renewal", follow_redirects=True)
    assert [mail.recipients[0].address for mail in mails()] == [firm.lea.email] * 2
    assert "A newer mail took its place" in said.text

    visitor.open(token_in(mails()[-1]))
    visitor.press(token_in(mails()[-1]))
    assert reload(document).status is Status.TO_MATCH


@pytest.mark.parametrize("by_mail", [ByMail.DAILY, ByMail.NEVER])
def test_who_wants_no_mail_for_each_is_told_of_none_and_gets_one_when_they_ask(asked, visitor, firm, by_mail):
    """AP-3: S61: after a change the dead link promises no mail that never left; the one asked for comes at once."""
    document, token = asked
    choices.choose(firm.lea, {NoticeKind.APPROVAL_ASKED: choices.Choice(True, by_mail)})
    documents.edit(document, {"currency": "USD"}, by=firm.zoe, version=document.version)
    db.session.commit()
    said, unasked = visitor.open(token).text, len(mails())
    visitor.client.post(f"/approvals/links/{token}/renewal")
    visitor.open(token_in(mails()[-1]))
    visitor.press(token_in(mails()[-1]))

    assert "A new mail went to you" not in said and "as it is now, in Facteur" in said and unasked == 1
    assert "A new mail went to you today at" in visitor.open(token).text
    assert len(mails()) == 2 and reload(document).status is Status.TO_MATCH


@pytest.mark.parametrize("by_mail", [ByMail.DAILY, ByMail.NEVER])
def test_what_is_taken_back_or_too_old_comes_by_mail_whatever_they_chose(asked, visitor, firm, by_mail):
    """AP-3: the pages of a link say that a new mail comes."""
    document, token = asked
    choices.choose(firm.lea, {NoticeKind.APPROVAL_ASKED: choices.Choice(True, by_mail)})
    age(links()[0])
    db.session.commit()
    visitor.client.post(f"/approvals/links/{token}/renewal")
    after_old = len(mails())
    decision = decide(document, firm.lea)
    decisions.undo(decision, by=firm.lea)
    db.session.commit()

    assert (after_old, len(mails())) == (2, 3)


# --- Above an amount --------------------------------------------------------------------------------


def test_above_the_set_amount_a_sign_in_is_asked_for(asked, visitor, browser, firm):
    """AP-3: S58: S64: the link alone shows and decides nothing; signed in it leads to the document's page."""
    document, token = asked
    page = NONCE.search(visitor.open(token).text).group(1)
    firm.company.approval_sign_in_minor = 120_000
    db.session.commit()
    opened = visitor.open(token)
    assert "Sign in as Lea" in opened.text and f"/sign-in?next=/documents/{document.id}" in opened.text
    assert document.number not in opened.text and "1,200" not in opened.text
    assert visitor.client.get(f"/approvals/links/{token}/file").status_code == 404
    visitor.press(token, page=page)
    assert reload(document).status is Status.TO_APPROVE

    there = browser(firm.lea).get(f"/approvals/links/{token}")
    assert (there.status_code, there.location) == (303, f"/documents/{document.id}#approval")
    assert "Sign in as Lea" in browser(firm.bob).get(f"/approvals/links/{token}").text


ABOVE = {(120_001, "EUR"): False, (1, "EUR"): True, (10**9, "USD"): True}


@pytest.mark.parametrize("case", ABOVE)
def test_what_is_above_it(firm, demand, visitor, case):
    """AP-3: an amount in another currency cannot be compared, so it counts as above."""
    demand([firm.lea])
    firm.company.approval_sign_in_minor, currency = case
    validated(firm, currency=currency)

    assert ("Sign in as" in visitor.open(token_in(mails()[-1])).text) is ABOVE[case]


# --- What leaves no trace ---------------------------------------------------------------------------


def test_the_page_is_kept_nowhere_and_framed_by_nobody(asked, visitor, browser):
    """AP-3: S66: S68: no-store, no-referrer, no outside resource, no frame."""
    _document, token = asked
    opened = visitor.open(token)

    assert opened.headers["Cache-Control"] == "no-store" and opened.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="referrer" content="no-referrer"' in opened.text
    policy = opened.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "script-src" not in policy and "default-src 'none'" in policy
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', opened.text)


@pytest.fixture(params=ends.ENDS)
def standing(request, asked, server):
    """The mail of what is asked was tried; where it stands."""
    ends.bring_to(request.param, server)
    return request.param


def test_a_token_is_in_no_row_and_no_log(asked, standing, visitor, caplog, capfd):
    """AP-3: S65: S66: wherever its mail stands, nothing that is written can decide, or take a decision back."""
    document, token = asked
    dump = lambda: str(contents(but=lambda table: False))  # noqa: E731
    assert reload(mails()[0]).mark is standing and token not in dump()
    visitor.open(token)
    visitor.press(token, after=1)
    visitor.press(token)
    visitor.open(token)
    undo = token_in(mails("approval-decided")[0])

    assert reload(document).status is Status.TO_MATCH
    assert token not in dump() and undo not in dump()
    written = caplog.text + "".join(capfd.readouterr())
    assert token not in written and undo not in written and "decision_link.dead" in written


def test_links_are_made_from_the_settings_alone(app, firm, demand):
    """AP-2: S67: whatever host a request claims."""
    demand([firm.lea])
    with app.test_request_context(headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}):
        validated(firm)

    assert "evil.example" not in mails()[0].text + mails()[0].html
    assert app.config["SETTINGS"].address + "/approvals/links/" in mails()[0].text
