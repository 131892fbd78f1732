"""The trash: put aside, taken back, emptied slowly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select

from app import schedule
from app.audit.models import AuditEntry
from app.comments.models import Comment
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, reasons, retention
from app.documents.jobs import purge_trash
from app.documents.models import Direction, Document, DocumentFile, Status, TrashKind
from app.extensions import db
from app.files import store
from app.tags.models import Tag
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_company, make_document, make_file, make_user, reload

EMPTYING = {"trash_emptied": True}
LONG_AGO = timedelta(days=31)


def trashed(company, **facts):
    """A document that has been in the trash for 31 days."""
    return make_document(company, **({"trashed_at": clock.now() - LONG_AGO, "trash_kind": TrashKind.DELETED} | facts))


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


BEFORE = [
    {},
    {"validated_at": clock.now()},
    {"validated_at": clock.now(), "pay_date": date(2026, 12, 1)},
    {"validated_at": clock.now(), "settled_minor": 12000},
]


@pytest.mark.parametrize("facts", BEFORE)
def test_what_is_restored_has_its_former_status(app, facts):
    """TR-1: files, facts and status are as before."""
    document, member = make_document(**facts), make_user()
    was, file = document.status, document.original.file

    decisions.trash(document, by=member, why="ordered twice")
    assert (document.status, document.trashed_by) == (Status.TRASH, member)
    assert document.reason == {"key": "deleted", "why": "ordered twice"}
    decisions.restore(document, by=member)
    db.session.commit()

    document = reload(document)
    assert (document.status, document.original.file) == (was, file)
    assert (document.trashed_at, document.trash_kind, document.trash_reason) == (None, None, "")


def test_the_trash_tells_who_and_why(app):
    """TR-1: each shows who, when, why; a duplicate says of what."""
    first, second, member = make_document(), make_document(), make_user(name="Léa")

    decisions.trash(second, by=member, kind=TrashKind.DUPLICATE, why="same file", duplicate_of=first)

    assert (second.trash_kind, second.duplicate_of) == (TrashKind.DUPLICATE, first)
    entry = db.session.scalars(AuditEntry.about(second)).first()
    assert (entry.act, entry.user_name, entry.why) == ("trashed", "Léa", "same file")


def test_the_second_click_does_nothing(app):
    """TR-1: S59: neither trashing nor restoring happens twice."""
    document = make_document()
    decisions.trash(document, by=None, why="first")
    with pytest.raises(Refused):
        decisions.trash(document, by=None, why="second")
    assert document.trash_reason == "first"

    decisions.restore(document, by=None)
    with pytest.raises(Refused):
        decisions.restore(document, by=None)


def test_a_restored_document_is_no_longer_a_duplicate(app):
    """TR-1: what is taken back counts for itself."""
    first, second = make_document(), make_document()
    decisions.trash(second, by=None, kind=TrashKind.DUPLICATE, duplicate_of=first)

    decisions.restore(second, by=None)

    assert second.duplicate_of is None


def test_the_trash_is_emptied_after_its_days(app):
    """TR-2: what is older goes, what is younger stays, and the trail says what went."""
    company = make_company(**EMPTYING)
    gone = trashed(company)
    kept = trashed(company, trashed_at=clock.now() - timedelta(days=29))
    gone_id, number = gone.id, gone.number

    purge_trash()
    purge_trash()
    db.session.commit()

    assert db.session.get(Document, gone_id) is None
    assert reload(kept).status is Status.TRASH
    entry = db.session.scalars(select(AuditEntry).filter_by(object_type="document", object_id=gone_id)).all()[-1]
    assert (entry.act, entry.changes["number"]) == ("purged", [number, None])
    summary = db.session.scalars(AuditEntry.about(company)).first()
    assert (summary.act, summary.changes) == ("trash emptied", {"removed": [None, 1]})


@pytest.mark.parametrize("days", [None, 0, -1, 40000, 10**9])
def test_days_that_make_no_sense_keep_everything(app, days):
    """TR-2: S104: blank, zero, negative or huge means keep."""
    company = make_company(**EMPTYING, trash_days=days)
    document = trashed(company)

    assert retention.empty_by_timer(company) == 0
    assert reload(document).status is Status.TRASH


def test_an_unreadable_number_of_days_keeps_everything(app):
    """TR-2: S104: also where the database holds a word instead of a number."""
    company = make_company(**EMPTYING)
    document = trashed(company)
    db.session.connection().exec_driver_sql("UPDATE company SET trash_days = 'x'")

    assert retention.empty_by_timer(reload(company)) == 0
    assert reload(document)


def test_emptying_is_off_unless_asked_for(app):
    """TR-2: trash on, emptying off with 30 days filled in."""
    company = make_company()
    document = trashed(company)

    purge_trash()

    assert (company.trash_enabled, company.trash_emptied, company.trash_days) == (True, False, 30)
    assert reload(document)


def test_a_clock_that_jumped_removes_nothing_and_says_so(app):
    """TR-2: S104: ten years on, everything would be overdue; a person is asked."""
    company = make_company(**EMPTYING)
    document = trashed(company)

    with time_machine.travel(datetime.now(UTC) + timedelta(days=3653)):
        for _day in range(2):
            assert retention.empty_by_timer(company) == 0
        assert "is the clock right" in retention.plan(company).sentence

    assert reload(document)


HELD = [
    {"settled_minor": 5000},
    {"pay_date": date(2026, 12, 1)},
    {"held_at": clock.now() - timedelta(days=3600)},
    {"exported_at": clock.now()},
]


@pytest.mark.parametrize("facts", HELD)
def test_what_the_law_wants_kept_is_never_removed(app, facts):
    """TR-2: S105: the hold binds the timer, Empty now, and the verb itself."""
    company = make_company(**EMPTYING)
    document, admin = trashed(company, validated_at=clock.now(), **facts), make_user(company=company)

    assert retention.empty_by_timer(company) == 0
    assert retention.empty_now(company, by=admin, until=clock.now()) == 0
    with pytest.raises(Refused):
        retention.purge(document, by=admin, why="")

    assert reload(document).status is Status.TRASH


def test_the_hold_remembers_a_payment_that_was_undone(app):
    """TR-2: R17: *ever* paid or matched."""
    document = make_document(validated_at=clock.now(), settled_minor=12000)
    document.settled_minor = 0
    decisions.trash(document, by=None)

    assert retention.is_held(document)


def test_what_is_in_a_live_payment_is_not_removed(app, monkeypatch):
    """TR-2: S105: a stage says what else must stay; the timer, *Empty now* and a trash switched off obey."""
    company = make_company(**EMPTYING)
    document, admin = trashed(company), make_user(company=company)
    monkeypatch.setattr(retention, "keeps", [lambda: Document.id == document.id])

    assert retention.empty_by_timer(company) == retention.empty_now(company, by=admin, until=clock.now()) == 0
    with pytest.raises(Refused):
        retention.purge(document, by=admin, why="")
    decisions.restore(document, by=admin)
    company.trash_enabled = False
    assert retention.delete_by_hand(document, by=admin) is False
    assert document.trash_kind is TrashKind.KEPT


def test_a_clock_that_goes_back_removes_nothing(app):
    """TR-2: S104: S107: what was trashed "tomorrow" is not due."""
    company = make_company(**EMPTYING)
    document = trashed(company, trashed_at=clock.now() + timedelta(days=1))
    with time_machine.travel(datetime.now(UTC) - timedelta(days=400)):
        assert retention.empty_by_timer(company) == 0
    assert reload(document)


def test_what_hangs_on_a_document_comes_back_with_it_and_goes_with_it(app):
    """TR-1: TR-2: comments, tags, an assignee and a dispute survive the trash; the purge leaves nothing behind."""
    company = make_company(**EMPTYING)
    lea = make_user(name="Léa", company=company)
    document = make_document(company, assignee_id=lea.id, disputed_at=clock.now(), dispute_reason="twice")
    document.tags = [Tag(company_id=company.id, name="Site A")]
    db.session.add(Comment(document=document, by=lea, text="Ask Tom", mentions={lea}))
    db.session.commit()
    was = document.reason

    decisions.trash(document, by=lea)
    decisions.restore(document, by=lea)
    db.session.commit()

    document = reload(document)
    said = [each.text for each in db.session.scalars(Comment.about(document))]
    assert (said, [tag.name for tag in document.tags], document.assignee) == (["Ask Tom"], ["Site A"], lea)
    assert document.reason == was
    decisions.trash(document, by=lea)
    assert retention.purge(document, by=lea, why="")
    assert (count(Comment), count(Tag), count(Document)) == (0, 1, 0)


@pytest.mark.parametrize("kind", TrashKind)
def test_whatever_kind_of_deletion_can_be_taken_back(app, browser, kind):
    """TR-1: deleted, duplicate, rejected: the trash shows which, who, when and why, and restores it."""
    lea = make_user(name="Léa")
    document = make_document(validated_at=clock.now())
    decisions.trash(document, by=lea, kind=kind, why="not ours")
    db.session.commit()

    listed = browser(lea).get("/trash").text
    for said in (str(kind.label), "Léa", "not ours", f"/documents/{document.id}/restoration"):
        assert said in listed
    browser(lea).post(f"/documents/{document.id}/restoration")

    assert (reload(document).status, document.trash_kind) == (Status.TO_MATCH, None)


def test_the_trash_says_what_was_removed_last(app, browser):
    """TR-2: when, by whom and how many; for admins, as the number speaks of documents others may not see."""
    company = make_company(**EMPTYING)
    trashed(company)
    retention.empty_by_timer(company)
    db.session.commit()

    said = browser(make_user(Role.ADMIN, company)).get("/trash").text
    assert "by Facteur: 1 document deleted for good." in said
    assert "Last emptied" not in browser(make_user(company=company)).get("/trash").text


@pytest.mark.parametrize("years", [10, 6])
def test_the_hold_ends_with_a_year(app, monkeypatch, years):
    """TR-2: R17: ten years unless the installation says otherwise, to the end of the last one as books are kept."""
    monkeypatch.setattr(app.config["SETTINGS"], "legal_hold_years", years)
    document = make_document(held_at=datetime(2026, 3, 1, tzinfo=UTC))
    ends = [datetime(2026 + years, 12, 31, 23, 59, tzinfo=UTC), datetime(2027 + years, 1, 1, tzinfo=UTC)]
    found = []
    for moment in ends:
        with time_machine.travel(moment, tick=False):
            found.append(retention.is_held(document))

    assert found == [True, False]


def test_a_clock_ten_years_ahead_removes_nothing_that_is_held(app):
    """TR-2: S104: neither the timer nor *Empty now*."""
    company = make_company(**EMPTYING)
    document = trashed(company, exported_at=clock.now(), held_at=clock.now())
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3653)):
        removed = retention.empty_by_timer(company), retention.empty_now(company, by=None, until=clock.now())

    assert removed == (0, 0) and reload(document)


@pytest.mark.parametrize("days", [150, 200, 365, 395, 730])
def test_a_clock_months_ahead_removes_nothing_by_itself(app, days):
    """TR-2: S107: what was trashed yesterday is not due since long: the clock is wrong, or nobody was there."""
    company = make_company(**EMPTYING)
    document = trashed(company, trashed_at=clock.now() - timedelta(days=1))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        assert retention.empty_by_timer(company) == 0
        assert "is the clock right" in retention.plan(company).sentence

    assert reload(document)


def test_whatever_speaks_of_a_document_lets_it_go():
    """TR-2: a row goes with it or forgets it; only a match is kept, and keeps it."""
    tables = db.metadata.tables.values()
    keys = [key for table in tables for key in table.foreign_keys if key.target_fullname == "document.id"]
    binding = {key.parent.table.name for key in keys if key.ondelete not in ("CASCADE", "SET NULL")}

    assert len(keys) > 20 and binding == {"document_match"}


@pytest.mark.parametrize(("due", "others", "goes"), [(5, 0, 5), (6, 114, 6), (6, 113, 0)])
def test_an_unusually_large_run_stops_and_asks(app, due, others, goes):
    """TR-2: S105: more than a twentieth of all documents, but for a handful."""
    company = make_company(**EMPTYING)
    for _each in range(due):
        trashed(company, counterparty=None)
    template = {"company_id": company.id, "direction": Direction.PURCHASE}
    db.session.add_all(Document(**template) for _each in range(others))
    db.session.commit()

    assert retention.empty_by_timer(company) == goes

    assert count(Document) == due + others - goes
    if not goes:
        assert db.session.scalars(AuditEntry.about(company)).first().act == "trash not emptied"


def test_more_than_five_hundred_are_never_removed_by_the_timer(app, monkeypatch):
    """TR-2: S105: a run that would remove more stops."""
    monkeypatch.setattr(retention, "MOST", 6)
    monkeypatch.setattr(retention, "SHARE", 0)
    company = make_company(**EMPTYING)
    for _each in range(7):
        trashed(company, counterparty=None)

    assert retention.plan(company).is_unusual
    assert retention.empty_by_timer(company) == 0


def test_a_restore_beside_the_purge_wins(app):
    """TR-2: S105: what was restored a moment ago is not removed."""
    document = trashed(make_company(**EMPTYING))
    db.session.connection().exec_driver_sql(f"UPDATE document SET trashed_at = NULL WHERE id = {document.id}")

    assert retention.purge(document, by=None, why="timer") is False
    assert reload(document)


def test_a_restore_after_the_purge_is_refused(app):
    """TR-2: S105: what is gone for good meanwhile cannot be restored, and whoever tries is told in words."""
    document = trashed(make_company(**EMPTYING))
    db.session.execute(delete(Document).where(Document.id == document.id).execution_options(synchronize_session=False))

    with pytest.raises(Refused):
        decisions.restore(document, by=None)


def test_a_shared_file_stays(app):
    """TR-2: S105: files still used elsewhere stay."""
    company, file = make_company(**EMPTYING), make_file()
    gone, other = trashed(company, file=file), make_document(company)
    other.files.append(DocumentFile(file=file, name="copy.pdf"))
    db.session.commit()
    gone_id = gone.id

    retention.empty_by_timer(company)
    db.session.commit()

    assert db.session.get(Document, gone_id) is None
    assert store.read(reload(other).files[1].file)


def test_without_a_trash_deleting_is_final(app):
    """TR-2: trash off."""
    company = make_company(trash_enabled=False)
    document = make_document(company)
    document_id = document.id

    assert retention.delete_by_hand(document, by=make_user(company=company)) is True
    db.session.commit()

    assert db.session.get(Document, document_id) is None


def test_what_is_held_goes_to_the_trash_all_the_same_and_says_why(app):
    """TR-2: the hold binds a trash switched off too."""
    company = make_company(trash_enabled=False)
    document = make_document(company, validated_at=clock.now(), settled_minor=100)

    assert retention.delete_by_hand(document, by=make_user(company=company)) is False

    assert document.status is Status.TRASH
    assert "Kept although there is no trash" in reasons.in_words(document.reason)


def test_the_purge_is_asked_for_once_a_day(app):
    """TR-2: S40: however many sweeps, one task a day; a missed day is not made up twice."""
    schedule.start_the_day()
    schedule.start_the_day()

    keys = list(db.session.scalars(select(Task.key).where(Task.kind == "purge_trash")))
    assert keys == [f"purge:{clock.today()}"]


def test_what_another_tab_restored_is_shown_and_said(app, browser):
    """TR-1: the second press changes nothing, and leads to the document."""
    document = trashed(make_company())
    member = browser(make_user(company=document.company))
    told = [member.post(f"/documents/{document.id}/restoration", follow_redirects=True).text for _turn in range(2)]

    assert "Taken out of the trash." in told[0] and "It is not in the trash any more." in told[1]
    assert db.session.query(AuditEntry).filter_by(act="restored").count() == 1
