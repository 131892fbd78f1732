"""What approvers are told is so: before they decide, when another was faster, and after something was taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.approval import decisions
from app.approval.models import Choice, Way
from app.documents import decisions as documents
from app.documents import editing, trash
from app.documents.models import Direction
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, Notice, NoticeKind
from app.users import memberships
from tests.approval.making import decide, mails, rounds, seat_of, token_in, validated, waits_for
from tests.factories import reload
from tests.visiting import Visitor, hand

__all__ = ["hand"]

NEW_IBAN = "FR7630006000011234567890189"


@pytest.fixture
def visitor(browser, hand):
    return Visitor(browser(), hand)


def page_of(document, user) -> str:
    return f"/approvals/{seat_of(document, user).id}"


def answer(client, document, user, choice, reason=""):
    form = {"choice": choice, "reason": reason, "revision": rounds(document)[-1].revision}
    return client.post(f"{page_of(document, user)}/decision", data=form)


# --- Before deciding --------------------------------------------------------------------------------


def test_an_account_never_seen_is_said_as_loudly_where_one_key_approves(firm, demand, browser):
    """CP-3: AP-5: on the approval's own page as in the mail; who may confirm it finds the way."""
    demand([firm.lea], [firm.admin])
    document = validated(firm, iban=NEW_IBAN)

    for user in (firm.lea, firm.admin):
        text = browser(user).get(page_of(document, user)).text
        assert "IBAN never seen for this supplier" in text and "Payment is held until a second person" in text
        assert ("Look at it and confirm" in text) is (user is firm.admin)
        decide(document, user)
    assert "IBAN never seen" not in browser(firm.lea).get(page_of(validated(firm), firm.lea)).text


# --- Another was faster -----------------------------------------------------------------------------


def test_who_comes_second_reads_once_who_decided_and_finds_their_words(firm, demand, browser):
    """AP-5: S59: who and when, once; the reason that was typed stands in the comment, which can still be sent."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    client = browser(firm.bob)

    late = answer(client, document, firm.bob, "reject", "Wrong <amount>")

    assert late.status_code == 409 and late.text.count("Lea approved it on") == 1
    assert "a comment that was not sent" in late.text and "Wrong &lt;amount&gt;</textarea>" in late.text
    silent = answer(client, document, firm.bob, "approve").text
    assert silent.count("Lea approved it on") == 1 and "What you typed" not in silent


def test_what_was_refused_while_one_is_still_asked_stays_where_it_was_typed(firm, demand, browser):
    """LC-5: S61: decided on a page of another revision, and asked still."""
    demand([firm.lea])
    document = validated(firm)
    form = {"choice": "reject", "reason": "Not ours", "revision": "another"}

    late = browser(firm.lea).post(f"{page_of(document, firm.lea)}/decision", data=form)

    assert late.status_code == 409 and "What you typed is kept." in late.text and late.text.count("Not ours") == 1


def test_who_decided_stays_said_where_one_is_asked_anew(firm, demand, browser):
    """S59: LC-5: Léa approved, then it was changed: the second learns both."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    old, revision = page_of(document, firm.bob), rounds(document)[-1].revision
    documents.edit(document, {"iban": NEW_IBAN}, by=firm.admin, version=document.version)
    db.session.commit()

    form = {"choice": Choice.REJECT, "reason": "Not ours", "revision": revision}
    late = browser(firm.bob).post(f"{old}/decision", data=form).text

    assert late.count("Lea approved it on") == 1 and "asked anew" in late and "Not ours</textarea>" in late


# --- Dead links -------------------------------------------------------------------------------------


def approved_by_mail(firm, visitor, choice="approve") -> str:
    """Léa decides by her mail; the token of the one that tells her so."""
    token = token_in(mails(user=firm.lea)[-1])
    visitor.open(token)
    visitor.press(token, choice, reason="Not ours")
    return token_in(mails("approval-decided", firm.lea)[-1])


def test_a_link_of_a_step_that_waits_again_says_that_its_turn_will_come(firm, demand, visitor):
    """AP-3: S60: Léa took hers back: nobody decided, and Bob is asked again."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    decision = decide(document, firm.lea)
    bobs = token_in(mails(user=firm.bob)[-1])
    decisions.undo(decision, by=firm.lea)
    db.session.commit()

    dead = visitor.open(bobs)
    assert dead.status_code == 410 and "An earlier approval was taken back" in dead.text
    assert "asked again once it is your turn" in dead.text and "decided" not in dead.text
    assert document.number not in dead.text and "<form" not in dead.text
    decide(document, firm.lea)
    assert "A newer mail took its place" in visitor.open(bobs).text


GONE_ON = {
    "restored": ("reject", lambda firm, it: trash.restore(it, by=firm.admin), "restored or asked anew"),
    "asked anew": (
        "approve",
        lambda firm, it: documents.edit(it, {"iban": NEW_IBAN}, by=firm.zoe, version=it.version),
        "asked anew since",
    ),
    "validated again": ("send_back", lambda firm, it: documents.validate(it, by=firm.zoe), "asked anew since"),
}


@pytest.mark.parametrize("way", GONE_ON)
def test_what_cannot_be_taken_back_is_offered_to_nobody(firm, demand, visitor, way):
    """AP-3: S60: the page says at once what was decided and why it stands; no promise, no button."""
    choice, act, why = GONE_ON[way]
    demand([firm.lea])
    document = validated(firm)
    undo = approved_by_mail(firm, visitor, choice)
    visitor.open(undo)
    assert visitor.page
    page = visitor.page
    act(firm, reload(document))
    db.session.commit()

    for said in (visitor.open(undo), visitor.press(undo, "undo", page=page)):
        assert said.status_code == 410 and "It cannot be taken back" in said.text and why in said.text
        assert "<form" not in said.text and "new mail" not in said.text and document.number not in said.text


def test_taken_back_is_said_with_what_comes_and_already_only_later(firm, demand, visitor):
    """AP-3: right after the button; a second press or a later look finds it done already."""
    demand([firm.lea])
    document = validated(firm)
    undo = approved_by_mail(firm, visitor)
    visitor.open(undo)

    pressed = visitor.press(undo, "undo").text
    assert "Taken back" in pressed and "a new mail with a new link is on its way to you" in pressed
    assert "already" not in pressed and waits_for(document) == {"Lea"}
    assert "taken back already" in visitor.open(undo).text
    decide(document, firm.lea)
    assert "taken back already" in visitor.open(undo, pressed="undo").text


def test_a_link_that_took_nothing_back_claims_nothing(firm, demand, visitor):
    """AP-3: S73: the words of an address are nobody's press."""
    demand([firm.lea])
    document = validated(firm)
    undo = approved_by_mail(firm, visitor)
    assert "Take it back?" in visitor.open(undo, pressed="undo").text
    decisions.undo(seat_of(document, firm.lea).decision, by=firm.admin)
    db.session.commit()

    assert "taken back already" in visitor.open(undo, pressed="undo").text


UNTIL = {
    "until it is paid": (Direction.PURCHASE, "approve"),
    "until it is sent or paid": (Direction.SALE, "approve"),
    "as long as it lies in the trash": (Direction.PURCHASE, "reject"),
    "until it is validated again": (Direction.PURCHASE, "send_back"),
}


@pytest.mark.parametrize("until", UNTIL)
def test_until_when_it_can_be_taken_back_is_said_as_it_is(firm, demand, visitor, until):
    """AP-3: on the used link's page, in the mail about it, and on the page of that mail once it is too old."""
    direction, choice = UNTIL[until]
    demand([firm.lea])
    validated(firm, direction=direction)
    token = token_in(mails(user=firm.lea)[-1])
    undo = approved_by_mail(firm, visitor, choice)
    said = f"That is possible {until}."

    assert "by the mail about it, or in Facteur. " + said in visitor.open(token).text
    assert said in mails("approval-decided")[-1].text
    visitor.wait(15 * 86_400)
    assert said in visitor.open(undo).text and "too old" in visitor.open(undo).text


# --- An approval that lapses ------------------------------------------------------------------------


def lapse(firm, demand):
    """Léa, then Bob approved; Léa takes hers back."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    first = decide(document, firm.lea)
    decide(document, firm.bob)
    decisions.undo(first, by=firm.lea)
    db.session.commit()
    return document


def told(user) -> list[str]:
    found = db.session.scalars(select(Notice).filter_by(user_id=user.id, kind=NoticeKind.DECIDED))
    return [str(each.arguments["what"]) for each in found]


def test_whose_approval_lapses_is_told_by_whom_and_that_their_turn_comes(firm, demand, browser):
    """AP-3: AP-4: Léa took hers back: Bob's counts no more, which a notice, a mail and the history say."""
    document = lapse(firm, demand)

    (mail,) = mails("notice", firm.bob)
    assert "Lea took back an earlier approval of" in mail.text and "asked again in turn" in mail.text
    assert told(firm.bob) == ["lapsed"] and mails("notice", firm.lea) == []
    assert "yours lapsed with it" in browser(firm.bob).get("/notices").text
    history = browser(firm.admin).get(f"/documents/{document.id}").text
    assert "made a later approval lapse with it" in history and "Decided by" in history
    decide(document, firm.lea)
    assert waits_for(document) == {"Bob"}


def test_whose_approval_a_change_ends_is_told_unless_they_are_asked_at_once(firm, demand):
    """LC-5: AP-4: Léa is mailed what changed; Bob, whose turn comes later, learns that his counts no more."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    decide(document, firm.bob)

    editing.edit(document, {"gross": Decimal("1300.00")}, by=firm.admin, version=document.version)
    db.session.commit()

    assert told(firm.bob) == ["outdated"] and "outdated" not in told(firm.lea)
    (mail,) = mails("notice", firm.bob)
    assert "your approval counts no more" in mail.text
    assert waits_for(document) == {"Lea"}


def test_whoever_approved_in_two_steps_is_told_once_that_it_counts_no_more(firm, demand):
    """LC-5: AP-4: one change, one mail."""
    demand([firm.lea], [firm.bob], [firm.bob, firm.tom])
    document = validated(firm)
    for step in rounds(document)[-1].steps[:3]:
        seat = step.seats[0]
        decisions.decide(seat, Choice.APPROVE, by=seat.user, way=Way.APP, revision=step.approval.revision)
    db.session.commit()

    editing.edit(document, {"gross": Decimal("1300.00")}, by=firm.admin, version=document.version)
    db.session.commit()

    assert told(firm.bob) == ["outdated"] and len(mails("notice", firm.bob)) == 1


@pytest.mark.parametrize("by_mail", [ByMail.NEVER, ByMail.DAILY])
def test_of_a_lapse_one_is_mailed_as_one_chose(firm, demand, by_mail):
    """AP-4: the notice stands in the app; once a day it is among the others."""
    choices.choose(firm.bob, {NoticeKind.DECIDED: choices.Choice(True, by_mail)})
    lapse(firm, demand)

    assert told(firm.bob) == ["lapsed"] and mails("notice", firm.bob) == []


def test_a_lapse_is_mailed_to_nobody_who_may_not_see_it_any_more(firm, demand):
    """S72: Bob left the firm before Léa took hers back."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    first = decide(document, firm.lea)
    decide(document, firm.bob)
    memberships.set_access(firm.bob, firm.company, None, [], by=firm.admin)
    decisions.undo(first, by=firm.lea)
    db.session.commit()

    assert mails("notice", firm.bob) == []


def test_the_link_to_take_back_what_lapsed_says_what_became_of_it(firm, demand, visitor):
    """AP-3: Bob decided by mail, Léa took hers back: Bob took nothing back."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    first = decide(document, firm.lea)
    token = token_in(mails(user=firm.bob)[-1])
    visitor.open(token)
    visitor.press(token)
    decisions.undo(first, by=firm.lea)
    db.session.commit()

    said = visitor.open(token_in(mails("approval-decided", firm.bob)[-1])).text
    assert "An earlier approval was taken back" in said and "Yours lapsed with it" in said
    assert told(firm.bob) == ["done", "lapsed"]
