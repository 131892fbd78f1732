"""Somebody with the database in hand touches the trail (SAFETY S87), on both databases."""

from __future__ import annotations

import re

import flask_migrate
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.audit import trail
from app.audit.models import AuditEntry
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_user
from tests.live import make_live_app

COLUMNS = "at, user_name, object_type, object_id, act, why, changes, position, previous_hash, hash"
CHANGED = {
    "edited": "UPDATE audit_entry SET why = 'another reason' WHERE id = :third",
    "its author": "UPDATE audit_entry SET user_name = 'Somebody else' WHERE id = :third",
    "its company": "UPDATE audit_entry SET company_id = 99 WHERE id = :third",
    "its day": "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = :third",
    "its values": "UPDATE audit_entry SET changes = '[]' WHERE id = :third",
    "sealed anew": "UPDATE audit_entry SET why = 'another', hash = :forged WHERE id = :third",
    "unsealed": "UPDATE audit_entry SET hash = NULL, position = NULL WHERE id = :third",
    "deleted": "DELETE FROM audit_entry WHERE id = :third",
}
EVERYTHING = "DELETE FROM audit_entry"
REPLACED = (
    f"REPLACE INTO audit_entry (id, {COLUMNS}) SELECT id, at, 'x', object_type, object_id, act, why, changes,"
    " position, previous_hash, hash FROM audit_entry WHERE id = :third",
    f"REPLACE INTO audit_entry ({COLUMNS}) SELECT at, 'x', object_type, object_id, act, why, changes, position,"
    " previous_hash, hash FROM audit_entry WHERE id = :third",
    f"INSERT OR REPLACE INTO audit_entry (id, {COLUMNS}) SELECT id, at, 'x', object_type, object_id, act, why,"
    " changes, NULL, NULL, NULL FROM audit_entry WHERE id = :third",
    "UPDATE OR REPLACE audit_entry SET position = 3 WHERE hash IS NULL",
)
"""SQLite asks no trigger of deletion where a row takes another's place."""


@pytest.fixture
def there(live_app):
    """Ten sealed entries and one that waits for its seal; what the statements speak of."""
    with live_app.app_context():
        company = make_company()
        for turn in range(9):
            trail.record(company, by=None, act="changed", why=f"turn {turn}", changes={"turn": [turn, turn + 1]})
        trail.chain()
        trail.record(company, by=None, act="changed", why="waits")
        db.session.commit()
        sealed = db.session.query(AuditEntry).filter(AuditEntry.hash.is_not(None)).order_by(AuditEntry.position).all()
        yield {"third": sealed[2].id, "fourth": sealed[3].id, "last": sealed[-1].id, "forged": "f" * 64}


def said(statement, there):
    """The statement, with what it speaks of."""
    return text(statement), {name: there[name] for name in re.findall(r"(?<![:\w\"]):(\w+)", statement)}


def open_the_database():
    """What somebody with the database in hand would do first."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        return
    for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        db.session.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.alone
def test_the_database_itself_refuses(there):
    """US-4: append-only, whoever asks and in whatever words."""  # S87
    replaced = REPLACED if db.engine.dialect.name == "sqlite" else ("TRUNCATE audit_entry",)
    taken = []
    for statement in (*CHANGED.values(), EVERYTHING, *replaced):
        try:
            db.session.execute(*said(statement, there))
            taken.append(statement)
        except DatabaseError as error:
            assert "append-only" in str(error)
        db.session.rollback()

    assert taken == []
    assert trail.first_bad_entry() is None


@pytest.mark.alone
def test_verification_names_the_first_bad_entry(there):
    """US-4: with the triggers gone, the entry that was touched is named, or the one after a gap."""  # S87
    open_the_database()
    db.session.commit()
    gone = {"unsealed", "deleted"}
    found = {}
    for name, statement in CHANGED.items():
        db.session.execute(*said(statement, there))
        found[name] = trail.first_bad_entry()
        db.session.rollback()

    assert found == {name: there["fourth" if name in gone else "third"] for name in CHANGED}


@pytest.mark.alone
def test_entries_in_another_order_are_noticed(there):
    """US-4: two that changed places."""  # S87
    open_the_database()
    moved = text("UPDATE audit_entry SET position = :place WHERE id = :id")
    for place, name in ((100, "third"), (3, "fourth"), (4, "third")):
        db.session.execute(moved, {"place": place, "id": there[name]})

    assert trail.first_bad_entry() == there["fourth"]


@pytest.mark.alone
def test_a_cut_tail_is_found_by_the_seal_in_the_mail(there):
    """US-4: inside, the rest looks whole; yesterday's mail knows better, also after new entries were sealed."""  # S87
    place, seal = trail.head()
    assert trail.has(place, seal)
    open_the_database()
    db.session.execute(text("DELETE FROM audit_entry WHERE id = :last"), {"last": there["last"]})

    assert trail.first_bad_entry() is None and not trail.has(place, seal)
    trail.chain()
    assert trail.first_bad_entry() is None and not trail.has(place, seal)


@pytest.mark.alone
def test_the_command_says_what_it_found(live_app, there):
    """US-4: `verify-trail` ends well or names the first bad entry; with a mail's seal it finds a cut tail."""  # S87
    runner, (place, seal) = live_app.test_cli_runner(), trail.head()
    good = runner.invoke(args=["verify-trail", "--entries", str(place), "--seal", seal])
    cut = runner.invoke(args=["verify-trail", "--entries", str(place), "--seal", "0" * 64])
    open_the_database()
    db.session.execute(*said(CHANGED["edited"], there))
    db.session.commit()
    bad = runner.invoke(args=["verify-trail"])

    assert (good.exit_code, cut.exit_code, bad.exit_code) == (0, 1, 1)
    assert f"{place} entries" in good.output and str(there["third"]) in bad.output


def test_an_admin_verifies_the_trail_on_its_page(app, browser):
    """US-4: one click; the seal of a mail can be put beside it."""  # S87
    admin = browser(make_user(Role.ADMIN))
    trail.chain()
    db.session.commit()
    place, seal = trail.head()

    assert "/audit/verification" in admin.get("/audit").text
    assert "The trail is whole" in admin.get("/audit/verification").text
    assert "The trail is whole" in admin.get(f"/audit/verification?entries={place}&seal={seal}").text
    assert "was cut" in admin.get(f"/audit/verification?entries={place + 1}&seal={seal}").text
    open_the_database()
    db.session.execute(text("UPDATE audit_entry SET why = 'another' WHERE position = 1"))
    db.session.commit()
    assert "was changed" in admin.get("/audit/verification").text


@pytest.mark.alone
def test_a_migration_that_leaves_children_without_parents_is_taken_back(tmp_path):
    """OP-1: foreign keys are off while a table is rebuilt; what they would refuse stops the migration."""  # S101
    app = make_live_app(tmp_path)
    with app.app_context():
        raw = db.engine.raw_connection().driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO document_tax (document_id, rate_bp, base_minor, tax_minor) VALUES (99, 1, 1, 1)")
        db.engine.dispose()

        with pytest.raises(SystemExit):
            flask_migrate.downgrade(revision="0001")

        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0004"
