"""Tags: kept by admins, put on documents by people and by words in their text."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import status, tagging
from app.documents.models import Document
from app.extensions import db
from app.tags import keeping
from app.tags.models import Tag
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company


def make_tag(name="Lyon", company=None, **facts):
    """A tag of a company."""
    tag = keeping.add(company or the_company(), {"name": name} | facts, by=make_user(Role.ADMIN, company))
    db.session.commit()
    return tag


def names(document):
    return [tag.name for tag in reload(document).tags]


@pytest.mark.parametrize("facts", [{}, {"validated_at": clock.now()}, {"trashed_at": clock.now()}])
def test_a_tag_is_made_on_the_fly_in_every_status(app, browser, facts):
    """RV-4: whoever reviews writes a new tag on a document; its name is the company's from then on."""
    document, client = make_document(**facts), browser(make_user())

    client.post(f"/documents/{document.id}/tags", data={"name": " Chantier  Lyon "})
    client.post(f"/documents/{document.id}/tags", data={"name": "chantier lyon"})

    assert names(document) == ["Chantier Lyon"]
    assert "Chantier Lyon" in client.get(f"/documents/{document.id}").text
    client.post(f"/documents/{document.id}/tags/{document.tags[0].id}/removal")
    assert names(document) == []


def test_tags_stand_in_the_companys_order(app):
    """RV-4: a tag has an order, and an analytic code."""
    lyon, paris = make_tag("Lyon", analytic_code="A1"), make_tag("Paris")
    document, admin = make_document(), make_user(Role.ADMIN)
    tagging.put(document, [lyon, paris], by=admin)
    db.session.commit()

    keeping.arrange(the_company(), [paris.id, lyon.id], shown=[lyon.id, paris.id], by=admin)
    db.session.commit()

    assert names(document) == ["Paris", "Lyon"]
    assert [tag.analytic_code for tag in document.tags] == ["", "A1"]


def test_they_are_arranged_by_dragging_and_by_buttons(app, browser):
    """RV-4: the order is set with and without a mouse."""
    admin = make_user(Role.ADMIN)
    first, second, third = (make_tag(name) for name in "ABC")
    url = f"/settings/companies/{the_company().id}/tags/order"
    order = lambda: list(db.session.scalars(keeping.of(the_company()).with_only_columns(Tag.name)))  # noqa: E731

    shown = [first.id, second.id, third.id]
    browser(admin).post(url, data={"order": [third.id, first.id, second.id], "shown": shown})
    assert order() == ["C", "A", "B"]
    answer = browser(admin).post(url, data={"order": shown, "shown": shown, "move": f"up:{second.id}"})
    assert order() == ["C", "B", "A"] and answer.location.endswith(f"#up-{second.id}")
    answer = browser(admin).post(url, data={"move": f"down:{first.id}"})
    assert order() == ["C", "B", "A"] and answer.location.endswith(f"#up-{first.id}")


def test_an_order_dragged_on_an_old_page_takes_nothing_back(app, browser):
    """RV-4: what a colleague moved meanwhile stays; that one is gone or new meanwhile says so too."""
    client, (first, second, third) = browser(make_user(Role.ADMIN)), (make_tag(name) for name in "ABC")
    url = f"/settings/companies/{the_company().id}/tags/order"
    dragged = {"order": [second.id, first.id, third.id], "shown": [first.id, second.id, third.id]}
    client.post(url, data={"move": f"up:{third.id}"})

    answer = client.post(url, data=dragged, follow_redirects=True)

    assert "The tags changed meanwhile, so nothing was moved." in answer.text
    assert [tag.name for tag in db.session.scalars(keeping.of(the_company()))] == ["A", "C", "B"]


def test_a_move_of_what_can_be_no_tag_moves_nothing(app, browser):
    """RV-4: S84: a number no row has is no error of ours."""
    client, url = browser(make_user(Role.ADMIN)), f"/settings/companies/{the_company().id}/tags/order"
    make_tag()
    assert client.post(url, data={"move": f"up:{'9' * 30}"}).status_code == 303
    assert client.post(url, data={"move": "up:77"}).status_code == 404


TEXTS = [
    ("chantier lyon", "Travaux, CHANTIER  Lyón, lot 3", True),
    ("Lyon", "rue de Lyon", True),
    ("Lyon", "saucisson lyonnais", False),
    ("été", "ETE 2026", True),
    (".*", "anything", False),
    ("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", False),
    ("C++", "cours de C++ avancé", True),
    ("straße", "STRASSE 4", True),
]


@pytest.mark.parametrize(("word", "text", "is_there"), TEXTS)
def test_a_word_is_a_plain_word(word, text, is_there):
    """RV-4: contained as a word or phrase, whatever the case and accents; never a pattern (SAFETY R11)."""
    assert keeping.stands_in(word, keeping.spelled(text)) is is_there


def read(document, text):
    """What happens when it is read."""
    changes = tagging.put_by_words(document, text)
    status.settle(document, by=None, act="read", changes=changes)
    db.session.commit()


def test_words_set_a_tag_when_a_document_is_read(app):
    """RV-4: by itself; the trail says which word it was, and its page shows it."""
    make_tag("Lyon", words=["chantier Lyon", "69003"])
    make_tag("Put away", words=["Lyon"]).archived_at = clock.now()
    document = make_document()

    read(document, "Facture, 69003 LYON")

    assert names(document) == ["Lyon"]
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.act, entry.changes["word"], entry.changes["tags"]) == ("read", [None, "69003"], ["", "Lyon"])


def test_a_tag_a_person_took_off_is_not_set_again_by_its_words(app):
    """RV-4: a person's word stands; put on again by a person, it may be."""
    tag, document, member = make_tag("Lyon", words=["Lyon"]), make_document(), make_user()
    read(document, "Lyon")
    tagging.take_off(document, [tag], by=member)
    db.session.commit()

    read(document, "Lyon")
    assert names(document) == []

    tagging.put(document, [tag], by=member)
    assert tagging.taken_off_by_people(document) == set()


def test_a_change_of_tags_settles_the_document(app, monkeypatch):
    """LC-3: rules are tested again; the version of the form stays, nobody's typing is lost."""
    asked, document, tag = [], make_document(), make_tag()
    monkeypatch.setattr(status, "before_status", [*status.before_status, asked.append])
    version = document.version

    tagging.put(document, [tag], by=make_user())
    tagging.put(document, [tag], by=make_user())

    assert asked == [document] and document.version == version


def test_two_tags_become_one(app, browser):
    """RV-4: documents, defaults and words follow; both on one document is one."""
    lyon, lugdunum = make_tag("Lyon", words=["Lyon"]), make_tag("Lugdunum", words=["Lugdunum"])
    admin, one, both = make_user(Role.ADMIN), make_document(), make_document()
    supplier = make_counterparty()
    tagging.put(one, [lugdunum], by=admin)
    tagging.put(both, [lugdunum, lyon], by=admin)
    supplier.default_tags.append(lugdunum)
    db.session.commit()

    browser(admin).post(f"/settings/companies/{the_company().id}/tags/{lugdunum.id}/merging", data={"into": lyon.id})

    assert names(one) == names(both) == ["Lyon"]
    assert reload(supplier).default_tags == [lyon]
    assert lyon.words == ["Lyon", "Lugdunum"]
    assert [tag.name for tag in db.session.scalars(keeping.of(the_company()))] == ["Lyon"]


def test_a_tag_of_another_company_is_none(app, browser):
    """US-3: not put on, not merged, not changed."""  # S71
    mine, elsewhere = make_tag("Mine"), make_company("Elsewhere")
    theirs = make_tag("Theirs", elsewhere)
    document, admin = make_document(), make_user(Role.ADMIN)
    client, url = browser(admin), f"/settings/companies/{the_company().id}/tags"

    with pytest.raises(Refused):
        tagging.put(document, [theirs], by=admin)
    assert client.post(f"{url}/{mine.id}/merging", data={"into": theirs.id}).status_code == 404
    assert client.post(f"{url}/{theirs.id}", data={"name": "Stolen"}).status_code == 404
    assert client.get(f"/settings/companies/{elsewhere.id}/tags").status_code == 404


def test_a_name_is_taken_once_and_tidied(app, browser):
    """RV-4: the same name in other letters is the same tag; the form says so and keeps what was typed."""
    make_tag("Lyon")
    client, url = browser(make_user(Role.ADMIN)), f"/settings/companies/{the_company().id}/tags"

    answer = client.post(url, data={"name": "LYON", "words": "a\nb", "analytic_code": "X", "company_id": 999, "id": 1})
    long = client.post(url, data={"name": "Paris", "words": "x" * 200})

    assert answer.status_code == long.status_code == client.post(url).status_code == 422
    assert 'value="LYON"' in answer.text and "There is a tag" in answer.text
    assert db.session.query(Tag).count() == 1


def test_the_page_counts_and_a_member_does_not_get_it(app, browser):
    """US-6: tags are kept by admins; documents in the trash are not counted."""
    tag = make_tag("Lyon")
    for facts in ({}, {"trashed_at": clock.now()}):
        document = make_document(**facts)
        document.tags.append(tag)
    db.session.commit()
    url = f"/settings/companies/{the_company().id}/tags"

    assert tagging.counts(the_company()) == {tag.id: 1}
    assert browser(make_user()).get(url).status_code == 403
    assert "Lyon" in browser(make_user(Role.ADMIN)).get(url).text


HOSTILE = "<script>alert(1)</script>{{7*7}}"


def test_a_tags_name_is_text(app, browser):
    """RV-4: shown escaped wherever it stands."""  # S78
    document, admin = make_document(), make_user(Role.ADMIN)
    client = browser(admin)
    client.post(f"/documents/{document.id}/tags", data={"name": HOSTILE})

    for url in (f"/documents/{document.id}", f"/review/{document.id}", f"/settings/companies/{the_company().id}/tags"):
        page = client.get(url).text
        assert "&lt;script&gt;alert(1)" in page and HOSTILE not in page


def test_beside_the_form_of_the_review_only_the_region_comes_back(app, browser):
    """RV-4: tagging in review loses nothing that is typed in the form."""
    document = make_document()

    answer = browser(make_user()).post(
        f"/documents/{document.id}/tags", data={"name": "Lyon", "from": "review"},
        headers=aimed_at("labels"), follow_redirects=True,
    )  # fmt: skip

    assert "Lyon" in answer.text and "<h1>" not in answer.text
    assert 'hx-target="#labels"' in answer.text


def test_somebody_without_sight_of_it_is_not_put_in_charge(app, browser):
    """US-2: neither offered nor taken."""  # S72
    company = make_company("Visible SARL", restrict_non_admins=True)
    hidden, admin = make_user(company=company, name="Hidden Member"), make_user(Role.ADMIN, company)
    stranger = make_user(company=make_company("Elsewhere"), name="Stranger")
    document = make_document(company, validated_at=clock.now())
    client, url = browser(admin, company), f"/documents/{document.id}"

    page = client.get(url).text
    answers = [client.post(f"{url}/assignee", data={"user_id": user.id}) for user in (hidden, stranger)]

    assert "Hidden Member" not in page
    assert [answer.status_code for answer in answers] == [422, 422]
    assert len({answer.text.count("may not work on this document") for answer in answers}) == 1
    assert reload(document).assignee is None
    client.post(f"{url}/assignee", data={"user_id": admin.id})
    assert reload(document).assignee is admin


def test_what_is_typed_into_a_tag_that_was_merged_meanwhile_is_kept(app, browser):
    """RV-4: RV-8: for a new one; of a tag there never was nothing is found."""
    gone, into, admin = make_tag("Lugdunum"), make_tag("Lyon"), make_user(Role.ADMIN)
    url = f"/settings/companies/{the_company().id}/tags"
    address = f"{url}/{gone.id}"
    keeping.merge(gone, into, by=admin)
    db.session.commit()

    answer = browser(admin).post(address, data={"name": "Lugdunum North", "words": "Rhône"})

    assert answer.status_code == 409 and "was merged into another meanwhile" in answer.text
    assert 'value="Lugdunum North"' in answer.text and "Rhône</textarea>" in answer.text
    assert browser(admin).post(f"{url}/999", data={"name": "Other"}).status_code == 404


def test_a_merged_tag_is_gone_from_nobodys_list(app):
    """RV-4: a tag nobody has is merged too."""
    gone, into = make_tag("A"), make_tag("B")

    keeping.merge(gone, into, by=make_user(Role.ADMIN))

    assert db.session.scalars(select(Document).where(Document.tags.any())).all() == []
    with pytest.raises(Refused):
        keeping.merge(into, into, by=make_user(Role.ADMIN))


def test_what_is_usual_for_a_counterparty_follows_a_merged_tag_and_its_trail_says_it(app):
    """LC-6: US-4: whoever has both has one."""
    gone, into, admin = make_tag("Lugdunum"), make_tag("Lyon"), make_user(Role.ADMIN)
    one, both = make_counterparty("One", default_tags=[gone]), make_counterparty("Both", default_tags=[gone, into])
    other = make_counterparty("Other", default_tags=[into])

    keeping.merge(gone, into, by=admin)
    db.session.commit()

    assert [reload(each).default_tags for each in (one, both, other)] == [[into]] * 3
    entry = db.session.scalars(AuditEntry.about(one)).first()
    assert (entry.user_id, entry.changes["default_tags"]) == (admin.id, [["Lugdunum"], ["Lyon"]])
    assert not db.session.scalars(AuditEntry.about(other)).first()


def test_a_tag_a_person_took_off_stays_off_under_its_new_name(app):
    """RV-4: merged twice, its word sets nothing there, and elsewhere all the same."""
    gone, into, last = make_tag("Lugdunum", words=["Lugdunum"]), make_tag("Lyon"), make_tag("Rhône")
    document, admin = make_document(tags=[gone]), make_user(Role.ADMIN)
    tagging.take_off(document, [gone], by=admin)
    db.session.commit()
    for first, second in ((gone, into), (into, last)):
        keeping.merge(first, second, by=admin)
        db.session.commit()

    assert tagging.put_by_words(document, "Lugdunum") == {}
    assert tagging.put_by_words(make_document(), "Lugdunum")["word"] == [None, "Lugdunum"]
