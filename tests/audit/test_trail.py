"""The chain, and who reads it."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.audit import trail
from app.audit.models import AuditEntry
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_document, make_user, the_company


def chained(count=4):
    """A trail of some entries, sealed."""
    for _ in range(count):
        make_document()
    trail.chain()
    db.session.commit()
    return db.session.query(AuditEntry).order_by(AuditEntry.id).all()


def drop_triggers():
    """What somebody with the database in hand would do first."""
    for name in ("audit_entry_kept", "audit_entry_unchanged"):
        db.session.execute(text(f"DROP TRIGGER {name}"))


def test_an_untouched_chain_holds(app):
    """US-4: every entry is sealed by the sweep, in order, and the whole is right."""
    entries = chained()

    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert trail.first_bad_entry() is None
    assert trail.head() == (len(entries), entries[-1].hash)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET why = 'other'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_it(app, statement):
    """US-4: append-only, whoever asks."""  # S87
    chained()

    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET why = 'another reason' WHERE id = :id",
        "UPDATE audit_entry SET user_name = 'Somebody else' WHERE id = :id",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE id = :id",
        "UPDATE audit_entry SET company_id = 99 WHERE id = :id",
    ],
)
def test_a_changed_entry_is_named(app, statement):
    """US-4: verification names the first bad row."""  # S87
    victim = chained()[2].id
    drop_triggers()
    db.session.execute(text(statement), {"id": victim})

    assert trail.first_bad_entry() == victim


def test_an_entry_taken_out_is_missed(app):
    """US-4: the one after the gap is named."""  # S87
    entries = chained()
    victim, following = entries[2].id, entries[3].id
    drop_triggers()
    db.session.execute(text("DELETE FROM audit_entry WHERE id = :id"), {"id": victim})
    db.session.expire_all()

    assert trail.first_bad_entry() == following


def test_a_cut_tail_is_found_by_the_head_kept_outside(app):
    """US-4: inside, the rest looks whole; the place and seal in yesterday's mail do not fit it."""  # S87
    entries = chained()
    kept, last = trail.head(), entries[-1].id
    drop_triggers()
    db.session.execute(text("DELETE FROM audit_entry WHERE id = :id"), {"id": last})

    assert trail.first_bad_entry() is None
    assert trail.head() != kept


@pytest.mark.alone
def test_writers_at_once_and_a_sweep_between_leave_a_whole_chain(live_app):
    """US-4: an entry with a lower id that is committed later takes its place at the end."""  # S87
    with live_app.app_context():
        company_id = make_company().id
    ended = threading.Event()

    def write():
        with live_app.app_context():
            from app.users.models import Company

            for turn in range(15):
                trail.record(db.session.get(Company, company_id), by=None, act="changed", why=str(turn))
                db.session.commit()

    def sweep():
        while not ended.is_set():
            with live_app.app_context():
                trail.chain()
                db.session.commit()

    writers = [threading.Thread(target=write) for _ in range(4)]
    sweeper = threading.Thread(target=sweep)
    for thread in (*writers, sweeper):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    sweeper.join()

    with live_app.app_context():
        trail.chain()
        db.session.commit()
        assert trail.first_bad_entry() is None
        assert trail.head()[0] == db.session.query(AuditEntry).count() > 60


def test_a_late_commit_does_not_break_the_chain(app):
    """US-4: places are given in the order of sealing, not of ids."""
    entries = chained()
    early = AuditEntry(id=entries[-1].id + 50, object_type="document", object_id=1, act="early")
    late = AuditEntry(id=entries[-1].id + 49, object_type="document", object_id=1, act="late")
    for entry in (early, late):
        db.session.add(entry)
        trail.chain()
        db.session.commit()

    assert (early.position, late.position) == (len(entries) + 1, len(entries) + 2)
    assert trail.first_bad_entry() is None


# --- The page -------------------------------------------------------------------------------------


def test_admins_read_the_trail_of_their_companies_only(app, browser):
    """US-4: readable for admins as a whole; another company's is not there."""  # S71
    admin = make_user(Role.ADMIN, name="Ada")
    document = make_document()
    other = make_company("Elsewhere")
    trail.record(document, by=admin, act="edited", why="a reason of ours")
    trail.record(make_document(other), by=None, act="edited", why="a reason of theirs")
    db.session.commit()

    page = browser(admin).get("/audit").text

    assert "a reason of ours" in page and "a reason of theirs" not in page


def test_the_trail_is_filtered_by_person_thing_and_day(app, browser, time_machine):
    """US-4: who, what, when."""
    admin = make_user(Role.ADMIN, name="Ada")
    document, company = make_document(), the_company()
    time_machine.move_to("2026-03-01T23:30:00Z", tick=False)  # already the 2nd in Paris
    trail.record(document, by=admin, act="edited", why="in march")
    db.session.commit()
    time_machine.move_to("2026-06-01T12:00:00Z", tick=False)
    trail.record(company, by=None, act="changed", why="in june")
    db.session.commit()
    client = browser(admin)
    shown = lambda **query: [  # noqa: E731
        why for why in ("in march", "in june") if why in client.get("/audit", query_string=query).text
    ]

    assert shown() == ["in march", "in june"]
    assert shown(person=admin.id) == ["in march"]
    assert shown(type="company") == ["in june"]
    assert shown(type="document", thing=document.id) == ["in march"]
    assert shown(since="2026-03-02", until="2026-03-02") == ["in march"]
    assert shown(until="2026-03-01") == []
    assert shown(since="2026-04-01") == ["in june"]


@pytest.mark.parametrize(
    "query",
    [
        {"person": "x"},
        {"thing": 2**70},
        {"before": -1},
        {"since": "yesterday", "until": "9999-99-99"},
        {"type": "'; DROP TABLE audit_entry; --"},
        {"since": "0001-01-01", "until": "9999-12-31"},
    ],
)
def test_filters_that_make_no_sense_are_passed_over(app, browser, query):
    """US-4: whatever stands in the address, the page answers."""  # S84
    chained(1)

    assert browser(make_user(Role.ADMIN)).get("/audit", query_string=query).status_code == 200


def test_a_long_trail_is_turned_page_by_page(app, browser):
    """US-4: each entry stands on exactly one page."""
    admin, company = make_user(Role.ADMIN), the_company()
    for turn in range(120):
        trail.record(company, by=None, act="changed", why=f"turn {turn:03}.")
    db.session.commit()
    client, url, seen = browser(admin), "/audit?type=company", []
    while url:
        page = client.get(url).text
        seen += [turn for turn in range(120) if f"turn {turn:03}." in page]
        url = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in page else None
        url = url and url.replace("&amp;", "&")

    assert sorted(seen) == list(range(120))


def test_previous_leads_to_the_page_before(app, browser):
    """US-4: from the third page to the second, not to the first."""
    admin, company = make_user(Role.ADMIN), the_company()
    for turn in range(80):
        trail.record(company, by=None, act="changed", why=f"turn {turn:03}.")
    db.session.commit()
    client = browser(admin)
    there = lambda way, page: re.search(rf'href="([^"]+)" rel="{way}"', page)[1].replace("&amp;", "&")  # noqa: E731
    said = lambda page: re.findall(r"turn \d+\.", page)  # noqa: E731

    second = client.get(there("next", client.get("/audit?type=company").text)).text
    third = client.get(there("next", second)).text

    assert said(client.get(there("prev", third)).text) == said(second) != []


def test_what_a_person_wrote_is_shown_as_text(app, browser):
    """US-4: a name or a reason is no markup."""  # S78
    trail.record(
        the_company(), by=None, act="changed", why="<script>alert(1)</script>", changes={"name": ["<b>", "<i>"]}
    )
    db.session.commit()

    page = browser(make_user(Role.ADMIN)).get("/audit").text

    assert "<script>alert" not in page and "&lt;script&gt;" in page and "<b>" not in page


def test_a_document_is_called_by_its_number(app, browser):
    """US-4: not by what the database counts."""
    document = make_document(number="F-2026-77")

    page = browser(make_user(Role.ADMIN)).get("/audit").text

    assert "Document F-2026-77<" in page and f"Document {document.id}<" not in page


@pytest.mark.parametrize(("currency", "minor", "said"), [("JPY", 12000, "12,000"), ("TND", 12345, "12.345")])
def test_an_amount_is_told_in_its_currency(app, browser, currency, minor, said):
    """US-4: yen have no cents, dinars have thousandths; the trail keeps the currency beside the amount."""
    document = make_document(currency=currency)
    trail.record(document, by=None, act="edited", changes={"gross_minor": [None, minor]})
    db.session.commit()

    page = browser(make_user(Role.ADMIN)).get("/audit").text

    assert said in page and f"{minor / 100:,.2f}" not in page
