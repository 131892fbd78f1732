"""Applying a rule to what waits, as somebody asked for it."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from app.audit.models import AuditEntry
from app.core import clock
from app.documents import decisions, tagging
from app.documents.models import Document
from app.extensions import db
from app.rules import acts, jobs, running
from app.rules.acts import Act
from app.rules.models import RuleApplication, RuleRun
from app.tags.models import Tag
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_category, make_document, make_user, the_company
from tests.rules.making import ask, do, make_rule, when

PURCHASE = when("direction", "is", "purchase")


def finish(run: RuleRun) -> None:
    """All portions, as the worker would."""
    for _portion in range(20):
        jobs.apply_rule(run.id)
    db.session.commit()


def test_it_acts_on_what_waits_and_meets_it(app, monkeypatch):
    """LC-3: the waiting documents, in portions; what is decided is left alone, what came later too."""
    monkeypatch.setattr(running, "PORTION", 2)
    category = make_category("Travel")
    waiting = [make_document() for _each in range(5)]
    others = [make_document(validated_at=clock.now()), make_document(trashed_at=clock.now())]
    rule = make_rule(PURCHASE, does=[do(Act.CATEGORY, category.id)])
    run = running.begin(rule, by=make_user(Role.ADMIN))
    later = make_document()

    finish(run)

    assert [each.category for each in waiting] == [category] * 5
    assert {each.category for each in [*others, later]} == {None}
    assert (run.total, run.done_count) == (5, 5) and run.ended_at
    assert db.session.query(AuditEntry).filter_by(act="rule", why="“Travel”").count() == 5


def test_the_first_rule_still_wins(app):
    """LC-3: applying a later rule overrules neither an earlier one nor a person."""
    first, second = make_category("First"), make_category("Second")
    document = make_document(category=first)
    make_rule(PURCHASE, does=[do(Act.CATEGORY, first.id)], position=1)
    rule = make_rule(PURCHASE, does=[do(Act.CATEGORY, second.id)], position=2)

    finish(running.begin(rule, by=make_user(Role.ADMIN)))

    assert document.category == first


@pytest.mark.parametrize("change", [{"version": 2}, {"is_on": False}, {"removed_at": clock.now()}])
def test_a_rule_that_was_changed_meanwhile_is_not_applied(app, change):
    """LC-3: what was looked at in the preview is applied, or nothing."""
    document = make_document()
    rule = make_rule(PURCHASE, does=[do(Act.CATEGORY, make_category().id)])
    run = running.begin(rule, by=make_user(Role.ADMIN))
    for name, value in change.items():
        setattr(rule, name, value)

    finish(run)

    assert document.category is None and run.ended_at and run.done_count == 0


def test_automatic_validation_is_left_to_its_task(app):
    """LC-3: with all its guards."""
    document = make_document()
    rule = make_rule(PURCHASE, does=[do(Act.VALIDATE)])

    finish(running.begin(rule, by=make_user(Role.ADMIN)))

    assert [task.ids for task in db.session.query(Task).filter_by(kind="validate_by_rule")] == [[document.id]]
    assert db.session.get_one(Document, document.id).validated_at is None


def test_a_tag_that_a_person_took_off_stays_off(app):
    """LC-3: RV-4: also where a rule is applied once more."""
    tag = Tag(company_id=the_company().id, name="Paris")
    document = make_document(tags=[tag])
    rule = make_rule(PURCHASE, does=[do(Act.TAG, tag.id)])

    tagging.take_off(document, [tag], by=make_user())
    assert document.tags == []
    finish(running.begin(rule, by=make_user(Role.ADMIN)))

    assert document.tags == []


def test_applying_a_rule_does_not_validate_what_another_rule_would(app):
    """LC-3: only what was looked at in the preview is done."""
    make_document()
    make_rule(PURCHASE, does=[do(Act.VALIDATE)])
    rule = make_rule(PURCHASE, does=[ask(make_user(Role.ADMIN))], name="Ask")

    finish(running.begin(rule, by=make_user(Role.ADMIN)))

    assert not db.session.query(Task).filter_by(kind="validate_by_rule").count()


@pytest.mark.alone
def test_what_is_edited_beside_the_application_stays(live_app, monkeypatch):
    """LC-3: S37: the portion waits for whoever edits one of its documents, and then follows what they said."""
    with live_app.app_context():
        meant, chosen = make_category("Meant").id, make_category("Chosen").id
        document_id, user = make_document().id, make_user(Role.ADMIN)
        rule = make_rule(PURCHASE, does=[do(Act.CATEGORY, meant)])
        db.session.add(RuleApplication(document_id=document_id, rule_id=rule.id))
        run_id = running.begin(rule, by=user).id
        db.session.commit()
        document = db.session.get_one(Document, document_id)
        decisions.edit(document, {"category_id": chosen}, by=user, version=document.version)

        has_looked, look = threading.Event(), acts.said_by_people
        monkeypatch.setattr(acts, "said_by_people", lambda it: (look(it), has_looked.set())[0])
        applying = threading.Thread(target=_apply, args=(live_app, run_id))
        applying.start()
        has_looked.wait(timeout=2)
        db.session.commit()
        applying.join(timeout=30)

        assert db.session.get_one(Document, document_id, populate_existing=True).category_id == chosen


def _apply(app: Flask, run_id: int) -> None:
    with app.app_context():
        jobs.apply_rule(run_id)
        db.session.commit()
