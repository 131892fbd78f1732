"""One act on many documents: each by itself, with all its guards, and in words what stayed."""

from __future__ import annotations

import pytest
from flask_babel import force_locale
from sqlalchemy import select, update

from app.bulk import choosing, doing, jobs
from app.bulk.models import Act, BulkAct
from app.core import clock
from app.core.errors import Refused
from app.documents import editing
from app.documents.models import Document, Status
from app.extensions import db
from app.tasks.models import Task
from app.users import people
from app.web.access import Role
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
    the_company,
)


def complete(**facts):
    return make_document(**({"category": make_category()} | facts))


def do(client, act, documents, follow=True, **said):
    ids = [each.id for each in documents]
    return client.post("/bulk-acts", data={"act": act, "ids": ids} | said, follow_redirects=follow)


def latest():
    return db.session.scalars(select(BulkAct).order_by(BulkAct.id.desc())).first()


def test_each_is_validated_with_its_guards_and_the_rest_says_why(app, browser):
    """RV-7: what is complete and sure is validated; what is not stays, with the reason and a link."""  # S29
    supplier = make_counterparty()
    good = [complete(), complete()]
    stays = {
        "Category": make_document(),
        "imported": complete(number="TWIN-1", counterparty=supplier),
        "Not read for sure": complete(unsure=["due_date"]),
        "something to look at": complete(flags=[{"code": "xml_page_differ"}]),
        "falls due": complete(due_date=complete().issue_date.replace(year=2025)),
        "trash": complete(trashed_at=clock.now()),
    }
    complete(number="TWIN-1", counterparty=supplier)
    client = browser(make_user())

    page = do(client, "validate", [*good, *stays.values()]).text

    assert "2 documents validated, 6 stayed as they were." in page
    assert [reload(each).status for each in good] == [Status.TO_MATCH] * 2
    told = client.get(f"/bulk-acts/{latest().id}").text
    for word, document in stays.items():
        assert word in latest().stayed[document.id] and f"/documents/{document.id}" in told
        assert reload(document).validated_at is None


def test_one_refusal_undoes_nothing_of_the_others(app, browser):
    """RV-7: each document is a savepoint of its own; what a refused one began is gone."""
    supplier = make_counterparty("Durand")
    complete(counterparty=supplier, number="TWIN-9")
    refused = complete(counterparty=None, counterparty_name="Durand", number="TWIN-9")
    before, after = complete(), complete()

    do(browser(make_user()), "validate", [before, refused, after])

    assert reload(before).validated_at and reload(after).validated_at
    assert reload(refused).counterparty_id is None


def test_tags_categories_and_people_are_set_on_all(app, browser):
    """RV-7: tag, take off, categorise, assign; each document keeps its guards."""
    documents, category, member = [make_document(), make_document()], make_category("Travel2"), make_user()
    client = browser(make_user())

    do(client, "tag", documents, tag="Lyon")
    do(client, "categorise", documents, category_id=category.id)
    do(client, "assign", documents, user_id=member.id)

    for each in map(reload, documents):
        assert ([tag.name for tag in each.tags], each.category, each.assignee) == (["Lyon"], category, member)
    assert "0 documents changed" in do(client, "assign", documents, user_id=member.id).text
    do(client, "untag", documents, tag="lyon")
    do(client, "assign", documents, user_id="")
    assert all(not reload(each).tags and reload(each).assignee is None for each in documents)


def test_selected_documents_are_trashed_and_all_come_back_at_once(app, browser):
    """RV-7: TR-1: the selection is cut to what the person may change; *Undo* restores all of it, once."""  # S71
    member = make_user()
    mine, also, untouched = make_document(), make_document(validated_at=clock.now()), make_document()
    foreign = make_document(make_company("Other"))
    client = browser(member)

    answer = do(client, "trash", [mine, also, foreign])

    assert "2 documents put into the trash." in answer.text
    assert [reload(each).status for each in (mine, also, untouched, foreign)] == [
        Status.TRASH, Status.TRASH, Status.TO_PROCESS, Status.TO_PROCESS,
    ]  # fmt: skip
    undo = f"/bulk-acts/{latest().id}/undoing"
    assert undo in answer.text
    client.post(undo)
    assert client.post(undo).status_code == 422
    assert [reload(each).status for each in (mine, also)] == [Status.TO_PROCESS, Status.TO_MATCH]


def test_whoever_was_disabled_meanwhile_does_nothing_more(app):
    """RV-7: US-1: the task goes on after the button: what is left of it is done by nobody."""
    user, documents = make_user(), [make_document(), make_document()]
    bulk = doing.begin(the_company(), Act.TAG, [each.id for each in documents], {"tag": "Lyon"}, by=user)
    doing.go_on(bulk, 1)
    user.is_disabled = True
    db.session.commit()

    doing.go_on(bulk, 1)

    assert [[tag.name for tag in reload(each).tags] for each in documents] == [["Lyon"], []]
    assert bulk.ended_at and list(bulk.stayed) == [documents[1].id]


def test_without_a_trash_the_word_is_typed_first(app, browser):
    """TR-2: many are deleted for good only after a typed confirmation."""
    company = make_company(trash_enabled=False)
    document, client = make_document(company), browser(make_user(company=company), company)

    do(client, "trash", [document])
    assert reload(document).status is Status.TO_PROCESS
    document_id = document.id
    do(client, "trash", [document], typed="delete")
    db.session.expire_all()
    assert db.session.get(Document, document_id) is None


def test_they_move_to_another_company_where_both_are_ones_own(app, browser):
    """RV-7: only unvalidated ones, and only into a company one works in."""
    member, other, foreign = make_user(), make_company("Beta"), make_company("Gamma")
    people.join(member, other, Role.MEMBER, by=None)
    documents = [make_document(), make_document(validated_at=clock.now())]
    client = browser(member, the_company())

    do(client, "move", documents, company_id=foreign.id)
    assert all(reload(each).company == the_company() for each in documents)
    do(client, "move", documents, company_id=other.id)

    assert [reload(each).company for each in documents] == [other, the_company()]
    assert "validated" in latest().stayed[documents[1].id]


def test_one_document_is_moved_from_its_own_page(app, browser):
    """RV-7: offered where there is another company to work in, and while nobody validated it."""
    member, other = make_user(), make_company("Beta")
    people.join(member, other, Role.MEMBER, by=None)
    people.join(member, make_company("Only Read"), Role.ACCOUNTANT, by=None)
    waiting, validated = make_document(), make_document(validated_at=clock.now())
    client = browser(member, the_company())

    offered, fixed = (client.get(f"/documents/{each.id}").text for each in (waiting, validated))
    do(client, "move", [waiting], company_id=other.id)

    assert 'id="move-company"' in offered and 'id="move-company"' not in fixed
    assert ">Only Read</option>" not in offered
    assert reload(waiting).company == other


def test_a_selection_holds_nothing_one_may_only_read(app, browser):
    """US-6: a reader here and member elsewhere changes nothing here."""  # S71
    document = make_document(validated_at=clock.now())
    user = make_user(Role.ACCOUNTANT, document.company)
    other = make_company("Other")
    people.join(user, other, Role.MEMBER, by=None)
    db.session.commit()

    assert do(browser(user, document.company), "trash", [document]).status_code == 403
    assert do(browser(user, other), "trash", [document]).status_code == 422
    assert reload(document).status is Status.TO_MATCH


def test_all_of_the_list_is_what_it_shows_to_this_person(app, browser):
    """RV-7: “all” is what is listed with its filters and visible, no more."""  # S72
    company = make_company("Visible SARL", restrict_non_admins=True)
    member = make_user(company=company)
    shown = [make_document(company, number=f"LISTED-{n}", counterparty=make_counterparty("X", company)) for n in "AB"]
    unlisted = make_document(company, number="OTHER")
    hidden = make_document(company, number="LISTED-C", validated_at=clock.now())
    said = {"everything": "yes", "tag": "Lyon"}

    do(browser(member, company), "tag", [unlisted], listed="tab=to_process&q=LISTED", **said)

    assert sorted(latest().ids) == sorted(each.id for each in shown)
    assert not reload(hidden).tags and not reload(unlisted).tags
    do(browser(member, company), "tag", [], place="review", listed="q=OTHER", **said)
    assert latest().ids == [unlisted.id]


def test_many_are_done_by_a_task_in_portions(app, browser, monkeypatch):
    """RV-7: nobody waits for hundreds; the page shows how far it is, and what became of each stays there."""
    monkeypatch.setattr(doing, "AT_ONCE", 2)
    monkeypatch.setattr(doing, "PORTION", 2)
    documents, client = [complete() for _ in range(3)], browser(make_user())

    answer = do(client, "validate", documents, follow=False)

    bulk = latest()
    assert answer.location == f"/bulk-acts/{bulk.id}" and "0 of 3" in client.get(answer.location).text
    for share in (2, 3):
        jobs.act_on_many(bulk.id)
        db.session.commit()
        assert len(reload(bulk).results) == share
    assert "3 documents validated." in client.get(answer.location).text
    assert [task.key for task in db.session.scalars(select(Task).filter_by(kind="act_on_many"))] == [
        None, f"bulk:{bulk.id}:2",
    ]  # fmt: skip


def test_the_rights_are_asked_again_when_the_task_runs(app):
    """S71: whoever lost the company meanwhile changes nothing there any more."""
    member, document = make_user(), complete()
    bulk = doing.begin(the_company(), Act.VALIDATE, [document.id], {}, by=member)
    db.session.delete(member.memberships[0])
    db.session.commit()
    db.session.expire_all()

    doing.go_on(bulk, 10)

    assert reload(document).validated_at is None and len(bulk.stayed) == 1


def test_nothing_is_done_for_somebody_who_was_shut_out_meanwhile(app):
    """S71: the task of a person who may not sign in any more."""
    member, document = make_user(), complete()
    bulk = doing.begin(the_company(), Act.VALIDATE, [document.id], {}, by=member)
    member.is_disabled = True
    db.session.commit()

    doing.go_on(bulk, 10)

    assert reload(document).validated_at is None and len(bulk.stayed) == 1


def test_results_are_ones_own_and_name_nothing_out_of_sight(app, browser):
    """US-2: another's page of results is not there; what left one's sight is named by nothing on one's own."""  # S72
    company = make_company("Visible SARL", restrict_non_admins=True)
    member, admin = make_user(company=company), make_user(Role.ADMIN, company)
    document = make_document(company, number="zanzibar-1", category=make_category(company=company))

    page = do(browser(member, company), "validate", [document]).text
    own = browser(member, company).get(f"/bulk-acts/{latest().id}").text

    assert "1 document validated." in page
    assert "zanzibar" not in own and "no longer see" in own
    assert browser(admin, company).get(f"/bulk-acts/{latest().id}").status_code == 404
    assert browser(admin, company).post(f"/bulk-acts/{latest().id}/undoing").status_code == 404


@pytest.mark.parametrize("said", [{"act": "purge"}, {"act": "restore"}, {"act": ""}, {}])
def test_an_act_nobody_offers_is_refused(app, browser, said):
    """RV-7: the words of the form are a closed list."""  # S73
    document = make_document()

    answer = browser(make_user()).post("/bulk-acts", data={"ids": [document.id]} | said)

    assert answer.status_code == 422 and latest() is None


def test_extra_fields_change_nothing_else(app, browser):
    """RV-7: nobody acts in another's name, nor on what was not selected."""  # S73
    document, victim = make_document(), make_user(Role.ADMIN)
    extra = {"by_id": victim.id, "results": "{}", "status": "validated", "validated_at": "2026-01-01", "version": 9}

    do(browser(make_user()), "tag", [document], tag="Lyon", **extra)

    assert latest().by_id != victim.id
    assert (reload(document).validated_at, reload(document).status) == (None, Status.TO_PROCESS)


def test_a_category_of_another_company_or_direction_is_none(app, browser):
    """US-3: what is given to a document belongs to its company, and fits it."""  # S71
    from app.documents.models import Direction

    document, foreign = make_document(), make_category("Theirs", make_company("Other"))
    client = browser(make_user())

    for category in (foreign, make_category("Sales only", direction=Direction.SALE)):
        do(client, "categorise", [document], category_id=category.id)
        assert reload(document).category is None and len(latest().stayed) == 1


def test_a_category_is_given_to_nothing_that_lies_in_the_trash(app, browser):
    """RV-7: TR-1: put there by somebody else meanwhile, whatever its category is; nor is what has it counted."""
    old, new = make_category("Old"), make_category("New")
    changed, has_it = make_document(category=old), make_document(category=new)
    trashed, also = (make_document(category=each, trashed_at=clock.now()) for each in (old, new))

    page = do(browser(make_user()), "categorise", [changed, has_it, trashed, also], category_id=new.id).text

    assert "1 document changed, 3 stayed as they were." in page
    told = latest().stayed
    assert "It is so already." in told[has_it.id] and all("in the trash" in told[each.id] for each in (trashed, also))
    assert [reload(each).category.name for each in (changed, trashed)] == ["New", "Old"]


def test_trashed_at_the_same_moment_it_is_not_changed(app):
    """S59: the row was read, then somebody else put it into the trash: the change finds it there."""
    document, category, member = make_document(), make_category(), make_user()
    db.session.execute(
        update(Document).where(Document.id == document.id).values(trashed_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    assert document.trashed_at is None

    with force_locale("en"), pytest.raises(Refused, match="in the trash"):
        editing.edit(document, {"category_id": category.id}, by=member, version=document.version)
    assert reload(document).category is None


def test_nothing_selected_is_said(app):
    """RV-7: an act on nothing is a mistake."""
    with pytest.raises(Refused):
        doing.begin(the_company(), Act.TAG, [], {"tag": "x"}, by=make_user())


def test_the_merge_of_the_queue_still_opens_its_page(app, browser):
    """IN-10: selected documents of the queue are merged on a page of their own."""
    documents = [make_document(), make_document()]

    answer = do(browser(make_user()), "merge", documents, follow=False, place="review")

    assert answer.status_code == 303 and answer.location.startswith("/review/merging?ids=")


def test_what_is_selected_is_marked_as_paid(app, browser):
    """RV-7: LC-4: all that is open of each, on one day; what nobody validated stays and says why."""
    paid, unpaid = complete(validated_at=clock.now()), complete()
    client, day = browser(make_user()), clock.today(the_company()).isoformat()

    page = do(client, "pay", [paid, unpaid], means="cash", paid_date=day).text

    assert "1 document marked as paid, 1 stayed as it was." in page
    assert reload(paid).status is Status.VALIDATED and reload(paid).paid_date.isoformat() == day
    assert list(latest().stayed) == [unpaid.id] and reload(unpaid).paid_minor == 0


def test_a_day_that_is_none_is_refused_before_anything_is_done(app, browser):
    """LC-4: a day that was mistyped is no other day."""
    document = complete(validated_at=clock.now())

    answer = do(browser(make_user()), "pay", [document], means="cash", paid_date="x")

    assert "is no day" in answer.text and latest() is None and reload(document).paid_minor == 0


@pytest.mark.parametrize(("means", "day"), [("", ""), ("gold", "2026-11-01")])
def test_how_and_when_it_was_paid_must_be_said(app, browser, means, day):
    """LC-4: nothing is guessed."""
    document = complete(validated_at=clock.now())

    do(browser(make_user()), "pay", [document], means=means, paid_date=day)

    assert reload(document).paid_minor == 0 and "how and on which day" in latest().stayed[document.id]


@pytest.mark.parametrize("everything", ["", "yes"])
def test_more_than_can_be_done_at_once_is_refused_whole(app, browser, monkeypatch, everything):
    """RV-7: never silently a part of what was meant."""
    monkeypatch.setattr(choosing, "MOST", 1)
    documents = [complete(), complete()]

    page = do(browser(make_user()), "trash", documents, everything=everything).text

    assert "More than 1 documents at once" in page
    assert latest() is None and not any(reload(each).trashed_at for each in documents)
