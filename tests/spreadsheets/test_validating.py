"""What came by a list is validated by itself like what came by mail, with every guard and the reason where one is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.approval.models import Seat
from app.audit.models import AuditEntry
from app.documents import editing, reasons, status
from app.documents.models import Document, Status
from app.documents.trash import trash
from app.extensions import db
from app.rules import jobs, running, validating
from app.rules.acts import Act
from app.rules.models import Rule
from app.tasks import due
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_category, make_counterparty, make_user, reload, the_company
from tests.rules.making import ask, do, make_rule, when
from tests.spreadsheets.sheets import HEAD, as_csv, imported, line

LISTED = when("source", "is", "spreadsheet")
COMPLETE = {"head": [*HEAD, "Catégorie"]}


@pytest.fixture
def uploader(app):
    return make_user(Role.ADMIN)


@pytest.fixture
def client(browser, uploader):
    return browser(uploader)


def complete(**changed: str) -> list[str]:
    """A line of which nothing is missing, its category included."""
    return [*line(**changed), "Travel"]


def durand(**facts):
    make_category("Travel")
    return make_counterparty("Durand", **facts)


def brought(client, *lines: list[str]) -> list[Document]:
    """All of these lines as documents, and what follows done."""
    imported(client, as_csv(*lines, **COMPLETE))
    due.run_due()
    db.session.expire_all()
    return list(db.session.scalars(select(Document).order_by(Document.id)))


def trusting(party) -> Rule:
    return make_rule(LISTED, when("counterparty", "is", party.id), does=[do(Act.VALIDATE)], name="Durand by list")


def test_a_rule_validates_what_came_by_a_list(client, uploader):
    """LC-3: US-4: whoever uploaded it has brought it, the rule has validated it; once, however often it is asked."""
    trusting(durand())

    [document] = brought(client, complete())

    assert (document.status, document.validated_by) == (Status.TO_MATCH, None)
    validating.validate(document.id)
    last, first = db.session.scalars(AuditEntry.about(document)).all()
    assert (first.act, first.user_id) == ("imported from a spreadsheet", uploader.id)
    assert (last.act, last.user_id, last.why) == ("validated", None, "“Durand by list”")


def test_a_trusted_supplier_needs_no_rule(client):
    """LC-6: the counterparty's own *validate automatically*."""
    durand(is_validated_automatically=True)

    assert [each.status for each in brought(client, complete())] == [Status.TO_MATCH]


HELD = {
    "unknown": complete(counterparty="Nobody"),
    "unsure": [*line(), ""],
    "doubt": complete(net="1,00"),
}


@pytest.mark.parametrize("code", HELD)
def test_what_is_held_back_says_why(client, code):
    """LC-3: LC-8: it stays *to process*, with the reason a mailed one has."""
    durand()
    make_rule(LISTED, does=[do(Act.VALIDATE)])

    [document] = brought(client, HELD[code])

    assert (document.status, document.reason["key"]) == (Status.TO_PROCESS, validating.KEY)
    assert document.reason["code"] == code
    with force_locale("en"):
        assert reasons.in_words(document.reason).startswith("Not validated by itself:")
    assert "Not validated by itself:" in client.get("/documents?tab=to_process").text


def test_a_twin_in_the_trash_holds_it_back(client):
    """LC-3: DU-1: the same line again is for a person."""
    durand()
    [first] = brought(client, complete())
    trash(first, by=None)
    db.session.commit()
    make_rule(LISTED, does=[do(Act.VALIDATE)])

    document = brought(client, complete(), complete(number="F-2"))[1]

    assert (document.status, document.reason.get("code")) == (Status.TO_PROCESS, "twin")


def test_a_later_change_by_a_person_asks_for_nothing(client, uploader):
    """LC-3: at import, and not once somebody works on it."""
    [document] = brought(client, complete(counterparty="Nobody"))
    make_rule(LISTED, does=[do(Act.VALIDATE)])

    status.settle(document, by=uploader, act="edited", changes={"gross_minor": [1, 12000]})

    assert not db.session.query(Task).filter_by(kind="validate_by_rule").count()


def test_whoever_brought_the_list_does_not_approve_what_nobody_validated(client, uploader):
    """AP-6: S63: they typed it, and nobody else has looked at it."""
    trusting(durand())
    other = make_user(Role.ADMIN)
    make_rule(LISTED, does=[ask(uploader, other)], name="Lists")

    [document] = brought(client, complete())

    assert document.status is Status.TO_APPROVE
    assert list(db.session.scalars(select(Seat.user_id))) == [other.id]


def test_whoever_typed_into_it_before_a_rule_validated_it_does_not_approve_it(client):
    """AP-6: S63: a rule that is applied to what waits looks at no page: nobody else has seen what was typed."""
    party, editor, other = durand(), make_user(Role.ADMIN), make_user(Role.ADMIN)
    [document] = brought(client, complete())
    amounts = {"net": Decimal("1000.00"), "tax": Decimal("200.00"), "gross": Decimal("1200.00")}
    editing.edit(document, amounts, by=editor, version=document.version)
    make_rule(LISTED, does=[ask(editor, other)], name="Lists")

    jobs.apply_rule(running.begin(trusting(party), by=other).id)
    due.run_due()

    assert reload(document).status is Status.TO_APPROVE
    assert list(db.session.scalars(select(Seat.user_id))) == [other.id]


def test_where_nobody_else_could_approve_it_waits_for_a_person(client, uploader):
    """AP-6: LC-8: nothing is half done, and it says that it was not validated."""
    the_company().four_eyes = True
    trusting(durand())
    make_rule(LISTED, does=[ask(uploader)], name="Lists")

    [document] = brought(client, complete())

    assert (document.status, document.reason["key"]) == (Status.TO_PROCESS, validating.KEY)
    assert db.session.scalars(select(Seat)).all() == []
    with force_locale("en"):
        assert reasons.in_words(document.reason).startswith("Not validated by itself:")
