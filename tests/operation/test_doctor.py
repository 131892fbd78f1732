"""The doctor: each part made ill in turn, found, and told what to do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.core import clock, database
from app.extensions import db
from app.files import store
from app.operation import (
    check_database,
    check_ground,
    check_parts,
    check_reader,
    doctor,
    finding,
    parts,
    reading,
    versions,
)
from app.operation.finding import Finding, State
from app.tasks import bell
from app.tasks.models import Task
from deploy import ground
from tests.factories import make_company, make_file
from tests.live import free_port, make_live_app
from tests.operation.test_presence import sign
from tests.settings import SECRET


def found(check, part: str = "") -> Finding:
    """What one check says of one part."""
    return next(each for each in finding.of(check) if part in ("", each.part))


def settings(app: Flask, monkeypatch, **values) -> None:
    for name, value in values.items():
        monkeypatch.setitem(app.config["SETTINGS"].__dict__, name, value)


def test_the_command_says_one_line_a_part_and_its_exit_status_says_how_it_is(app):
    """OP-3: ok, warning or broken; what; what to do. Status 1 where something is broken."""
    make_company()
    result = app.test_cli_runner().invoke(args=["doctor"])
    told = app.test_cli_runner().invoke(args=["doctor", "--json"])

    assert result.exit_code == told.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line for line in lines if line[:9] not in {"ok       ", "warning  ", "broken   "}] == []
    assert "broken   redis: none is set. Start with ./facteur run" in result.stdout
    answer = json.loads(told.stdout)
    assert answer["state"] == "broken" and len(answer["parts"]) == len(lines)
    assert {"part", "state", "said", "do"} == set(answer["parts"][0])
    wanted = {"database", "migrations", "redis", "worker ocr", "sweep", "receiver port", "tesseract", "mail server"}
    assert wanted | {"storage", "disk", "clock", "secret key", "reader"} <= {each["part"] for each in answer["parts"]}
    assert SECRET not in result.stdout + told.stdout


def test_everything_that_is_not_well_says_what_to_do(app):
    """OP-3: R21: what to do for each."""
    assert [each for each in doctor.examine() if each.state is not State.OK and not each.do] == []


@pytest.mark.parametrize(
    ("states", "status"), [(["ok"], 0), (["ok", "warning"], 2), (["warning", "broken", "ok"], 1), ([], 0)]
)
def test_the_worst_decides(states, status):
    """OP-3: warnings alone are told apart for scripts."""
    assert doctor.EXIT[doctor.worst([Finding("x", State(state), "") for state in states])] == status


@pytest.mark.alone
def test_a_database_that_is_well_is_said_to_be(live_app):
    """OP-3: R18: on both: reachable, safe against a power cut, migrated."""
    with live_app.app_context():
        assert found(check_database.check_database).state is State.OK
        told = found(check_database.check_database_settings)
        is_sqlite = db.engine.dialect.name == "sqlite"
        assert (told.state, "WAL" in told.said) == (State.OK, True) if is_sqlite else told.said == "fsync is off"
        assert found(check_database.check_migrations).state is State.OK
        assert found(check_ground.check_clock).state is State.OK
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
        assert "db upgrade" in found(check_database.check_migrations).do
        db.session.rollback()


@pytest.mark.alone
def test_a_database_that_does_not_answer_is_found_and_the_rest_is_examined(tmp_path):
    """OP-3: one broken part does not hide the others."""
    app = make_live_app(tmp_path)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        for path in tmp_path.glob("facteur.db*"):
            path.unlink()
        (tmp_path / "facteur.db").mkdir()
        told = {each.part: each for each in doctor.examine()}

    assert told["database"].state is State.BROKEN and "data folder" in told["database"].do
    assert told["migrations"].state is State.BROKEN
    assert told["disk"].state in {State.OK, State.WARNING} and told["tesseract"].do


@pytest.mark.alone
@pytest.mark.parametrize("pragma", ["synchronous", "foreign_keys"])
def test_an_unsafe_sqlite_is_found(tmp_path, pragma):
    """R18: a power cut must not lose what was acknowledged."""
    with make_live_app(tmp_path).app_context():
        db.session.connection().connection.driver_connection.execute("COMMIT")
        db.session.connection().connection.driver_connection.execute(f"PRAGMA {pragma} = OFF")
        told = found(check_database.check_database_settings)
        assert (told.state, told.said) == (State.BROKEN, f"unsafe: {pragma}")


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_versions_that_damage_a_database_in_wal_mode_are_known(version, is_safe):
    """R18: 3.7.0 to 3.51.2, except 3.50.7 and later of its line, and 3.44.6 and later of its."""
    assert database.is_safe_with_wal(version) is is_safe


@pytest.mark.alone
def test_with_such_a_version_the_rollback_journal_is_taken(tmp_path, monkeypatch):
    """R18: slower, and safe; the doctor says so."""
    monkeypatch.setattr(database.pysqlite3, "sqlite_version_info", (3, 40, 1))
    with make_live_app(tmp_path).app_context():
        told = found(check_database.check_database_settings)

    assert told.state is State.WARNING and "delete" in told.said and "3.40.1" in told.said


@pytest.mark.alone
def test_redis_is_examined(app, redis_server, monkeypatch):
    """OP-3: R18: reachable, append-only, never evicting; its password is not told."""
    bell.connection.cache_clear()
    settings(app, monkeypatch, redis=redis_server.url)
    with app.app_context():
        assert found(check_parts.check_redis).state is State.OK
        bell.connection(redis_server.url).config_set("appendonly", "no")
        assert "appendonly is no" in found(check_parts.check_redis).said
        redis_server.kill()
        told = found(check_parts.check_redis)
        assert told.state is State.BROKEN and "Nothing is lost" in told.do
        settings(app, monkeypatch, redis="redis://:canary@127.0.0.1:1/0")
        assert "canary" not in repr(found(check_parts.check_redis))


def test_each_part_is_alive_silent_or_was_never_there(app):
    """OP-3: workers alive, per queue; the sweep; and how each is started."""
    sign("ocr", seen=5)
    sign("mail", seen=4000)

    told = {each.part: each for each in finding.of(check_parts.check_running_parts)}

    assert told["worker ocr"].state is State.OK and "1 process," in told["worker ocr"].said
    assert told["worker mail"].said.startswith("silent since") and "python worker.py mail" in told["worker mail"].do
    assert told["sweep"].said == "never gave a sign of life" and "flask --app wsgi sweep" in told["sweep"].do
    assert {*parts.EXPECTED} <= {name.removeprefix("worker ") for name in told}


def test_the_receiver_is_asked_at_its_port(app, monkeypatch):
    """OP-3: it answers, or is on another machine, or nothing is there."""
    port = free_port()
    settings(app, monkeypatch, intake_smtp_port=port)
    assert found(check_parts.check_running_parts, "receiver port").state is State.BROKEN
    sign("receiver", host="elsewhere")
    assert "another machine: elsewhere" in found(check_parts.check_running_parts, "receiver port").said
    sign("receiver", host=socket.gethostname(), seen=-1)
    assert found(check_parts.check_running_parts, "receiver port").state is State.BROKEN


@pytest.mark.alone
def test_the_mail_server_is_greeted_and_gets_no_mail(tmp_path, sink):
    """OP-3: connect and say hello; no mail is sent."""
    app = make_live_app(tmp_path, mail_url=f"smtp://127.0.0.1:{sink.port}")
    with app.app_context():
        assert found(check_parts.check_mail_server).state is State.OK
        assert sink.messages == []
        sink.close()
        app.extensions["mail"].port = free_port()
        told = found(check_parts.check_mail_server)
        assert told.state is State.BROKEN and "Connection refused" in told.said
    with make_live_app(tmp_path / "without").app_context():
        assert found(check_parts.check_mail_server).state is State.WARNING


def test_work_that_waits_or_was_given_up_is_a_warning(app):
    """OP-3: S39: visible here too."""
    assert found(check_parts.check_work).state is State.OK
    db.session.add(Task(kind="deliver", queue="mail", state="failed"))
    assert found(check_parts.check_work).said == "1 given up"
    db.session.add(Task(kind="deliver", queue="mail", run_after=clock.now() - timedelta(minutes=40)))
    assert "waits 40 minutes" in found(check_parts.check_work).said


def test_the_readers_protections_are_told(app, monkeypatch):
    """R12: which hold here, and what to do for those that do not."""
    told = found(check_reader.check_reader)
    assert "memory, time and size are limited" in told.said
    held = dict.fromkeys(check_reader.MEANING, True) | {"no_network": False}
    monkeypatch.setattr(reading.cage, "protections", lambda: held)
    told = found(check_reader.check_reader)
    assert told.state is State.WARNING and "not: no_network" in told.said and "user namespaces" in told.do
    monkeypatch.setattr(reading.cage, "protections", lambda: 1 / 0)
    assert found(check_reader.check_reader).state is State.BROKEN


def test_languages_that_cannot_be_read_are_named(app, monkeypatch):
    """OP-3: S31: those of the companies, with the line that installs them."""
    make_company(ocr_languages="fra+tlh")
    told = found(check_reader.check_tesseract)
    assert told.state is State.BROKEN and told.do.endswith("apt-get install tesseract-ocr-tlh")
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install tesseract-ocr" in found(check_reader.check_tesseract).do


def test_a_disk_with_little_room_is_found(app, monkeypatch):
    """OP-3: S3: the larger of 500 MB and four times the largest message."""
    states = []
    for free in (10**12, 10**9, 4 * 10**8):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: shutil._ntuple_diskusage(0, 0, free))
        states.append(found(check_ground.check_disk).state)
    assert states == [State.OK, State.WARNING, State.BROKEN]
    settings(app, monkeypatch, largest_message=300_000_000)
    assert check_ground.least_free(app.config["SETTINGS"]) == 1_200_000_000


def test_a_folder_that_keeps_nothing_is_found(app, monkeypatch, tmp_path):
    """OP-3: S108: written down to the disk, and no network in between."""
    assert found(check_ground.check_storage).state is State.OK
    monkeypatch.setattr(os, "fsync", _fails)
    assert "cannot keep a file (Input/output error)" in found(check_ground.check_storage).said
    mounts = tmp_path / "mountinfo"
    mounts.write_text("36 35 98:0 / / rw - nfs4 server:/export rw\n")
    monkeypatch.setattr(ground, "MOUNTS", mounts)
    assert "network file system (nfs4)" in found(check_ground.check_storage).said


def _fails(_handle: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_secret_key_others_can_read_is_found(app, monkeypatch):
    """OP-3: mode 0600."""
    path = Path(app.config["SETTINGS"].data_dir) / "secret_key"
    settings(app, monkeypatch, secret_key="")
    path.write_text(SECRET)
    try:
        path.chmod(0o640)
        assert "chmod 600" in found(check_ground.check_secret_key).do
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        assert found(check_ground.check_secret_key).state is State.OK
    finally:
        path.unlink()


def test_a_clock_that_went_back_is_found(app):
    """S107: the newest row lies in the future."""
    sign("web")
    assert found(check_ground.check_clock).state is State.OK
    with time_machine.travel(clock.now() - timedelta(hours=3)):
        told = found(check_ground.check_clock)
    assert told.state is State.BROKEN and "in the future" in told.said


def test_a_time_zone_nobody_knows_is_found(app):
    """OP-3: without its data no page of that company opens."""
    make_company(time_zone="Mars/Olympus")
    assert "Mars/Olympus" in found(check_ground.check_clock, "time zones").said


def test_libraries_older_than_needed_are_found_without_importing_them(app, monkeypatch):
    """S109: a very old reader library has known holes."""
    assert found(check_ground.check_libraries).state is State.OK
    real = versions.library
    monkeypatch.setattr(versions, "library", lambda name: "1.18.0" if name == "pymupdf" else real(name))
    told = found(check_ground.check_libraries)
    assert told.state is State.WARNING and "pymupdf 1.18.0 (needs 1.28.2)" in told.said


def test_damaged_files_are_found(app):
    """S97: known to the check of stored files, and told here."""
    make_file().damaged_at = clock.now()
    db.session.commit()
    assert found(check_ground.check_stored_files).state is State.BROKEN
    assert store.root().exists()
