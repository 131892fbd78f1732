"""The watched folder: each file is taken once, whatever it is called and whenever we die; links are never followed."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import create_app, schedule
from app.core import clock
from app.core.faultpoint import DIE_AT
from app.documents.models import Direction, Document
from app.extensions import db
from app.files import store
from app.intake import folder, watching
from app.intake.models import Message, MessageState, Outcome, Source
from app.intake.watched import WatchedFile
from app.operation import check_folder
from app.web.access import Role
from tests.factories import make_company, make_user
from tests.intake import mails
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet

POINTS = ["folder.before_put_away"]


@pytest.fixture
def drop(app, tmp_path, monkeypatch) -> Path:
    """The folder for purchases of the only company; what lies in it counts as still."""
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "watch_dir", str(tmp_path))
    monkeypatch.setattr(folder, "STILL_SECONDS", 0)
    monkeypatch.setattr(folder, "EMPTY_SECONDS", 0)
    company = make_company("Atelier Zoé")
    watching.look()
    return tmp_path / company.slug / "purchases"


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def reasons() -> dict[str, str]:
    return dict(db.session.execute(select(WatchedFile.name, WatchedFile.reason)).all())


def test_what_is_dropped_is_taken_and_put_away(browser, drop):
    """IN-2: the folders are made; a document and a mail come in, each as what it is, and lie in `taken` afterwards."""
    (drop / "scan.pdf").write_bytes(mails.pdf("F-1"))
    (drop.parent / "sales" / "a.eml").write_bytes(mails.invoice_mail("F-2"))

    assert watching.look() == 2
    assert watching.look() == 0

    found = {message.raw_name: message for message in db.session.query(Message)}
    assert {name: (each.is_mail, each.direction) for name, each in found.items()} == {
        "scan.pdf": (False, Direction.PURCHASE),
        "a.eml": (True, Direction.SALE),
    }
    assert {each.source for each in found.values()} == {Source.FOLDER}
    assert store.read(found["scan.pdf"].raw) == (drop / "taken" / "scan.pdf").read_bytes()
    assert not (drop / "scan.pdf").exists() and count(WatchedFile) == 0
    assert "Watched folder" in browser(make_user()).get("/messages?source=folder").text


def test_a_file_that_still_grows_is_left_alone(drop, monkeypatch, time_machine):
    """IN-2: until nothing was written to it for some seconds; an empty one longer; half-written names never."""
    monkeypatch.setattr(folder, "STILL_SECONDS", 5)
    monkeypatch.setattr(folder, "EMPTY_SECONDS", 60)
    names = ("scan.pdf.part", "scan.tmp", ".hidden.pdf", "~$scan.pdf", "scan.pdf~", "Thumbs.db")
    for name in ("scan.pdf", *names):
        (drop / name).write_bytes(mails.pdf())
    (drop / "empty.pdf").touch()
    assert watching.look() == 0

    time_machine.move_to(clock.now() + timedelta(seconds=10))
    assert watching.look() == 1
    time_machine.shift(60)
    assert watching.look() == 1
    assert {path.name for path in drop.iterdir()} == {*names, "taken"}


def test_links_are_never_followed(drop, tmp_path):
    """IN-2: S33: neither a link, nor a second name of a file elsewhere, nor a folder, nor a pipe; each is said."""
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(mails.pdf("SECRET"))
    (drop / "soft.pdf").symlink_to(secret)
    os.link(secret, drop / "hard.pdf")
    os.mkfifo(drop / "pipe.pdf")
    (drop / "folder.pdf").mkdir()
    (drop / "folder.pdf" / "inner.pdf").write_bytes(mails.pdf("INNER"))

    assert watching.look() == 0

    assert count(Message) == 0 and secret.exists()
    assert reasons() == {"soft.pdf": "link", "hard.pdf": "link", "pipe.pdf": "link", "folder.pdf": "folder"}


def test_what_cannot_be_taken_keeps_nothing_else_out(drop, monkeypatch):
    """IN-2: however many such files there are: those that can be taken come first the next time."""
    monkeypatch.setattr(watching, "AT_ONCE", 2)
    for number in range(3):
        (drop / f"{number}.pdf").symlink_to(drop)
    (drop / "scan.pdf").write_bytes(mails.pdf())

    assert sum(watching.look() for _each in range(3)) == 1


@pytest.mark.parametrize("place", ["", "purchases", "purchases/taken"])
def test_a_link_in_the_place_of_a_folder_is_refused(drop, tmp_path, place):
    """IN-2: S33: whoever may write in one folder reads and writes no other through it."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "purchases").mkdir(parents=True)
    (elsewhere / "x.pdf").write_bytes(mails.pdf("X"))
    (drop / "a.pdf").write_bytes(mails.pdf("A"))
    target = drop.parent / place
    target.rename(tmp_path / "aside")
    target.symlink_to(elsewhere)

    watching.look()

    assert count(Message) == 0 and "link" in reasons().values()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["purchases", "x.pdf"]


@pytest.mark.parametrize(
    "name", ["a\r\nb.pdf", "\u202egnp.pdf", "<script>alert(1)<script>.pdf", "x" * 240 + ".pdf", b"\xff\xfe.pdf"]
)
def test_names_are_only_text(browser, drop, name):
    """IN-2: S33: line breaks, marks that turn the reading direction, tags, bytes that are no text."""
    (drop / (name if isinstance(name, str) else os.fsdecode(name))).write_bytes(mails.pdf())

    assert watching.look() == 1

    message = db.session.query(Message).one()
    assert message.raw_name and message.raw_name.isprintable()
    page = browser(make_user()).get(f"/messages/{message.id}")
    assert page.status_code == 200 and "<script>alert" not in page.text
    assert len(list((drop / "taken").iterdir())) == 1


def test_what_cannot_be_taken_is_said_until_it_is_gone(app, browser, drop, monkeypatch):
    """IN-2: too large: nothing is kept, on its page, on Operation and by the doctor; gone with the file."""
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "largest_message", 1024)
    (drop / "huge.pdf").write_bytes(b"%PDF-1.7" + b"x" * 2000)
    admin = browser(make_user(Role.ADMIN))
    watching.look()
    watching.look()

    assert count(Message) == 0 and (drop / "huge.pdf").exists()
    assert "Larger than what is taken." in admin.get("/add/folder").text
    assert "1 file stays in the watched folder" in admin.get("/operation").text
    assert [finding.state for finding in check_folder.check_watched_folder()] == ["warning"]

    (drop / "huge.pdf").unlink()
    watching.look()
    assert count(WatchedFile) == 0
    assert [finding.state for finding in check_folder.check_watched_folder()] == ["ok"]


def test_an_empty_file_is_in_the_mail_log(drop):
    """IN-2: IN-8: with the reason, as from anywhere else."""
    (drop / "empty.pdf").touch()
    assert watching.look() == 1
    schedule.run_due()

    [part] = db.session.query(Message).one().parts
    assert part.reason["key"] == "empty"


def test_the_same_scan_again_is_a_duplicate_and_both_are_kept_aside(drop):
    """IN-2: DU-2: dropped once more it arrives once more, and is known by its bytes; the name in `taken` is free."""
    for _each in range(2):
        (drop / "scan.pdf").write_bytes(mails.pdf())
        assert watching.look() == 1
    schedule.run_due()

    outcomes = [part.outcome for message in db.session.query(Message) for part in message.parts]
    assert sorted(outcomes) == [Outcome.DUPLICATE, Outcome.IMPORTED]
    assert len(list((drop / "taken").iterdir())) == 2


def test_removed_where_the_settings_say_so(app, drop, monkeypatch):
    """IN-2: FACTEUR_WATCH_TAKEN=remove: only the original in Facteur is left."""
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "watch_taken", "remove")
    (drop / "scan.pdf").write_bytes(mails.pdf())

    assert watching.look() == 1
    assert [path.name for path in drop.rglob("*")] == ["taken"]


def test_one_that_cannot_be_put_away_is_not_taken_twice(drop, monkeypatch):
    """IN-2: rights are missing: it is imported once, and its row says why it still lies there."""

    def refused(*_which, **_how):
        raise PermissionError(13, "no")

    monkeypatch.setattr(folder.os, "rename", refused)  # root may always
    (drop / "scan.pdf").write_bytes(mails.pdf())

    assert [watching.look() for _each in range(3)] == [1, 0, 0]
    assert count(Message) == 1 and reasons() == {"scan.pdf": "not_allowed"}
    monkeypatch.undo()


def test_without_a_folder_nothing_is_looked_at(app, browser):
    """IN-2: its page says how to set one; a folder that is not there is said by the doctor."""
    make_company()
    admin = make_user(Role.ADMIN)

    assert watching.look() == 0
    assert "FACTEUR_WATCH_DIR" in browser(admin).get("/add/folder").text
    assert browser(make_user()).get("/add/folder").status_code == 403
    assert "Watched folder" not in browser(make_user()).get("/add").text


def test_two_companies_of_one_name_have_two_folders(drop):
    """IN-2: US-3: what is dropped for one never comes to the other."""
    other = make_company("Atelier Zoé")
    watching.look()
    (drop.parent.parent / f"{other.slug}-{other.id}" / "purchases" / "b.pdf").write_bytes(mails.pdf())
    watching.look()

    assert db.session.query(Message).one().company_id == other.id


def died(settings) -> None:
    """A sweep that dies after the file is logged and before it is put away."""
    be_quiet()
    folder.STILL_SECONDS = 0
    os.environ[DIE_AT] = POINTS[0]
    with create_app(settings, BELLS=[]).app_context():
        watching.look()


@pytest.fixture
def installed(live_app, tmp_path, monkeypatch):
    """An installation of its own, and its folder."""
    monkeypatch.setattr(folder, "STILL_SECONDS", 0)
    live_app.config["SETTINGS"].watch_dir = str(tmp_path / "drop")
    (tmp_path / "drop").mkdir()
    with live_app.app_context():
        slug = make_company().slug
        watching.look()
        yield live_app, tmp_path / "drop" / slug / "purchases"


@pytest.mark.alone
def test_killed_in_between_it_imports_nothing_twice(installed):
    """IN-2: IN-3: S35: logged, then killed: the next look only puts it away, on both databases."""
    app, place = installed
    (place / "scan.pdf").write_bytes(mails.pdf())
    process = FORK.Process(target=died, args=(app.config["SETTINGS"],), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert (place / "scan.pdf").exists() and count(Message) == 1
    db.session.commit()

    assert watching.look() == 0
    assert not (place / "scan.pdf").exists() and (place / "taken" / "scan.pdf").exists()
    assert (count(Message), count(WatchedFile)) == (1, 0)


@pytest.mark.alone
def test_two_sweeps_at_once_take_each_file_once(installed):
    """IN-2: S40: the row of a file is given once, on both databases."""
    app, place = installed
    for number in range(6):
        (place / f"{number}.pdf").write_bytes(mails.pdf(f"F-{number}"))

    def look() -> None:
        with app.app_context():
            watching.look()
            db.session.remove()

    together = [threading.Thread(target=look) for _each in range(2)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    watching.look()

    assert sorted(db.session.scalars(select(Message.raw_name))) == [f"{number}.pdf" for number in range(6)]
    assert {each.state for each in db.session.query(Message)} == {MessageState.RECEIVED}
    assert not count(Document) and len(list((place / "taken").iterdir())) == 6
