"""Moving to another company: what follows, what is found anew there, and what stays."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import CounterpartyIban
from app.documents import status
from app.documents.models import Document, DocumentFile
from app.extensions import db
from app.rules import moving
from app.rules.acts import Act
from app.tags.models import Tag
from app.tasks.models import Task
from app.users import people
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user, reload
from tests.rules.making import do, make_rule, when
from tests.web.world import make_message

PURCHASE = when("direction", "is", "purchase")


@pytest.fixture
def here(app):
    return make_company("Here")


@pytest.fixture
def there(here):
    return make_company("There")


@pytest.fixture
def admin(here, there):
    """Somebody who administers both."""
    user = make_user(Role.ADMIN, here)
    people.join(user, there, Role.ADMIN, by=None)
    db.session.commit()
    return user


def make_mover(here, there, admin, **facts):
    return make_rule(PURCHASE, company=here, does=[do(Act.MOVE, there.id)], name="To There", saved_by=admin, **facts)


def test_the_rule_moves_it_by_a_task_once(here, there, admin):
    """LC-3: what would settle the document again is a task, asked for in its transaction."""
    document, rule = make_document(here), make_mover(here, there, admin)
    for _each in range(2):
        status.settle(document, by=None, act="read")
    [task] = db.session.query(Task).filter_by(kind="move_by_rule").all()
    assert task.ids == [document.id, rule.id] and document.company is here

    for _each in range(2):
        moving.move_by_rule(document.id, rule.id)

    assert document.company is there
    [entry] = db.session.scalars(AuditEntry.about(document).where(AuditEntry.act == "moved")).all()
    assert entry.why == "“To There”" and entry.changes["company"] == ["Here", "There"]


def test_files_and_history_follow_and_the_rest_is_found_anew(here, there, admin, browser):
    """LC-3: US-3: counterparty by its number, category and tags by their names; somebody there sees all of it."""
    durand = make_counterparty("Durand", here, siren="732829320")
    same = make_counterparty("Durand SARL", there, siren="732829320")
    tags = [Tag(company_id=company.id, name=name) for company, name in ((here, "Paris"), (here, "x"), (there, "PARIS"))]
    db.session.add_all(tags)
    category = make_category("TRAVEL", there)
    document = make_document(here, counterparty=durand, category=make_category("Travel", here), tags=tags[:2])
    message = make_message(here, "invoice", [document])

    moving.move_by_rule(document.id, make_mover(here, there, admin).id)
    db.session.commit()

    assert (document.counterparty, document.category, document.tags) == (same, category, [tags[2]])
    assert reload(message).company is here
    reader = browser(make_user(company=there), there)
    assert "moved it to another company" in reader.get(f"/documents/{document.id}").text
    assert reader.get(f"/messages/{message.id}").status_code == 404
    assert reader.get(f"/documents/{document.id}/files/{document.files[0].file_id}").status_code != 404
    assert browser(make_user(company=here), here).get(f"/documents/{document.id}").status_code == 404


def test_a_counterparty_nobody_knows_there_is_kept_as_what_was_read(here, there, admin):
    """LC-3: EX-7: its name and numbers, to be made on validation."""
    durand = make_counterparty("Durand", here, siren="732829320", ibans=[CounterpartyIban(iban="FR76")])
    document = make_document(here, counterparty=durand)

    moving.move_by_rule(document.id, make_mover(here, there, admin).id)

    assert (document.counterparty_id, document.counterparty_name) == (None, "Durand")
    assert document.counterparty_facts == {"siren": "732829320"}  # what else this company knows stays its own


def test_it_stays_where_the_rules_author_may_no_longer(here, there, admin):
    """US-6: LC-3: whoever saved the rule administers both companies, also later."""
    document, rule = make_document(here), make_mover(here, there, admin)
    next(each for each in admin.memberships if each.company_id == there.id).role = Role.MEMBER
    db.session.commit()

    moving.move_by_rule(document.id, rule.id)

    assert document.company is here
    assert db.session.scalars(AuditEntry.about(document)).first().act == "not moved"


def test_it_stays_where_the_other_company_has_the_file(here, there, admin):
    """DU-2: LC-3: the same bytes are not there twice."""
    document, twin = make_document(here), make_document(there)
    twin.files.append(DocumentFile(file=document.original.file, name="same.pdf"))

    moving.move_by_rule(document.id, make_mover(here, there, admin).id)

    assert document.company is here


@pytest.mark.parametrize("facts", [{"validated_at": clock.now()}, {"trashed_at": clock.now()}])
def test_what_was_decided_stays(here, there, admin, facts):
    """LC-3: a rule moves only what waits."""
    document = make_document(here, **facts)

    moving.move_by_rule(document.id, make_mover(here, there, admin).id)

    assert document.company is here


def test_two_companies_do_not_send_a_document_to_and_fro(here, there, admin):
    """LC-3: a rule that acted on it does not act again."""
    document = make_document(here)
    away, back = make_mover(here, there, admin), make_mover(there, here, admin)
    status.settle(document, by=None, act="read")
    for _each in range(5):
        for task in db.session.query(Task).filter_by(kind="move_by_rule").all():
            db.session.delete(task)
            moving.move_by_rule(*task.ids)

    assert document.company is here
    moved = AuditEntry.about(document).where(AuditEntry.act == "moved")
    assert [entry.why for entry in db.session.scalars(moved)] == [back.reason, away.reason]
    assert db.session.query(Document).count() == 1


@pytest.mark.parametrize("change", [{"actions": []}, {"conditions": [when("direction", "is", "sale")]}])
def test_a_rule_that_was_changed_before_its_task_ran_moves_nothing(here, there, admin, change):
    """LC-3: the task looks at the rule and the document once more, and ends without an error."""
    document, rule = make_document(here), make_mover(here, there, admin)
    status.settle(document, by=None, act="read")
    for name, now in change.items():
        setattr(rule, name, now)
    db.session.commit()

    moving.move_by_rule(document.id, rule.id)

    assert document.company is here
