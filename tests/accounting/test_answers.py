"""The accountant's answer by the link of a mail: what it shows, what it notes, and who is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.accounting import answering
from app.accounting.kinds import Said
from app.audit.models import AuditEntry
from app.comments.models import Comment
from app.core import clock
from app.extensions import db
from app.notices.models import Notice, NoticeKind
from app.outbox.models import OutgoingMail
from app.web.access import Role
from tests.accounting.answers import ADDRESS, company, mailed, one, rows, sent, standing, visitor
from tests.factories import make_company, make_user
from tests.visiting import hand

__all__ = ["company", "hand", "one", "visitor"]


def notices(user) -> list[str]:
    return [each.arguments["said"] for each in db.session.scalars(Notice.visible_to(user)) if each.arguments]


# --- What it shows ----------------------------------------------------------------------------------


def test_it_shows_what_was_sent_and_asks_one_question(one, visitor, company):
    """AC-7: company, journal, day; number, party, date, amount; three buttons, none of them pressed."""
    document, token = one
    opened = visitor.open(token)

    for said in (company.name, "Purchases", "F-1", document.party_name, "€120.00", "Oct", ADDRESS):
        assert said in opened.text
    assert document.label not in opened.text and "/documents/" not in opened.text
    assert opened.text.count("<form") == 1 and "<script" not in opened.text and "<img" not in opened.text
    assert re.findall(r'name="choice" value="(received|booked|missing)"', opened.text) == list(Said)
    assert "selected" not in opened.text and "<select" not in opened.text and "Set-Cookie" not in opened.headers


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_speaks_the_accountants_language(company, visitor, language):
    """AC-7: as the mail did, whatever the browser asks for."""
    token = mailed(sent(company, "F-1"), language=language)[1]
    opened = visitor.client.get(f"/accounting/links/{token}", headers={"Accept-Language": "de, en;q=0.1"})

    with force_locale(language):
        assert f'<html lang="{language}">' in opened.text and str(Said.MISSING.label) in opened.text


def test_what_changed_since_is_not_shown(one, visitor):
    """AC-7: S61: the page knows nothing that the mail did not say."""
    document, token = one
    document.number, document.gross_minor = "F-CHANGED", 99_900
    db.session.commit()
    text = visitor.open(token).text

    assert "F-CHANGED" not in text and "999" not in text and "F-1" in text and "€120.00" in text


# --- What it notes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["received", "booked"])
def test_an_answer_becomes_the_accounting_status(one, visitor, browser, company, choice):
    """AC-7: noted with the document and in its trail, and said back kindly."""
    document, token = one
    visitor.open(token)
    after = visitor.press(token, choice)

    assert standing(document) is Said(choice) and [each.said for each in answering.said_of(document)] == [choice]
    assert after.status_code == 200 and "Noted, thank you" in after.text and str(Said(choice).label) in after.text
    assert "today at" in after.text and "Change the answer" in after.text and after.text.count("<form") == 0
    entry = next(iter(db.session.scalars(AuditEntry.about(document))))
    assert (entry.act, entry.changes["accountant_said"]) == (f"{choice} by the accountant", [None, choice])
    assert entry.user_id is None and not list(db.session.scalars(Comment.about(document)))
    history = browser(make_user(company=company)).get(f"/documents/{document.id}").text
    assert f"noted that the accountant {choice} it" in history and "by a link in a mail" in history


def test_the_same_link_answers_again_and_the_newest_counts(one, visitor):
    """AC-7: received today, booked next week, later something is missing."""
    document, token = one
    for choice in ("received", "booked", "missing"):
        visitor.open(token)
        visitor.press(token, choice, comment="Page 2" if choice == "missing" else "")
        visitor.wait(7 * 86_400)

    assert standing(document) is Said.MISSING
    assert [each.said for each in answering.said_of(document)] == ["missing", "booked", "received"]
    assert "Something is missing" in visitor.open(token).text


def test_going_back_and_pressing_again_says_nothing_new(one, visitor):
    """AC-7: another page of the same link, the same answer in the same words."""
    _document, token = one
    for _each in range(2):
        visitor.open(token)
        visitor.press(token, "missing", comment="Page two is missing.")
    assert len(rows()) == 1
    assert db.session.query(Comment).count() == 1


def test_what_is_missing_must_be_said(one, visitor):
    """AC-7: without a sentence the page comes back, and nothing is noted."""
    document, token = one
    visitor.open(token)
    again = visitor.press(token, "missing", comment="  ")
    assert again.status_code == 422 and "Say in a sentence what is missing" in again.text and rows() == []
    long = visitor.press(token, "missing", comment="x" * 2001)
    assert long.status_code == 422 and "2000 letters at most" in long.text and "x" * 2001 in long.text
    visitor.press(token, "missing", comment="The second page.")

    assert standing(document) is Said.MISSING


def test_words_become_a_comment_of_the_accountants(one, visitor, browser, company):
    """AC-7: under their address, as no user of ours wrote them; an @ in them names nobody."""
    document, token = one
    lea = make_user(Role.MEMBER, company, name="Léa")
    visitor.open(token)
    visitor.press(token, "booked", comment="@Léa <b>account 606</b>, not 607")
    (said,) = db.session.scalars(Comment.about(document))
    page = browser(lea).get(f"/documents/{document.id}").text

    assert (said.by, said.author, said.mentions) == (None, ADDRESS, set()) and notices(lea) == []
    assert "&lt;b&gt;account 606" in page and f"<span>{ADDRESS}</span>" in page and "by a link in a mail" in page
    assert "Change or take back" not in page


def test_admins_and_who_is_in_charge_are_told_once(one, visitor, company):
    """AC-7: in the app and by mail; nobody else, and nobody twice for a button pressed twice."""
    document, token = one
    admin, charged, other = (
        make_user(Role.ADMIN, company, password=True),
        make_user(company=company),
        make_user(company=company),
    )
    document.assignee = charged
    db.session.commit()
    page = (visitor.open(token), visitor.page)[1]
    for _time in range(2):
        visitor.press(token, "missing", comment="The second page", page=page)

    assert (notices(admin), notices(charged), notices(other)) == (["missing"], ["missing"], [])
    told = list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "notice")))
    assert len(told) == 2 and all("says that something is missing: F-1" in mail.subject for mail in told)
    assert all(ADDRESS in mail.subject and "The second page" in mail.text for mail in told)


def test_without_words_nobody_is_told(one, visitor, company):
    """AC-7: that all is well is seen where one looks for it."""
    _document, token = one
    admin = make_user(Role.ADMIN, company, password=True)
    visitor.open(token)
    visitor.press(token, "booked")

    assert notices(admin) == []


# --- Several documents ------------------------------------------------------------------------------


def test_each_document_may_have_its_own_answer(company, visitor):
    """AC-7: one button for all, and a choice where one differs; the words go where something is missing."""
    documents = sent(company, "F-1", "F-2", "F-3")
    admin, token = make_user(Role.ADMIN, company, password=True), mailed(documents)[1]
    assert visitor.open(token).text.count("Same for all") == 3
    own = {f"document-{documents[1].id}": "missing", f"document-{documents[2].id}": "nonsense"}
    again = visitor.press(token, "booked", **own)
    assert again.status_code == 422 and again.text.count(" selected") == 1
    visitor.press(token, "booked", comment="Its second page", **own)

    assert [standing(each) for each in documents] == ["booked", "missing", "booked"]
    assert [len(list(db.session.scalars(Comment.about(each)))) for each in documents] == [0, 1, 0]
    assert notices(admin) == ["missing"]


def test_one_notice_tells_of_all_documents(company, visitor):
    """AC-7: once for each answer, however many it is about."""
    documents, admin = sent(company, "F-1", "F-2", "F-3"), make_user(Role.ADMIN, company, password=True)
    token = mailed(documents)[1]
    visitor.open(token)
    visitor.press(token, "missing", comment="The VAT numbers")
    (notice,) = [each for each in db.session.scalars(Notice.visible_to(admin)) if each.kind is NoticeKind.ACCOUNTANT]

    assert notice.arguments == {"name": ADDRESS, "said": "missing", "more": 2}
    (mail,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "notice"))
    assert "F-1" in mail.subject and "and 2 other documents" in mail.subject


def test_it_answers_for_its_own_documents_alone(company, visitor):
    """AC-7: R9: another document's number in the form, of this company or another, changes nothing there."""
    mine, other = sent(company, "F-1", "F-2")
    (foreign,) = sent(make_company("Elsewhere"), "F-3")
    token = mailed([mine])[1]
    mailed([other]), mailed([foreign])
    visitor.open(token)
    visitor.press(token, "booked", **{f"document-{each.id}": "missing" for each in (other, foreign)})

    assert (standing(mine), standing(other), standing(foreign)) == (Said.BOOKED, None, None)


def test_the_last_answer_counts_whichever_mail_it_came_by(one, visitor):
    """AC-7: a document that was sent again may be answered by either mail."""
    document, first = one
    visitor.wait(3600)
    second = mailed([document])[1]
    for token, choice in ((second, "booked"), (first, "received")):
        visitor.open(token)
        visitor.press(token, choice)

    assert standing(document) is Said.RECEIVED
    assert answering.said_of(document)[0].said_at - clock.now() < timedelta(seconds=1)
