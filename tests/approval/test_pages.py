"""The pages of the approvals: what waits, deciding, many at once, handing over, absences."""

from __future__ import annotations

import re
from decimal import Decimal

from app.approval.models import Absence, Decision, Way
from app.comments.models import Comment
from app.core import clock
from app.documents import decisions as documents
from app.documents import editing
from app.documents.models import Status, TrashKind
from app.extensions import db
from app.users import memberships, people
from app.web.access import Role
from tests.approval.making import decide, rounds, seat_of, validated, waits_for
from tests.factories import make_company, make_user, reload


def page_of(document, user) -> str:
    return f"/approvals/{seat_of(document, user).id}"


def seen(document, user) -> str:
    """What the list says was seen of it."""
    return f"{seat_of(document, user).id}:{rounds(document)[-1].revision}"


def approve_all(client, user, *waiting):
    ids = [seat_of(document, user).id for document in waiting]
    form = {"ids": ids, "seen": [seen(document, user) for document in waiting]}
    return client.post("/approvals/approval", data=form, follow_redirects=True)


# --- Lists ------------------------------------------------------------------------------------------


def test_what_waits_for_me_stands_oldest_first_with_its_figures(firm, demand, browser):
    """AP-5: supplier, amount, due, why it is asked, who validated, since when; counted in the sidebar."""
    demand([firm.lea])
    first, second = validated(firm, number="F-1"), validated(firm, number="F-2")
    demand([firm.bob])
    validated(firm, number="F-3")

    text = browser(firm.lea).get("/approvals").text

    assert text.index("F-1") < text.index("F-2") and "F-3" not in text
    for said in (first.party_name, "€1,200.00", "days late", "over 1,000 €", "validated by Zoe", "Since"):
        assert said in text
    assert re.search(r'Approvals</span><span class="count">2<', text)
    assert second.party_name in text


def test_a_doubted_account_is_said_where_many_are_approved_at_once(firm, demand, browser):
    """CP-3: AP-5: on its line, for whoever ticks it; nowhere once it is decided, and not of a usual account."""
    demand([firm.lea])
    validated(firm)
    doubted = validated(firm, iban="FR7630006000011234567890189")
    assert "IBAN never seen" in browser(firm.admin).get("/approvals?tab=all").text
    client = browser(firm.lea)
    assert client.get("/approvals").text.count("IBAN never seen for this supplier") == 1

    decide(doubted, firm.lea)

    assert "IBAN never seen" not in client.get("/approvals").text
    assert "IBAN never seen" not in client.get("/approvals?tab=decided").text


def test_nothing_waits(firm, browser):
    """AP-5: the page says so, in each of its lists."""
    texts = [browser(firm.admin).get(f"/approvals?tab={tab}").text for tab in ("mine", "decided", "handed", "all")]

    for text, said in zip(texts, ("Nothing waits for your approval", "Nothing decided yet", "Nothing is handed on",
                                  "Nothing waits for an approval"), strict=True):  # fmt: skip
        assert said in text


def test_admins_see_all_that_wait_and_nobody_else_does(firm, demand, browser):
    """AP-5: US-6: with whoever is asked, and whether they still can."""
    demand([firm.lea])
    document = validated(firm)
    demand([firm.bob])
    validated(firm)
    firm.bob.is_disabled = True
    db.session.commit()

    text = browser(firm.admin).get("/approvals?tab=all").text
    assert document.number in text and "Lea" in text and "cannot decide any more" in text
    assert "All that wait" not in browser(firm.lea).get("/approvals?tab=all").text


def test_what_i_decided_and_what_i_handed_on_are_listed(firm, demand, browser):
    """AP-5: newest first, with what was decided, and a way to take back what is with a colleague."""
    demand([firm.lea])
    decided, given = validated(firm), validated(firm)
    decide(decided, firm.lea)
    client = browser(firm.lea)
    client.post(f"{page_of(given, firm.lea)}/handing", data={"to": firm.bob.id, "reason": "Yours"})

    assert decided.number in client.get("/approvals?tab=decided").text
    text = client.get("/approvals?tab=handed").text
    assert given.number in text and "Bob" in text and "Yours" in text and "Take back" in text


def test_what_i_decided_before_a_change_is_said_to_count_no_more(firm, demand, browser):
    """AP-4: AP-5: the list shows the amount there is now, which nobody approved."""
    demand([firm.lea])
    document = validated(firm)
    decide(document, firm.lea)
    client, said = browser(firm.lea), "Asked anew since: this counts no more."
    assert said not in client.get("/approvals?tab=decided").text

    editing.edit(document, {"gross": Decimal("1300.00")}, by=firm.admin, version=document.version)
    db.session.commit()

    assert said in client.get("/approvals?tab=decided").text


def test_long_lists_are_leafed_through(firm, demand, browser, monkeypatch):
    """AP-5: nobody's page has a thousand lines."""
    from app.approval import listed

    monkeypatch.setattr(listed, "ROWS", 2)
    demand([firm.lea])
    for number in range(3):
        validated(firm, number=f"F-{number}")
    client = browser(firm.lea)

    first = client.get("/approvals").text
    following = re.search(r'href="([^"]+)" rel="next"', first).group(1).replace("&amp;", "&")
    second = client.get(following).text

    assert "F-1" in first and "F-2" not in first and "F-2" in second and "F-1" not in second


# --- Deciding ---------------------------------------------------------------------------------------


def test_the_next_one_opens_after_each_decision(firm, demand, browser):
    """AP-5: RV-1: approve, reject with words, send back with words."""
    demand([firm.lea])
    first, second, third = (validated(firm) for _each in range(3))
    client = browser(firm.lea)
    assert client.get("/approvals/next").location == page_of(first, firm.lea)

    def answer(document, choice, reason=""):
        revision = rounds(document)[-1].revision
        form = {"choice": choice, "reason": reason, "revision": revision}
        return client.post(f"{page_of(document, firm.lea)}/decision", data=form)

    urls = {each: page_of(each, firm.lea) for each in (second, third)}
    assert answer(first, "approve").location == urls[second]
    refused = answer(second, "reject")
    assert refused.status_code == 422 and re.search(r'<textarea[^>]*autofocus[^>]*id="reason"', refused.text)
    assert answer(second, "reject", "Not ours").location == urls[third]
    assert answer(third, "send_back", "Wrong amount").location == "/approvals"

    assert reload(first).status is Status.TO_MATCH
    assert (second.trash_kind, second.trash_reason) == (TrashKind.REJECTED, "Not ours")
    assert third.status is Status.TO_PROCESS
    assert {each.way for each in db.session.query(Decision)} == {Way.APP}


def test_what_changed_meanwhile_is_not_decided_and_what_was_typed_stays(firm, demand, browser):
    """LC-5: S61: the page says so, with the way to the new one."""
    demand([firm.lea])
    document = validated(firm)
    old, revision = page_of(document, firm.lea), rounds(document)[-1].revision
    documents.edit(document, {"iban": "FR7630006000011234567890189"}, by=firm.admin, version=document.version)
    db.session.commit()
    client = browser(firm.lea)

    answer = client.post(f"{old}/decision", data={"choice": "reject", "reason": "No!", "revision": revision})

    assert answer.status_code == 409 and "changed since you saw it" in answer.text
    assert "asked anew" in answer.text and page_of(document, firm.lea) in answer.text
    new = client.get(page_of(document, firm.lea)).text
    assert "Changed since it was last asked" in new and "FR76 3000" in new


def test_it_says_who_decided_and_takes_back_what_is_mine(firm, demand, browser):
    """AP-5: S59: the other is told who and when; my own can be taken back."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.lea)

    assert "Lea approved it on" in browser(firm.bob).get(page_of(document, firm.bob)).text
    client = browser(firm.lea)
    assert "Take it back" in client.get(page_of(document, firm.lea)).text
    client.post(f"{page_of(document, firm.lea)}/undoing")
    assert reload(document).status is Status.TO_APPROVE and waits_for(document) == {"Lea", "Bob"}


def test_commenting_decides_nothing(firm, demand, browser):
    """AP-5: comment without deciding."""
    demand([firm.lea])
    document = validated(firm)

    answer = browser(firm.lea).post(f"{page_of(document, firm.lea)}/comments", data={"text": "Is this ours?"})

    assert answer.status_code == 303 and db.session.query(Comment).one().text == "Is this ours?"
    assert waits_for(document) == {"Lea"}


def test_a_comment_that_cannot_be_sent_comes_back_as_typed(firm, demand, browser):
    """AP-5: RV-4: it names nobody who is there; what was written is not lost."""
    demand([firm.lea])
    url = page_of(validated(firm), firm.lea)
    answer = browser(firm.lea).post(f"{url}/comments", data={"text": "@Nobody, is this ours?"})

    assert answer.status_code == 422 and "@Nobody, is this ours?" in answer.text
    assert db.session.query(Comment).count() == 0


def test_who_may_not_decide_any_more_neither_comments_nor_hands_over(firm, demand, browser):
    """US-6: S71: an accountant, who is an approver elsewhere, and sat there before."""
    demand([firm.lea])
    url = page_of(validated(firm), firm.lea)
    memberships.set_access(firm.lea, firm.company, Role.ACCOUNTANT, [], by=firm.admin)
    people.join(firm.lea, make_company("Elsewhere"), Role.APPROVER, by=firm.admin)
    db.session.commit()

    form = {"text": "Mine?", "to": firm.bob.id, "reason": "Mine?"}
    assert [browser(firm.lea).post(f"{url}/{act}", data=form).status_code for act in ("comments", "handing")] == [
        403
    ] * 2


def test_a_seat_is_seen_by_who_sits_there_sat_there_or_administers(firm, demand, browser):
    """US-6: S71: others find nothing; of another company neither."""
    demand([firm.lea])
    document = validated(firm)
    url = page_of(document, firm.lea)
    stranger = make_user(Role.ADMIN, make_company("Elsewhere"))

    assert [browser(user).get(url).status_code for user in (firm.lea, firm.admin)] == [200, 200]
    assert [browser(user).get(url).status_code for user in (firm.bob, firm.zoe, stranger)] == [404, 404, 404]
    form = {"choice": "approve", "revision": rounds(document)[-1].revision}
    answer = browser(firm.admin).post(f"{url}/decision", data=form)
    assert answer.status_code == 409 and "Lea is asked here, not you" in answer.text and waits_for(document) == {"Lea"}
    accountant = make_user(Role.ACCOUNTANT, firm.company)
    assert browser(accountant).get("/approvals").status_code == 403


# --- Many at once -----------------------------------------------------------------------------------


def test_fifty_are_approved_at_once_each_on_its_own(firm, demand, browser):
    """AP-5: what changed meanwhile, or was decided, is left and said; all others are approved."""
    demand([firm.lea])
    waiting = [validated(firm) for _each in range(50)]
    form = {"ids": [seat_of(each, firm.lea).id for each in waiting], "seen": [seen(each, firm.lea) for each in waiting]}
    documents.edit(waiting[0], {"gross": Decimal(5000)}, by=firm.admin, version=waiting[0].version)
    waiting[1].awaits_approval = True
    decide(waiting[2], firm.lea)

    text = browser(firm.lea).post("/approvals/approval", data=form, follow_redirects=True).text

    assert "48 approved." in text and "1 had changed meanwhile: look at it." in text
    assert "1 was decided already: Lea approved it on" in text
    db.session.expire_all()
    assert [each.status for each in waiting].count(Status.TO_MATCH) == 49
    assert waiting[0].status is Status.TO_APPROVE
    assert db.session.query(Decision).filter_by(way=Way.BULK).count() == 48


def test_bulk_takes_only_what_was_seen_and_is_mine(firm, demand, browser):
    """AP-3: S63: S73: without the revision, or for another's seat, nothing is approved; four eyes hold here too."""
    demand([firm.lea])
    mine, others, validated_by_me = validated(firm), validated(firm), validated(firm)
    others_seat = seat_of(others, firm.lea)
    others_seat.user = firm.bob
    validated_by_me.validated_by_id = firm.lea.id
    db.session.commit()
    client = browser(firm.lea)

    unseen = client.post("/approvals/approval", data={"ids": [seat_of(mine, firm.lea).id]}, follow_redirects=True).text
    form = {"ids": [others_seat.id], "seen": [f"{others_seat.id}:{others_seat.step.approval.revision}"]}
    client.post("/approvals/approval", data=form)
    eyes = approve_all(client, firm.lea, validated_by_me).text

    assert "1 had changed meanwhile" in unseen and "four eyes" in eyes
    assert db.session.query(Decision).count() == 0
    assert "Nothing was selected" in client.post("/approvals/approval", follow_redirects=True).text


# --- Handing over -----------------------------------------------------------------------------------


def test_one_document_is_handed_to_a_colleague_with_words(firm, demand, browser):
    """AP-5: without words, or to somebody who can't, the form says so."""
    demand([firm.lea])
    document = validated(firm)
    client, url = browser(firm.lea), page_of(document, firm.lea)

    refused = client.post(f"{url}/handing", data={"to": firm.bob.id}).text
    assert "Say why" in refused and re.search(r'<textarea[^>]*autofocus[^>]*name="reason"', refused)
    assert re.search(r'<select[^>]*class="form-select[^>]*id="to"', refused)
    assert client.post(f"{url}/handing", data={"to": firm.zoe.id, "reason": "x"}).status_code == 422
    text = client.post(
        f"{url}/handing", data={"to": firm.bob.id, "reason": "You know them"}, follow_redirects=True
    ).text

    assert "Bob is asked now" in text and waits_for(document) == {"Bob"}
    assert "You know them" in browser(firm.bob).get(page_of(document, firm.bob)).text
    handing = re.search(r"/approvals/handings/\d+/undoing", text).group()
    assert browser(firm.tom).post(handing).status_code == 404
    client.post(handing)
    assert waits_for(document) == {"Lea"}


def test_whose_seat_was_taken_back_meanwhile_reads_so_and_keeps_their_words(firm, demand, browser):
    """AP-5: S71: Bob typed his reason while Lea took it back; nothing is decided, and his words can be sent."""
    demand([firm.lea])
    document = validated(firm)
    lea, bob = browser(firm.lea), browser(firm.bob)
    url = page_of(document, firm.lea)
    text = lea.post(f"{url}/handing", data={"to": firm.bob.id, "reason": "You know them"}, follow_redirects=True).text
    lea.post(re.search(r"/approvals/handings/\d+/undoing", text).group())

    form = {"choice": "reject", "reason": "Twice as dear", "revision": rounds(document)[-1].revision}
    late = bob.post(f"{url}/decision", data=form)

    assert late.status_code == 409 and "Lea is asked here, not you. Nothing was changed." in late.text
    assert "Twice as dear</textarea>" in late.text and 'name="choice"' not in late.text
    assert waits_for(document) == {"Lea"} and bob.get(url).status_code == 200
    assert browser(firm.tom).get(url).status_code == 404


def test_all_that_waits_is_handed_to_a_colleague(firm, demand, browser):
    """AP-5: what the colleague may not decide stays, and is said."""
    demand([firm.lea])
    first, second = validated(firm), validated(firm)
    demand([firm.lea, firm.bob])
    third = validated(firm)

    form = {"to": firm.bob.id, "reason": "Away"}
    text = browser(firm.lea).post("/approvals/handing", data=form, follow_redirects=True).text

    assert "2 handed over to Bob." in text and "1 stay with you: Bob has a say" in text
    assert (waits_for(first), waits_for(second), waits_for(third)) == ({"Bob"}, {"Bob"}, {"Lea", "Bob"})


def test_an_admin_asks_somebody_else_and_takes_it_back(firm, demand, browser):
    """AP-5: admin can reassign."""
    demand([firm.lea])
    document = validated(firm)
    client = browser(firm.admin)

    form = {"to": firm.tom.id, "reason": "Lea is ill"}
    text = client.post(f"{page_of(document, firm.lea)}/handing", data=form, follow_redirects=True).text

    assert waits_for(document) == {"Tom"} and "All that wait" in text
    client.post(re.search(r"/approvals/handings/\d+/undoing", text).group())
    assert waits_for(document) == {"Lea"}


# --- Absences ---------------------------------------------------------------------------------------


def test_i_set_and_end_my_absence(firm, demand, browser):
    """AP-5: under my account, with what becomes of what waits."""
    demand([firm.lea])
    document, client, today = validated(firm), browser(firm.lea), clock.today(firm.company)
    assert "/account/absences" in client.get("/account").text
    form = {"first_date": today, "last_date": today, "stand_in": firm.bob.id}

    text = client.post("/account/absences", data=form, follow_redirects=True).text

    assert "1 that waited went to the stand-in." in text and "Bob decides." in text and waits_for(document) == {"Bob"}
    assert "already" in client.post("/account/absences", data=form).text
    assert "Standing in for others" in browser(firm.bob).get("/account/absences").text
    absence = db.session.query(Absence).one()
    assert browser(firm.bob).post(f"/account/absences/{absence.id}/end").status_code == 404
    client.post(f"/account/absences/{absence.id}/end")
    assert waits_for(document) == {"Lea"}


def test_an_admin_sets_it_for_whoever_fell_ill(firm, demand, browser):
    """AP-5: of people all of whose companies they administer."""
    demand([firm.lea])
    document, client, today = validated(firm), browser(firm.admin), clock.today(firm.company)
    url = f"/settings/people/{firm.lea.id}/absences"
    assert url in client.get(f"/settings/people/{firm.lea.id}").text

    client.post(url, data={"first_date": today, "last_date": today, "stand_in": firm.tom.id})

    assert waits_for(document) == {"Tom"} and "Tom decides." in client.get(url).text
    assert browser(firm.bob).get(url).status_code == 403
    assert browser(make_user(Role.ADMIN, make_company("Elsewhere"))).get(url).status_code == 404


def test_a_stand_in_who_is_away_too_is_said(firm, browser):
    """AP-5: no chains: the page says that what waits stays as it is."""
    today = clock.today(firm.company)
    for user, stand_in in ((firm.bob, firm.tom), (firm.lea, firm.bob)):
        form = {"first_date": today, "last_date": today, "stand_in": stand_in.id}
        text = browser(user).post("/account/absences", data=form, follow_redirects=True).text

    assert "Bob is away too" in text


# --- What an approver sees --------------------------------------------------------------------------


def test_an_approver_sees_their_work_and_nothing_odd(firm, demand, browser):
    """US-6: home, lists and menu speak of approvals, documents they were asked about, and their account."""
    client = browser(firm.lea)
    assert "Nothing waits for you." in client.get("/").text
    demand([firm.lea])
    document = validated(firm)
    demand([firm.bob])
    other = validated(firm)

    home = client.get("/").text
    assert "To approve" in home and "Outstanding" not in home and "Late" not in home
    for link in ("/review", "/messages", "/suppliers", "/trash", "/settings", "/add"):
        assert f'href="{link}"' not in home
    text = client.get("/documents").text
    assert document.number in text and other.number not in text
    assert client.get(f"/documents/{other.id}").status_code == 404
