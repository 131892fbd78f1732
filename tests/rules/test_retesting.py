"""Rules act when the facts of a document change: once each, in order, and never against a person."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import event

from app.audit.models import AuditEntry
from app.core import clock
from app.documents import assigning, decisions, status, tagging
from app.documents.models import Document, ReadState
from app.extensions import db
from app.lists.models import SavedView
from app.notices.models import Notice
from app.rules import retesting
from app.rules.acts import Act
from app.rules.models import RuleApplication
from app.tags import keeping
from app.tags.models import Tag
from app.tasks import due
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_category, make_company, make_document, make_user, reload, the_company
from tests.rules.making import ask, do, make_rule, when

PURCHASE = when("direction", "is", "purchase")


def read(document: Document, **changes) -> None:
    """As after a reading."""
    status.settle(document, by=None, act="read", changes={"gross_minor": [None, document.gross_minor]} | changes)
    db.session.commit()


def make_tag(name: str = "Paris") -> Tag:
    tag = Tag(company_id=the_company().id, name=name)
    db.session.add(tag)
    db.session.commit()
    return tag


def entries(document: Document) -> list[AuditEntry]:
    query = AuditEntry.about(document).where(AuditEntry.act == "rule")
    return list(db.session.scalars(query))


def test_a_rule_sets_category_tag_and_person_and_the_trail_says_which_rule(app):
    """LC-3: US-4: set category / tag / assignee; what it did is in the trail with the rule's name."""
    document, category, tag, person = make_document(), make_category("Travel"), make_tag(), make_user(name="Léa")
    make_rule(PURCHASE, does=[do(Act.CATEGORY, category.id), do(Act.TAG, tag.id), do(Act.ASSIGN, person.id)])
    version = document.version

    read(document)

    assert (document.category, document.tags, document.assignee) == (category, [tag], person)
    assert document.version == version + 1
    [entry] = entries(document)
    assert (entry.why, entry.user_id) == ("“Travel”", None)
    assert entry.changes["category"] == [None, "Travel"] and entry.changes["tags"] == [[], ["Paris"]]
    assert entry.changes["version"] == [version, version + 1]


def test_what_a_person_said_stays(app):
    """LC-3: the category somebody chose is not changed, now or later."""
    document, chosen, meant = make_document(), make_category("Chosen"), make_category("Meant")
    make_rule(PURCHASE, does=[do(Act.CATEGORY, meant.id)])
    decisions.edit(document, {"category_id": chosen.id}, by=make_user(), version=document.version)
    assert document.category == chosen

    read(document)

    assert document.category == chosen


def test_of_two_rules_the_first_sets_the_category_and_both_hang_their_tags(app):
    """LC-3: all rules that match act in their order; of a fact there is one, the first wins."""
    document, one, two = make_document(), make_category("One"), make_category("Two")
    tags = [make_tag("A"), make_tag("B")]
    make_rule(PURCHASE, does=[do(Act.CATEGORY, two.id), do(Act.TAG, tags[1].id)], position=2)
    make_rule(PURCHASE, does=[do(Act.CATEGORY, one.id), do(Act.TAG, tags[0].id)], position=1)

    read(document)

    assert document.category == one and set(document.tags) == set(tags)


def test_a_later_rule_does_not_replace_what_an_earlier_one_set(app):
    """LC-3: also where the second is met only later."""
    document, one, two = make_document(), make_category("One"), make_category("Two")
    make_rule(PURCHASE, does=[do(Act.CATEGORY, one.id)], position=1)
    make_rule(when("gross", "at_least", 50000, currency="EUR"), does=[do(Act.CATEGORY, two.id)], position=2)
    read(document)
    document.gross_minor = 90000

    read(document)

    assert document.category == one


def test_a_rule_acts_once_and_again_only_after_its_match_lapsed(app):
    """LC-3: tested again when a fact changes; what it did once it does not do twice."""
    document, tag = make_document(gross_minor=90000), make_tag()
    make_rule(when("gross", "at_least", 50000, currency="EUR"), does=[do(Act.TAG, tag.id)])
    read(document)
    document.tags = []
    read(document)
    assert document.tags == []

    for gross in (100, 90000):
        document.gross_minor = gross
        read(document)

    assert document.tags == [tag]
    assert len(entries(document)) == 2


def test_settling_twice_does_nothing_twice(app):
    """LC-3: retest is idempotent."""
    document, tag = make_document(), make_tag()
    make_rule(PURCHASE, does=[do(Act.TAG, tag.id)])
    for _each in range(3):
        read(document)

    assert len(entries(document)) == 1
    assert db.session.query(RuleApplication).count() == 1


@pytest.mark.parametrize(
    "changes", [{"due_date": [None, "2026-10-10"]}, {"payment_reference": ["", "x"]}, {"version": [1, 2]}, {}]
)
def test_other_changes_test_no_rule(app, changes):
    """LC-3: only what the rules look at: what waited before a rule was made is left alone."""
    document, tag = make_document(), make_tag()
    make_rule(PURCHASE, does=[do(Act.TAG, tag.id)])

    status.settle(document, by=make_user(), act="edited", changes=changes)

    assert document.tags == []


@pytest.mark.parametrize("state", [{"trashed_at": clock.now()}, {"read_state": ReadState.READING}])
def test_what_lies_in_the_trash_or_is_being_read_is_left_alone(app, state):
    """LC-3: rules act on what waits."""
    document, tag = make_document(**state), make_tag()
    make_rule(PURCHASE, does=[do(Act.TAG, tag.id)])

    read(document)

    assert document.tags == []


@pytest.mark.parametrize("facts", [{"is_on": False}, {"removed_at": clock.now()}])
def test_a_rule_that_is_off_or_removed_does_nothing(app, facts):
    """LC-3: the switch in the list."""
    document, tag = make_document(), make_tag()
    make_rule(PURCHASE, does=[do(Act.TAG, tag.id)], **facts)

    read(document)

    assert document.tags == []


def test_a_rule_of_another_company_does_nothing(app):
    """US-3: LC-3: each company has its own."""
    document, tag = make_document(), make_tag()
    make_rule(PURCHASE, does=[do(Act.TAG, tag.id)], company=make_company("Other"))

    read(document)

    assert document.tags == []


def test_what_a_rule_names_of_another_company_or_what_is_gone_is_not_set(app):
    """US-3: a forged or outdated action sets nothing."""
    document, other = make_document(), make_company("Other")
    foreign = make_category("Foreign", other)
    gone = make_category("Gone", archived_at=clock.now())
    stranger = make_user(company=other)
    for action in (do(Act.CATEGORY, foreign.id), do(Act.CATEGORY, gone.id), do(Act.ASSIGN, stranger.id)):
        make_rule(PURCHASE, does=[action])

    read(document)

    assert (document.category, document.assignee) == (None, None)


def test_a_validated_document_keeps_its_category(app):
    """LC-3: after validation a rule only asks for approval, tags and assigns."""
    document, category, tag = make_document(validated_at=clock.now()), make_category(), make_tag()
    make_rule(PURCHASE, does=[do(Act.CATEGORY, category.id), do(Act.TAG, tag.id), do(Act.VALIDATE)])

    read(document)

    assert document.category is None and document.tags == [tag]
    assert db.session.query(Task).filter_by(kind="validate_by_rule").count() == 0


def test_a_company_without_rules_is_asked_one_query(app):
    """LC-3: the cost of having none; of fifty, one more that tests all of them."""
    document = make_document()
    document.cause = status.Cause("read", None, frozenset({"gross_minor"}))
    db.session.refresh(document, ["counterparty"])
    assert len(queries_of(document)) == 1

    for number in range(50):
        make_rule(when("label", "contains", f"nothing {number}"))

    assert len(queries_of(document)) == 2


def queries_of(document: Document) -> list[str]:
    said: list[str] = []
    note = lambda *args: said.append(args[2])  # noqa: E731
    db.session.refresh(document)
    db.session.refresh(document.counterparty)
    event.listen(db.engine, "before_cursor_execute", note)
    retesting.retest(document)
    event.remove(db.engine, "before_cursor_execute", note)
    return said


def test_rules_name_the_tag_that_is_left_of_two(app):
    """LC-3: RV-4: merged tags leave no rule that nothing meets."""
    company = the_company()
    gone, into = (Tag(company_id=company.id, name=name) for name in ("Lyon", "Lyon 2"))
    db.session.add_all([gone, into])
    db.session.flush()
    rule = make_rule(when("tag", "has", gone.id), does=[do(Act.TAG, gone.id)])

    keeping.merge(gone, into, by=make_user(Role.ADMIN))

    assert rule.conditions[0]["value"] == into.id and rule.actions[0]["value"] == into.id


def test_merged_tags_ask_the_rules_of_the_documents_that_had_the_first(app):
    """LC-3: LC-1: by tasks, in portions; each document says so in its trail, once; a kept view shows the other tag."""
    company = the_company()
    gone, into = (Tag(company_id=company.id, name=name) for name in ("Lyon", "Lyon 2"))
    first, second, other = make_document(tags=[gone]), make_document(tags=[gone, into]), make_document(tags=[into])
    category, admin = make_category("Travel"), make_user(Role.ADMIN)
    make_rule(when("tag", "has", into.id), does=[do(Act.CATEGORY, category.id)], name="Lyon")
    view = SavedView(company_id=company.id, user_id=admin.id, name="Lyon", query=f"tag={gone.id}&late=yes")
    db.session.add(view)
    db.session.commit()

    gone_id = gone.id
    keeping.merge(gone, into, by=admin)
    db.session.commit()
    due.run_due()
    tagging.note_merged(into, gone_id, "Lyon", [first.id, second.id], by=admin)
    db.session.commit()

    assert [reload(each).category for each in (first, second, other)] == [category, category, None]
    said = db.session.scalars(AuditEntry.about(first).where(AuditEntry.act == "tag merged")).all()
    assert [(each.user_id, each.changes["tags"]) for each in said] == [(admin.id, ["Lyon", "Lyon 2"])]
    twice = db.session.scalars(AuditEntry.about(second).where(AuditEntry.act == "tag merged")).one()
    assert twice.changes["tags"] == ["Lyon 2, Lyon", "Lyon 2"]
    assert reload(view).query == f"tag={into.id}&late=yes"
    tagging.note_merged(into, gone_id + 100, "Lyon", [first.id], by=admin)  # another that was called so too
    assert len(db.session.scalars(AuditEntry.about(first).where(AuditEntry.act == "tag merged")).all()) == 2


def test_what_one_rule_sets_lets_another_be_met_at_once(app):
    """LC-3: tested again when the category changes, also where a rule changed it; two that turn in a circle end."""
    document, tag, category = make_document(), make_tag(), make_category("Travel")
    back = make_rule(when("tag", "has", tag.id), does=[do(Act.CATEGORY, category.id)], name="Back", position=1)
    make_rule(when("category", "is", category.id), does=[do(Act.TAG, tag.id)], name="Then", position=2)
    make_rule(PURCHASE, does=[do(Act.CATEGORY, category.id)], name="First", position=3)

    read(document)

    assert (document.category, document.tags) == (category, [tag])
    assert [entry.why for entry in entries(document)] == ["“Then”", "“First”"]
    assert db.session.get(RuleApplication, (document.id, back.id))


def test_whoever_a_rule_puts_in_charge_is_told_and_may_see_it(app):
    """LC-3: RV-4: as where a person does it; nobody is put in charge of what is out of their sight."""  # S72
    the_company().restrict_non_admins = True
    member = make_user(name="Léa")
    make_rule(PURCHASE, does=[do(Act.ASSIGN, member.id)])
    seen, hidden = make_document(), make_document(validated_at=clock.now(), category=make_category())

    read(seen)
    read(hidden)

    assert (seen.assignee, hidden.assignee) == (member, None)
    assert [notice.about_id for notice in db.session.query(Notice)] == [seen.id]


def test_nobody_is_asked_about_what_is_paid_because_somebody_is_put_in_charge(app):
    """LC-3: a rule made since asks about a paid document only where what was paid for changes."""
    document = make_document(validated_at=clock.now(), settled_minor=12000, category=make_category())
    make_rule(when("gross", "at_least", 100, currency="EUR"), does=[ask(make_user(Role.ADMIN))])

    assigning.assign(document, make_user(), by=make_user(Role.ADMIN))
    assert not document.awaits_approval

    changes = {"gross": Decimal(500), "net": Decimal(500), "tax": Decimal(0)}
    decisions.edit(document, changes, by=make_user(), version=document.version)
    assert document.awaits_approval


def test_nothing_is_validated_while_a_person_turns_it(app):
    """LC-3: what follows a person's hand is looked at by that person."""
    document = make_document()
    make_rule(PURCHASE, does=[do(Act.VALIDATE)])

    changed = {"counterparty_id": [None, document.counterparty_id]}
    status.settle(document, by=None, act="counterparty suggested", changes=changed)

    assert not db.session.query(Task).filter_by(kind="validate_by_rule").count()
