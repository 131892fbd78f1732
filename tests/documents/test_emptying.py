"""A large trash is emptied in small portions, so that nobody waits for it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import event, select

from app.audit import words
from app.audit.models import AuditEntry
from app.core import clock
from app.dashboard import work
from app.documents import reasons, retention
from app.documents.jobs import empty_trash
from app.documents.models import Direction, Document, TrashKind
from app.extensions import db
from app.tasks import due
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_company, make_document, make_user


@pytest.fixture
def company(app, monkeypatch):
    """A company whose trash is emptied three documents at a time."""
    monkeypatch.setattr(retention, "PORTION", 3)
    return make_company()


def put_into_trash(company, count, **facts):
    facts = {"trashed_at": clock.now() - timedelta(minutes=1), "trash_kind": TrashKind.DELETED} | facts
    template = {"company_id": company.id, "direction": Direction.PURCHASE}
    db.session.add_all(Document(**template, **({"number": f"T-{number}"} | facts)) for number in range(count))
    db.session.commit()


def numbers():
    return sorted(db.session.scalars(select(Document.number)))


def test_a_large_trash_goes_in_portions(app, browser, company):
    """TR-2: S100: the first few at once, the rest by a job that asks for itself again; each removal is noted."""
    put_into_trash(company, 8)
    admin = browser(make_user(Role.ADMIN, company))

    answer = admin.post("/trash/emptying", data={"typed": "empty"}, follow_redirects=True)
    left = len(numbers())
    due.run_due()

    admin.post("/trash/emptying", data={"typed": "empty"})  # from a second window: it removes nothing, so notes nothing
    assert "the rest follows by itself" in answer.text and left == 5
    assert numbers() == []
    said = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.act == "trash emptied").order_by("id")).all()
    assert said == [{"removed": [None, 3]}, {"removed": [None, 3]}, {"removed": [None, 2]}]
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.act == "purged")).all()) == 8


def test_what_was_deleted_after_the_click_stays(app, browser, company):
    """TR-2: the job removes what lay in the trash when it was asked to, nothing that came since."""
    put_into_trash(company, 4)
    browser(make_user(Role.ADMIN, company)).post("/trash/emptying", data={"typed": "empty"})
    put_into_trash(company, 1, trashed_at=clock.now() + timedelta(seconds=1))

    due.run_due()

    assert numbers() == ["T-0"]


def test_what_came_after_the_question_stays(app, browser, company):
    """TR-2: who empties it was told how many go: what somebody else put there since was not meant."""
    put_into_trash(company, 2)
    admin = browser(make_user(Role.ADMIN, company))
    until = re.search(r'name="until" value="([^"]+)"', admin.get("/trash").text).group(1)
    put_into_trash(company, 1, trashed_at=clock.now(), number="LATER")

    said = admin.post("/trash/emptying", data={"typed": "empty", "until": until}, follow_redirects=True).text
    assert "2 documents deleted for good." in said and numbers() == ["LATER"]
    for odd in ("yesterday", "9999-12-31T00:00:00+00:00"):
        put_into_trash(company, 1)
        admin.post("/trash/emptying", data={"typed": "empty", "until": odd})
        assert numbers() == []


def test_an_empty_trash_promises_nothing_where_a_company_keeps_none(browser, company):
    """TR-1: TR-2: what is deleted there does not wait to be restored."""
    admin, promise = browser(make_user(Role.ADMIN, company)), "wait here and can be restored."
    assert promise in admin.get("/trash").text
    company.trash_enabled = False
    db.session.commit()

    text = admin.get("/trash").text
    assert "The trash is empty" in text and promise not in text


def test_the_trash_and_the_question_say_what_the_law_keeps(app, browser, company):
    """TR-2: R17: in the list, and before a document is deleted where there is no trash."""
    put_into_trash(company, 1, exported_at=clock.now())
    put_into_trash(company, 1)
    admin = browser(make_user(Role.ADMIN, company))
    trash = admin.get("/trash").text
    company.trash_enabled = False
    held, free = (make_document(company, **facts) for facts in ({"exported_at": clock.now()}, {}))
    db.session.commit()

    assert trash.count("Kept by law") == 1 and "1 document goes and cannot be brought back. 1 is kept by law." in trash
    pages = [admin.get(f"/documents/{each.id}").text for each in (held, free)]
    assert ["the law wants this document kept" in page for page in pages] == [True, False]
    assert ["Delete it for good?" in page for page in pages] == [False, True]


def test_a_portion_takes_few_statements(app, company, monkeypatch):
    """TR-2: S100: not three a document."""
    monkeypatch.setattr(retention, "PORTION", 100)
    put_into_trash(company, 60)
    said = []
    note = lambda *args: said.append(args[2])  # noqa: E731
    event.listen(db.engines[None], "before_cursor_execute", note)
    removed = retention.empty_now(company, by=make_user(Role.ADMIN, company), until=clock.now())
    db.session.commit()
    event.remove(db.engines[None], "before_cursor_execute", note)

    others = [statement for statement in said if not statement.startswith("INSERT INTO audit_entry")]
    assert removed == 60 and len(others) < 20


def test_a_job_of_somebody_who_is_gone_still_ends(app, company):
    """TR-2: S38: a number nobody has."""
    put_into_trash(company, 1)
    empty_trash(company.id, 2**30, clock.now().isoformat())
    empty_trash(2**30, 2**30, clock.now().isoformat())

    assert numbers() == [] and not db.session.scalars(select(Task)).all()


def test_home_counts_what_is_due_without_loading_it(app, browser):
    """TR-2: S110: an admin's home asks for numbers."""
    company = make_company(trash_emptied=True)
    put_into_trash(company, 40, trashed_at=clock.now() - timedelta(days=31))
    seen = []
    note = lambda thing, _context: seen.append(thing)  # noqa: E731
    event.listen(Document, "load", note)
    with app.test_request_context():
        lines = work._for_admins(make_user(Role.ADMIN, company), company)
    event.remove(Document, "load", note)

    assert [line.count for line in lines if "trash" in line.label] == [40]
    assert seen == []


def test_why_the_trash_was_kept_is_said_in_the_readers_language(app):
    """OP-6: stored as a word of the program, put into French or English when it is read."""
    company = make_company(trash_emptied=True, trash_enabled=False)
    put_into_trash(company, 6, trashed_at=clock.now() - timedelta(days=31))
    document = make_document(company, validated_at=clock.now(), settled_minor=100)
    with app.test_request_context(), force_locale("fr"):
        retention.empty_by_timer(company)
        retention.delete_by_hand(document, by=make_user(company=company), why="mon motif")
    db.session.commit()
    entry = db.session.scalars(AuditEntry.about(company)).first()

    with app.test_request_context(), force_locale("en"):
        assert "unusually many" in words.why(entry.why)
        assert ("Documents due", "–", "6") in words.changes(entry)
        assert "Kept although there is no trash" in reasons.in_words(document.reason)
    assert (document.trash_kind, document.trash_reason) == (TrashKind.KEPT, "mon motif")
