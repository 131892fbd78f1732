"""Comments: said, changed, taken back, and who is named in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.comments import mentions, saying
from app.comments.models import Comment
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.notices.models import Notice, NoticeKind
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_document, make_user, reload


def told(user):
    """Of what somebody was told."""
    return [notice.kind for notice in db.session.scalars(select(Notice).filter_by(user_id=user.id))]


def test_a_comment_is_said_on_the_page_and_stands_there(app, browser):
    """RV-4: comments are said on the document, in every status; the newest stands last."""
    member, document = make_user(name="Léa Martin"), make_document(validated_at=clock.now())
    client = browser(member)
    for text in ("First remark", "Second remark"):
        client.post(f"/documents/{document.id}/comments", data={"text": text})

    said = client.get(f"/documents/{document.id}").text

    assert said.index("First remark") < said.index("Second remark")
    assert [entry.act for entry in db.session.scalars(AuditEntry.about(document))][:2] == ["commented"] * 2


def test_a_button_pressed_twice_says_it_once(app):
    """RV-4: the same words again at once are no second comment; later, or by somebody else, they are."""
    lea, paul, document = make_user(), make_user(), make_document()
    first = saying.say(document, "Ordered by phone", by=lea)

    assert saying.say(document, " Ordered by phone ", by=lea) is first
    first.created_at -= timedelta(minutes=1)
    again = saying.say(document, "Ordered by phone", by=lea)
    assert again is not first
    assert saying.say(document, "Ordered by phone", by=paul) is not again


@pytest.mark.parametrize("facts", [{"trashed_at": clock.now()}, {"validated_at": clock.now()}, {}])
def test_comments_are_available_in_every_status(app, browser, facts):
    """RV-4: in the trash as in review."""
    document = make_document(**facts)

    answer = browser(make_user()).post(
        f"/documents/{document.id}/comments", data={"text": "Seen"}, headers=aimed_at("comments"), follow_redirects=True
    )

    assert "Seen" in answer.text and "<h1>" not in answer.text
    assert [each.text for each in db.session.scalars(Comment.about(document))] == ["Seen"]


@pytest.mark.parametrize("written", ["@Léa Martin", "@lea martin", "@Léa", "@LEA@example.org", "(@Léa)", "@Léa, @Léa."])
def test_whoever_is_named_is_told_once(app, written):
    """RV-4: by name, first name or address, whatever the accents and capitals."""
    lea = make_user(name="Léa Martin", email="lea@example.org")
    document, by = make_document(), make_user(name="Paul Petit")

    comment = saying.say(document, f"Please look {written}", by=by)

    assert comment.mentions == {lea}
    assert told(lea) == [NoticeKind.MENTION]


@pytest.mark.parametrize("written", ["write to lea@example.org", "12 @ 4 €", "@ 9 o'clock", "@2026"])
def test_an_at_sign_is_not_always_a_name(app, written):
    """RV-4: an address in the text, a price or an hour names nobody."""
    lea = make_user(name="Léa Martin", email="lea@example.org")

    saying.say(make_document(), written, by=make_user())

    assert told(lea) == []


def test_a_longer_name_wins_over_a_shorter_one(app):
    """RV-4: @Jean Petit is not Jean."""
    make_user(name="Jean")
    petit = make_user(name="Jean Petit")

    assert saying.say(make_document(), "@Jean Petit, yours?", by=make_user()).mentions == {petit}


def test_a_name_two_people_share_is_asked_for_again(app):
    """RV-4: nobody is told by mistake; the refusal says how to name one of them."""
    for number in (1, 2):
        make_user(name="Jean Petit", email=f"jean{number}@example.org")

    with pytest.raises(Refused, match=r"jean1@example\.org"):
        saying.say(make_document(), "@Jean Petit?", by=make_user())


def restricted():
    """A restricted member who does not see this validated document, and somebody who does."""
    company = make_company("Visible SARL", restrict_non_admins=True)
    hidden, admin = make_user(company=company, name="Zanzibar Member"), make_user(Role.ADMIN, company, name="Ada Admin")
    return make_document(company, validated_at=clock.now()), hidden, admin


def test_one_who_may_not_see_the_document_is_neither_offered_nor_told(app, browser):
    """US-2: a mention tells nobody of what is out of their scope."""  # S72
    document, hidden, admin = restricted()
    make_user(company=make_company("Elsewhere"), name="Zanzibar Stranger")

    offered = browser(admin, document.company).get(f"/documents/{document.id}/mentions", query_string={"q": "zan"})
    refused = {}
    for name in ("Zanzibar Member", "Nobody Atall"):
        with pytest.raises(Refused) as said:
            saying.say(document, f"@{name} look", by=admin)
        refused[name] = str(said.value).replace(name.split()[0], "…")

    assert "Zanzibar" not in offered.text
    assert told(hidden) == [] and db.session.scalars(select(Comment)).all() == []
    assert len(set(refused.values())) == 1


def test_a_restricted_member_is_named_while_the_document_is_theirs_to_see(app, browser):
    """US-2: before validation, and for counterparties assigned to them."""  # S72
    document, member, admin = restricted()
    document.counterparty.assigned_users.append(member)
    db.session.commit()

    offered = browser(admin, document.company).get(f"/documents/{document.id}/mentions", query_string={"q": "zan"})

    assert "Zanzibar Member" in offered.text
    assert saying.say(document, "@Zanzibar", by=admin).mentions == {member}


def test_those_whom_it_concerns_are_told_of_a_comment(app):
    """RV-4: who is in charge, validated or commented before; not who wrote it, nor who sees the document no more."""
    document, hidden, admin = restricted()
    charged, validator, spoke = (make_user(Role.ADMIN, document.company) for _ in range(3))
    document.assignee, document.validated_by = charged, validator
    saying.say(document, "Before", by=spoke)
    document.assignee = charged
    db.session.add(Comment(document=document, text="Long ago", by=hidden))
    db.session.flush()

    saying.say(document, "Now", by=admin)

    assert [told(user)[-1:] for user in (charged, validator, spoke)] == [[NoticeKind.COMMENT]] * 3
    assert told(hidden) == told(admin) == []


def test_one_changes_and_takes_back_only_ones_own(app, browser):
    """RV-4: nobody puts words into another's mouth; what was taken back leaves a trace."""
    document, author, other = make_document(), make_user(), make_user()
    comment = saying.say(document, "Wrong amount", by=author)
    db.session.commit()
    url = f"/documents/{document.id}/comments/{comment.id}"

    assert browser(other).post(url, data={"text": "Never said"}).status_code == 422
    assert browser(other).post(f"{url}/removal").status_code == 422
    browser(author).post(url, data={"text": "Right amount"})
    assert reload(comment).text == "Right amount" and reload(comment).changed_at
    browser(author).post(f"{url}/removal")

    page = browser(other).get(f"/documents/{document.id}").text
    assert "This comment was taken back." in page and "Right amount" not in page
    acts = [entry.act for entry in db.session.scalars(AuditEntry.about(document))][:2]
    assert acts == ["comment taken back", "comment changed"]


def test_a_changed_comment_tells_only_those_who_are_new_in_it(app):
    """RV-4: an edit is no second notice."""
    lea, paul, by = make_user(name="Léa"), make_user(name="Paul"), make_user(name="Zoé")
    comment = saying.say(make_document(), "@Léa", by=by)

    saying.change(comment, "@Léa and @Paul", by=by)

    assert (told(lea), told(paul)) == ([NoticeKind.MENTION], [NoticeKind.MENTION])


def test_what_cannot_be_sent_comes_back_as_typed(app, browser):
    """RV-4: nothing typed is lost when a name is not found."""
    document = make_document()

    for headers in ({}, aimed_at("comments")):
        answer = browser(make_user()).post(
            f"/documents/{document.id}/comments", data={"text": "Hello @Nobody at all"}, headers=headers
        )
        assert answer.status_code == 422
        assert "Hello @Nobody at all</textarea>" in answer.text and "“@Nobody”" in answer.text


HOSTILE = "<script>alert(1)</script> @<b>x</b> {{7*7}} javascript:alert(1)"


def test_a_comment_is_text_and_never_code(app, browser):
    """RV-4: shown escaped, names too; nothing in it is run."""  # S78
    by, lea = make_user(), make_user(name="<img src=x onerror=alert(2)>", email="lea@example.org")
    document = make_document()
    saying.say(document, f"{HOSTILE} @lea@example.org", by=by)
    db.session.commit()

    page = browser(by).get(f"/documents/{document.id}").text
    names = browser(by).get(f"/documents/{document.id}/mentions?q=lea").text

    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page
    assert "<img src=x" not in page + names and lea.email in names


def test_names_are_marked_where_they_stand(app):
    """RV-4: the text is cut at the names, and nothing of it is lost."""
    lea = make_user(name="Léa Martin")
    text = "Hello @lea martin, and mail lea@example.org"

    found = mentions.pieces(text, {lea})

    assert "".join(piece.text for piece in found) == text
    assert [piece.text for piece in found if piece.user] == ["@lea martin"]


def test_an_accountant_reads_and_says_nothing(app, browser):
    """US-6: the accountant changes nothing."""
    document = make_document(validated_at=clock.now())
    client = browser(make_user(Role.ACCOUNTANT))

    assert client.post(f"/documents/{document.id}/comments", data={"text": "Hi"}).status_code == 403
    assert "comment-form" not in client.get(f"/documents/{document.id}").text


def test_extra_fields_of_a_comment_are_ignored(app, browser):
    """RV-4: nobody speaks in another's name, or about another document."""  # S73
    document, other, by, victim = make_document(), make_document(), make_user(), make_user()
    extra = {"by_id": victim.id, "document_id": other.id, "created_at": "2001-01-01", "removed_at": "2001-01-01"}

    browser(by).post(f"/documents/{document.id}/comments", data={"text": "Mine"} | extra)

    comment = db.session.scalars(select(Comment)).one()
    assert (comment.by_id, comment.document_id, comment.removed_at) == (by.id, document.id, None)


def test_somebody_without_a_sign_in_is_quoted_by_address(app, browser):
    """AC-7: RV-4: no user of ours said it, so nobody changes it, it names nobody, and no name is lent to it."""
    lea, document = make_user(name="Léa Martin"), make_document()
    said = saying.pass_on(document, " @Léa: page 2 ", outsider="books@firm.example")
    db.session.commit()
    page = browser(lea).get(f"/documents/{document.id}").text

    assert (said.author, said.text, said.mentions) == ("books@firm.example", "@Léa: page 2", set()) and not told(lea)
    assert "<span>books@firm.example</span>" in page and "by a link in a mail" in page
    with pytest.raises(Refused):
        saying.change(said, "x", by=lea)
    saying.disown(said)
    db.session.commit()
    assert "page 2" not in browser(lea).get(f"/documents/{document.id}").text
