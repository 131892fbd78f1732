"""The approval on the document's own page, in lists and in the review."""

from __future__ import annotations

import re

import pytest

from app.approval import awaited, leaving, reminding
from app.approval.models import Choice, Mode, Outcome
from app.documents import reasons
from app.documents.models import Status
from app.extensions import db
from app.users import memberships
from app.web.access import Role
from tests.approval.making import decide, mails, rounds, seat_of, validated, waits_for
from tests.factories import make_company, make_document, make_user, reload


@pytest.fixture
def asked(firm, demand):
    demand([firm.lea, firm.tom], [firm.bob])
    return validated(firm)


def form_of(page):
    """Where the form of a document's page is sent, and what is in it."""
    sent = re.search(r'class="decision-form" method="post" action="([^"]+)"', page).group(1)
    return sent, dict(re.findall(r'name="(from|revision)" value="([^"]+)"', page))


def test_the_page_says_who_is_asked_and_offers_them_the_choice(asked, firm, browser):
    """AP-1: AP-5: steps, who, since when, why; the form only for whose word is waited for."""
    address = f"/documents/{asked.id}"
    lea, zoe = browser(firm.lea).get(address).text, browser(firm.zoe).get(address).text

    assert "Step 1" in zoe and "any one of them" in zoe and "over 1,000 €" in zoe
    assert 'value="approve"' in lea and 'value="approve"' not in zoe


def test_deciding_on_the_page(asked, firm, browser):
    """AP-4: approved in the app: the next step is asked; the page says who, what, when."""
    client = browser(firm.lea)
    sent, form = form_of(client.get(f"/documents/{asked.id}").text)
    answer = client.post(sent, data=form | {"choice": "approve"}, follow_redirects=True)

    assert answer.request.path == f"/documents/{asked.id}"
    assert "Approved: " in answer.text and "Take the decision back" in answer.text
    assert waits_for(reload(asked)) == {"Bob"}
    undo = re.search(r'action="(/decisions/\d+/undoing)"', answer.text).group(1)
    assert "waits for approval again" in client.post(undo, follow_redirects=True).text
    assert waits_for(reload(asked)) == {"Lea", "Tom"}


def test_who_comes_late_is_told_who_and_when(asked, firm, browser):
    """AP-1: S59: the page that was open meanwhile decides nothing."""
    client = browser(firm.lea)
    sent, form = form_of(client.get(f"/documents/{asked.id}").text)
    decide(asked, firm.tom)
    answer = client.post(sent, data=form | {"choice": "reject", "reason": "Too dear"})

    assert answer.status_code == 409 and "Tom approved it on" in answer.text


def test_the_seat_of_another_is_not_decided_on(asked, firm, browser):
    """US-3: S63: whoever is not asked there finds nothing; what was seen of another document decides nothing."""
    other = validated(firm)
    form = {"from": "document", "revision": rounds(other)[0].revision, "choice": "approve"}
    sent = f"/approvals/{seat_of(asked, firm.lea).id}/decision"

    assert browser(firm.tom).post(sent, data=form).status_code == 404
    assert browser(firm.lea).post(sent, data=form).status_code == 409
    assert waits_for(asked) == {"Lea", "Tom"}


def test_a_stranger_finds_no_decision_to_take_back(asked, firm, browser):
    """US-3: 404 for who does not see the document, 422 in words for who may not."""
    decision = decide(asked, firm.lea)
    stranger = make_user(Role.ADMIN, make_company("Elsewhere"))

    assert browser(stranger).post(f"/decisions/{decision.id}/undoing").status_code == 404
    assert browser(firm.tom).post(f"/decisions/{decision.id}/undoing").status_code == 422


# --- In a list, and beforehand ----------------------------------------------------------------------


def test_a_list_says_for_whom_it_waits_since_when_and_why(asked, firm):
    """LC-8: “waits for Léa since Monday: over 1,000 €”."""
    assert reasons.in_words(asked.reason) == "Waits for Lea or Tom since today: over 1,000 €"
    decide(asked, firm.lea)
    assert reasons.in_words(asked.reason).startswith("Waits for Bob since today")
    decide(asked, firm.bob)
    assert "Waits" not in reasons.in_words(asked.reason)


def test_the_line_names_whoever_is_called_otherwise_now(firm, demand, browser):
    """LC-8: a list asks for no further row, so the name stands in the line."""
    demand([firm.lea, firm.tom])
    document = validated(firm)

    browser(firm.lea).post("/account", data={"name": "Léa Martin-Roux", "language": "en"})

    assert reasons.in_words(reload(document).reason).startswith("Waits for Léa Martin-Roux or Tom since today")


@pytest.mark.parametrize(
    ("mode", "said"), [(Mode.ANY, "Lea, Bob or Tom"), (Mode.ALL, "Lea, Bob and Tom")], ids=["any", "all"]
)
def test_several_are_named(mode, said):
    """LC-8: any one of them, or all."""
    assert awaited.named(["Lea", "Bob", "Tom"], mode) == said


def test_the_review_says_beforehand_who_would_approve(firm, demand, browser):
    """RV-2: LC-8: beside the button, and without whoever presses it."""
    demand([firm.lea, firm.zoe], [firm.bob])
    document = make_document(firm.company, category=firm.category)
    text = browser(firm.zoe).get(f"/review/{document.id}").text

    assert "→ to approve by Lea, then Bob (over 1,000 €)" in text


# --- Somebody leaves --------------------------------------------------------------------------------


def test_what_waited_for_who_left_falls_to_the_admins(firm, demand):
    """AP-1: S62: removed or disabled: the link is dead, and no document waits for nobody."""
    demand([firm.lea])
    document, other = validated(firm), validated(firm)
    memberships.set_access(firm.lea, firm.company, None, [], by=firm.admin)
    db.session.commit()

    assert "Ada" in waits_for(document) and "Ada" in waits_for(other)
    assert [mail.recipients[0].address for mail in mails()][-2:] == [firm.admin.email] * 2
    decide(document, firm.admin)
    assert reload(document).status is Status.TO_MATCH


def test_where_the_others_have_all_decided_it_goes_on(firm, demand):
    """AP-1: *all*: the word of who left is not waited for."""
    demand([firm.lea, firm.bob], mode=Mode.ALL)
    document = validated(firm)
    decide(document, firm.lea)
    memberships.disable(firm.bob, by=firm.admin)

    assert document.status is Status.TO_MATCH


@pytest.mark.parametrize("how", ["removed", "disabled"])
def test_whoever_comes_back_is_asked_for_what_waits_at_their_seat(firm, demand, browser, how):
    """AP-1: S62: *all*: away when the turn came, nobody else may decide, and without being asked nobody would know."""
    demand([firm.lea], [firm.bob, firm.tom], mode=Mode.ALL)
    document = validated(firm)
    if how == "removed":
        memberships.set_access(firm.tom, firm.company, None, [], by=firm.admin)
    else:
        memberships.disable(firm.tom, by=firm.admin)
    decide(document, firm.lea)
    assert waits_for(document) == {"Bob", "Tom"} and seat_of(document, firm.tom).asked_at is None
    assert browser(firm.admin).get(f"/documents/{document.id}").status_code == 200

    written = len(mails())
    if how == "removed":
        memberships.set_access(firm.tom, firm.company, Role.APPROVER, [], by=firm.admin)
    else:
        memberships.enable(firm.tom, by=firm.admin)
    db.session.commit()
    assert [mail.recipients[0].address for mail in mails()[written:]] == [firm.tom.email]
    assert "F-" in browser(firm.tom).get("/approvals").text
    decide(document, firm.tom)
    assert waits_for(document) == {"Bob"}


def test_who_was_asked_before_they_left_is_asked_again_once_they_are_back(firm, demand):
    """AP-1: S62: the links of the first mail died with their access; no other right that changes asks once more."""
    demand([firm.lea, firm.bob], mode=Mode.ALL)
    document = validated(firm)
    memberships.set_access(firm.bob, firm.company, None, [], by=firm.admin)
    assert seat_of(document, firm.bob).asked_at is None
    memberships.set_access(firm.bob, firm.company, Role.APPROVER, [], by=firm.admin)
    asked = seat_of(document, firm.bob).asked_at
    memberships.set_access(firm.bob, firm.company, Role.ADMIN, [], by=firm.admin)
    assert asked and seat_of(document, firm.bob).asked_at == asked


def test_nobody_is_reminded_of_what_they_were_never_asked(firm, demand):
    """AP-3: a seat that nobody could be asked at keeps no other reminder from being written."""
    firm.company.approval_reminder_days = 1
    demand([firm.lea, firm.bob])
    seat_of(validated(firm), firm.lea).asked_at = None
    db.session.commit()
    assert reminding.remind(firm.lea, firm.company) == 0


def test_what_others_decided_at_that_moment_stays_decided(firm, demand):
    """AP-4: S62: rejected while somebody was being removed, it is not approved by their leaving."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    seat = seat_of(document, firm.lea)
    decide(document, firm.bob, Choice.REJECT)
    leaving.leave(seat)

    assert rounds(document)[-1].outcome is Outcome.REJECTED and document.status is Status.TRASH


# --- Settings ---------------------------------------------------------------------------------------


def test_an_admin_sets_how_the_company_approves(firm, browser):
    """AP-3: AP-6: four eyes, days, reminders, and the amount from which a sign-in is asked for."""
    address = f"/settings/companies/{firm.company.id}/approvals"
    form = {"four_eyes": "no", "link_days": "7", "reminder_days": "", "sign_in": "5,000.00"}
    client = browser(firm.admin)
    assert "in force now" in client.get(address).text
    assert client.post(address, data=form).status_code == 303
    company = reload(firm.company)

    assert (company.four_eyes, company.approval_link_days) == (False, 7)
    assert (company.approval_reminder_days, company.approval_sign_in_minor) == (None, 500_000)
    wrong = client.post(address, data=form | {"link_days": "0", "reminder_days": "x"})
    assert wrong.status_code == 422 and "Between 1 and 90 days" in wrong.text
    assert browser(firm.lea).get(address).status_code == 403


def test_no_sign_in_is_asked_for_from_less_than_nothing_on(firm, browser):
    """AP-3: a minus is a slip: said at the field, as typed; zero asks for it always."""
    address = f"/settings/companies/{firm.company.id}/approvals"
    form = {"four_eyes": "no", "link_days": "7", "reminder_days": "", "sign_in": "-5"}
    client = browser(firm.admin)

    wrong = client.post(address, data=form)
    assert wrong.status_code == 422 and "Enter zero or more" in wrong.text and 'value="-5"' in wrong.text
    assert reload(firm.company).approval_sign_in_minor is None
    assert client.post(address, data=form | {"sign_in": "0"}).status_code == 303
    assert reload(firm.company).approval_sign_in_minor == 0


def test_nothing_is_decided_without_one_of_the_three_choices(asked, firm, browser):
    """AP-3: an empty form, or a made-up choice, changes nothing."""
    client = browser(firm.lea)
    sent, form = form_of(client.get(f"/documents/{asked.id}").text)
    for choice in ("", "look", "approved"):
        assert client.post(sent, data=form | {"choice": choice}).status_code == 422

    assert waits_for(asked) == {"Lea", "Tom"} and Choice("approve") is Choice.APPROVE
