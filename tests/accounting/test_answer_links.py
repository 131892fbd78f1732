"""The link in a mail to the accountant: what machines press on its page, dead links, and what leaves no trace."""

from __future__ import annotations

import re

import pytest

from app.accounting import answer_links
from app.accounting.answer_models import AnswerLink
from app.accounting.kinds import Said
from app.accounting.run_models import Delivery, Run
from app.audit.models import AuditEntry
from app.comments.models import Comment
from app.core import clock
from app.extensions import db
from app.outbox.models import Mark
from app.users import people
from app.web.access import Role
from tests.accounting import making
from tests.accounting.answers import company, mailed, one, rows, sent, standing, visitor
from tests.factories import make_company, make_user
from tests.visiting import hand
from tests.web.world import contents

__all__ = ["company", "hand", "one", "visitor"]
LINK = re.compile(r"/accounting/links/([\w-]+)")


def the_link() -> AnswerLink:
    return db.session.query(AnswerLink).one()


def the_run() -> Run:
    return the_link().envelope.run


# --- Machines ---------------------------------------------------------------------------------------


def test_looking_says_nothing(one, visitor, browser):
    """AC-7: S57: R8: HEAD and GET by many: 200, no row differs, and the link still works."""
    document, token = one
    before = contents(but=lambda table: False)
    for turn in range(21):
        other = browser()
        ask = other.head if turn % 2 else other.get
        where = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{turn}"}}
        assert ask(f"/accounting/links/{token}?choice=booked&noted=1", **where).status_code == 200

    assert contents(but=lambda table: False) == before
    visitor.open(token)
    visitor.press(token, "booked")
    assert standing(document) is Said.BOOKED


def test_an_answer_within_two_seconds_is_a_machines(one, visitor):
    """AC-7: S58: asked again kindly, on a fresh page; the quick page answers nothing any more."""
    document, token = one
    page = (visitor.open(token), visitor.page)[1]
    quick = visitor.press(token, "booked", after=1.9)
    assert quick.status_code == 422 and "very quick" in quick.text and "digits" not in quick.text
    assert visitor.press(token, "booked", page=page).status_code == 422 and standing(document) is None
    visitor.press(token, "booked")

    assert standing(document) is Said.BOOKED


@pytest.mark.parametrize("pressed", ["", "look"])
def test_what_no_person_presses_makes_the_page_wary(one, visitor, pressed):
    """AC-7: S58: a form without a choice, and the button nobody sees: from then on digits are to be copied."""
    document, token = one
    visitor.open(token)
    assert visitor.press(token, pressed).status_code == 422
    assert visitor.press(token, "booked").status_code == 422 and standing(document) is None
    visitor.press(token, "booked", digits=visitor.digits)

    assert standing(document) is Said.BOOKED


def test_two_answers_from_one_page_are_void(one, visitor, company):
    """AC-7: S58: what was set is set back to what was before, words and all; a person answers with digits."""
    document, token = one
    visitor.open(token)
    visitor.press(token, "received")
    visitor.open(token)
    page = visitor.page
    visitor.press(token, "missing", page=page, comment="Page 2")
    assert standing(document) is Said.MISSING
    void = visitor.press(token, "booked", page=page)

    assert void.status_code == 422 and "None is noted" in void.text and standing(document) is Said.RECEIVED
    (words,) = db.session.scalars(Comment.about(document))
    assert words.removed_at and words.text == ""
    entry = next(iter(db.session.scalars(AuditEntry.about(document))))
    assert (entry.act, entry.changes["accountant_said"]) == ("accountant's answer voided", ["missing", "received"])
    visitor.press(token, "booked", digits=visitor.digits)
    assert standing(document) is Said.BOOKED


@pytest.mark.parametrize("first", ["look", *Said])
def test_who_presses_every_button_says_nothing(one, visitor, first):
    """AC-7: S58: in whatever order, slowly, on one page."""
    document, token = one
    page = (visitor.open(token), visitor.page)[1]
    for choice in sorted(["look", *Said], key=lambda each: each != first):
        visitor.press(token, choice, after=10, page=page, comment="x")

    assert standing(document) is None and all(row.undone_at for row in rows())


def test_the_same_button_twice_is_one_answer(one, visitor):
    """AC-7: S59: a double click changes nothing and is told what was noted."""
    document, token = one
    page = (visitor.open(token), visitor.page)[1]
    for _time in range(2):
        assert "Noted, thank you" in visitor.press(token, "received", page=page, comment="Thanks").text

    assert len(rows()) == 1 and len(list(db.session.scalars(Comment.about(document)))) == 1


def test_what_pressed_buttons_of_one_mail_opens_the_next_one_too(one, visitor, company):
    """AC-7: S58: a link to the same address is as wary as the last ones; one to another address is not."""
    _document, token = one
    visitor.open(token)
    visitor.press(token, "look")
    again, elsewhere = sent(company, "F-2", "F-3")
    tokens = mailed([again])[1], mailed([elsewhere], to="other@books.example")[1]
    for each in tokens:
        visitor.open(each)
        visitor.press(each, "booked")

    assert (standing(again), standing(elsewhere)) == (None, Said.BOOKED)


def test_an_answer_needs_the_mark_of_its_page(one, visitor, company):
    """AC-7: S68: forged, of another link, or too old: nothing is noted."""
    document, token = one
    (other,) = sent(company, "F-2")
    foreign = (visitor.open(mailed([other])[1]), visitor.page)[1]
    own = (visitor.open(token), visitor.page)[1]
    for page in ("x", foreign, own[:-2] + "xx"):
        assert visitor.press(token, "booked", page=page).status_code == 422
    visitor.wait(13 * 3600)
    assert visitor.press(token, "booked", page=own).status_code == 422

    assert standing(document) is None and rows() == []


# --- Dead links -------------------------------------------------------------------------------------

ENDS = {
    "withdrawn": (lambda document: answer_links.withdraw(the_run(), by=make_user(Role.ADMIN)), "withdrawn"),
    "its mail was cancelled": (lambda document: setattr(the_link().envelope.mail, "mark", Mark.CANCELLED), "withdrawn"),
    "its mail was refused": (lambda document: setattr(the_link().envelope.mail, "mark", Mark.REFUSED), "withdrawn"),
    "expired": (lambda document: setattr(the_link(), "expires_at", clock.now()), "too old"),
    "moved away": (lambda document: setattr(document, "company", make_company("Elsewhere")), "withdrawn"),
    "purged": (lambda document: db.session.query(Delivery).delete(), "withdrawn"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_link_says_so_and_nothing_of_its_documents(one, visitor, end):
    """AC-7: S60: S62: plain page, no document data, no form, and it notes nothing."""
    document, token = one
    page = (visitor.open(token), visitor.page)[1]
    act, sentence = ENDS[end]
    act(document)
    db.session.commit()

    for answer in (visitor.open(token), visitor.press(token, "booked", page=page)):
        assert answer.status_code == 410 and sentence in answer.text and "<form" not in answer.text
        assert not [said for said in ("F-1", document.party_name, "120.00", "Atelier") if said in answer.text]
    assert standing(document) is None and rows() == []


@pytest.mark.parametrize("change", ["truncated", "altered", "longer", "hash", "nonsense"])
def test_what_is_no_link_opens_nothing(one, visitor, change):
    """AC-7: S60: the same page for all."""
    _document, token = one
    other = "A" if token[5] != "A" else "B"
    said = {"truncated": token[:-1], "altered": token[:5] + other + token[6:], "longer": token + "A"}
    said |= {"hash": the_link().token_hash, "nonsense": "no-such-token"}
    where = {"path": f"/accounting/links/{said[change]}", "headers": {"Accept-Language": "en"}}
    opened, pressed = visitor.client.get(**where), visitor.client.post(**where, data={})

    assert opened.status_code == pressed.status_code == 404
    assert opened.text == pressed.text and "opens nothing" in opened.text


def test_it_lives_ninety_days(one, visitor):
    """AC-7: S60: to the minute."""
    visitor.wait(90 * 86_400 - 60)
    assert visitor.open(one[1]).status_code == 200
    visitor.wait(60)
    assert visitor.open(one[1]).status_code == 410 and answer_links.living(the_run()) == []


def test_an_admin_withdraws_the_links_of_a_run(one, visitor, browser, company):
    """AC-7: S60: on its page, once; what was answered stays, and it is in the trail of the run."""
    document, token = one
    visitor.open(token)
    visitor.press(token, "booked")
    admin, page = browser(make_user(Role.ADMIN, company)), f"/accounting/runs/{the_run().id}"
    assert "Withdraw the accountant’s links" in admin.get(page).text
    for _time in range(2):
        said = admin.post(f"{page}/answer-links/withdrawal", follow_redirects=True).text

    assert "are withdrawn" in said and "Withdraw the accountant’s links" not in said
    assert visitor.open(token).status_code == 410 and standing(document) is Said.BOOKED
    assert [each.act for each in db.session.scalars(AuditEntry.about(the_run()))] == ["accountant's links withdrawn"]


def test_who_may_not_withdraw_links_does_not(one, visitor, browser, company):
    """AC-7: US-6: a stranger is told of no run; a member, admin elsewhere or not, sees no button and is refused."""
    elsewhere, page = make_company("Elsewhere"), f"/accounting/runs/{the_run().id}"
    stranger, both = make_user(Role.ADMIN, elsewhere), make_user(Role.MEMBER, company)
    people.join(both, elsewhere, Role.ADMIN, by=None)
    member = browser(both, company)

    assert browser(stranger).post(f"{page}/answer-links/withdrawal").status_code == 404
    assert "Withdraw the accountant’s links" not in member.get(page).text
    assert member.post(f"{page}/answer-links/withdrawal").status_code == 403
    assert visitor.open(one[1]).status_code == 200


# --- What leaves no trace ---------------------------------------------------------------------------


def test_the_page_is_kept_nowhere_and_framed_by_nobody(one, visitor):
    """AC-7: S66: S68: no-store, no-referrer, no outside resource, no frame, no search engine."""
    opened = visitor.open(one[1])

    assert opened.headers["Cache-Control"] == "no-store" and opened.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="referrer" content="no-referrer"' in opened.text and "noindex" in opened.headers["X-Robots-Tag"]
    policy = opened.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "script-src" not in policy and "default-src 'none'" in policy
    assert "form-action 'self'" in policy and 'href="http' not in opened.text and 'src="http' not in opened.text


def test_a_token_is_in_no_row_and_no_log(one, visitor, caplog, capfd):
    """AC-7: S65: S66: nothing that is written can answer."""
    _document, token = one
    for after in (1, 5):
        visitor.open(token)
        visitor.press(token, "booked", after=after)
    the_link().ended_at = clock.now()
    db.session.commit()
    visitor.open(token)

    assert token not in str(contents(but=lambda table: False))
    written = caplog.text + "".join(capfd.readouterr())
    assert token not in written and "answer_link.dead" in written


def test_the_link_is_made_from_the_settings_alone(app, one):
    """AC-7: S67: whatever host a request claims."""
    with app.test_request_context(headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}):
        url, token = answer_links.make(the_link().envelope)

    assert url == f"{app.config['SETTINGS'].address}/accounting/links/{token}"


def test_each_mail_to_the_accountant_holds_its_own_link(app, server, visitor, hand):
    """AC-7: S65: read from the mail that arrived it answers for that mail's documents; here it is blotted then."""
    sharing = making.make_sharing(connection=making.make_connection(per_mail=2))
    documents = [making.make_purchase(sharing) for _each in range(3)]
    making.send(sharing)
    found = [LINK.search(making.read(each).get_body("plain").get_content()) for each in server.messages]
    tokens = [each.group(1) for each in found]
    for token, choice in zip(tokens, ("booked", "received"), strict=True):
        visitor.open(token)
        visitor.press(token, choice)

    assert sorted(str(standing(each)) for each in documents) == ["booked", "booked", "received"]
    assert not [token for token in tokens if token in str(contents(but=lambda table: False))]
