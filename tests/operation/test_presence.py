"""Signs of life: left by each process, missed when they stop, missed once."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import schedule
from app.core import clock
from app.extensions import db
from app.operation import parts, presence, watch
from app.operation.models import SignOfLife
from app.operation.presence import Presence, keep_beating
from app.outbox.models import OutgoingMail
from app.web.access import Role
from tests.factories import make_company, make_user, reload, the_company
from tests.installation import installed
from tests.live import wait_for


def sign(name: str, seen: int = 0, started: int = 600, **facts) -> SignOfLife:
    """A process of this part, heard of `seen` seconds ago."""
    now = clock.now()
    facts = {"host": "here", "pid": seen + 1, "version": "1"} | facts
    made = SignOfLife(
        name=name, seen_at=now - timedelta(seconds=seen), started_at=now - timedelta(seconds=started), **facts
    )
    db.session.add(made)
    db.session.commit()
    return made


def mails() -> list[str]:
    return list(db.session.scalars(select(OutgoingMail.subject).order_by(OutgoingMail.id)))


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN, password=True)


def test_a_process_has_one_row_however_often_it_is_heard_of(app):
    """OP-3: a sign of life is a row that is renewed."""
    presence = Presence("ocr", {"tesseract": "5.3.0"})
    presence.beat()
    first = db.session.scalars(select(SignOfLife)).one().seen_at
    presence.beat()
    db.session.expire_all()
    row = db.session.scalars(select(SignOfLife)).one()

    assert row.seen_at > first and row.facts == {"tesseract": "5.3.0"}
    assert parts.find("ocr").state == "alive"
    assert not presence.beat_if_due()


def test_a_part_is_silent_after_two_minutes(app):
    """OP-3: one living process is enough; a sign from the future is none."""
    sign("ocr", seen=119)
    sign("ocr", seen=4000)
    sign("mail", seen=121)
    sign("web", seen=-900)

    states = {part.name: part.state for part in parts.all_parts()}

    assert states == {
        "web": "silent",
        "receiver": "never",
        "ocr": "alive",
        "mail": "silent",
        "default": "never",
        "sweep": "never",
    }


def test_admins_get_one_mail_for_a_silence_and_one_when_it_is_over(app, admin):
    """OP-3: S40: never twice for the same silence, and again for the next."""
    sign("sweep")
    mute = sign("receiver", seen=200)
    for _look in range(3):
        watch.look()
        db.session.commit()
    assert mails() == ["Facteur: Mail receiver does not answer"]

    mute.seen_at = clock.now()
    db.session.commit()
    for _look in range(3):
        watch.look()
        db.session.commit()
    assert mails()[1:] == ["Facteur: Mail receiver is back"]

    mute.seen_at = clock.now() - timedelta(minutes=5)
    db.session.commit()
    watch.look()
    assert mails()[2:] == ["Facteur: Mail receiver does not answer"]


def test_an_admin_who_never_chose_a_language_is_told_too(app):
    """OP-3: as the first admin before signing in; in no language the look would break off, every time."""
    make_user(Role.ADMIN, language="", password=True)
    sign("sweep")
    sign("receiver", seen=200)

    watch.look()
    assert len(mails()) == 1


def test_another_process_in_its_place_ends_the_silence(app, admin):
    """OP-3: the supervisor starts a new one, under another number."""
    sign("sweep")
    sign("receiver", seen=200)
    watch.look()
    sign("receiver", pid=4711)
    watch.look()

    assert mails()[1:] == ["Facteur: Mail receiver is back"]


def test_where_all_was_stopped_nothing_is_silent_for_that(app, admin):
    """OP-3: S107: a sweep that has just begun gives the others two minutes; without one nobody judges."""
    sign("web", seen=86400)
    watch.look()
    sign("sweep", started=30)
    watch.look()

    assert mails() == []


def test_only_who_administers_all_is_told_where_somebody_does(app, admin):
    """US-3: a part belongs to the installation, not to one company; but somebody has to know."""
    other = make_company("Other")
    make_user(Role.ADMIN, other, password=True)
    make_user(Role.MEMBER, password=True)
    assert len(watch.admins()) == 2

    from app.users import people

    people.join(admin, other, Role.ADMIN, by=None)
    db.session.commit()
    assert watch.admins() == [reload(admin)]


def test_the_mail_says_what_follows_and_what_to_do_in_both_languages(app, admin):
    """OP-3: OP-6: R21: what happened, what was kept, what to do."""
    make_user(Role.ADMIN, password=True, language="fr")
    sign("sweep")
    sign("receiver", seen=200)
    watch.look()

    english, french = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    for text in (english.text, english.html):
        assert "their senders try again for some days" in text and "/operation" in text and "doctor" in text
    assert "ne répond plus" in french.subject and "/operation" in french.text


def test_processes_gone_for_a_day_are_forgotten(app):
    """OP-3: each restart has another number; the rows do not pile up."""
    sign("web")
    sign("web", seen=90_000)
    told = sign("mail", seen=90_000, silent_at=clock.now())
    sign("sweep")

    watch.look()

    assert db.session.scalars(select(SignOfLife.name).order_by(SignOfLife.name)).all() == ["mail", "sweep", "web"]
    assert told.silent_at


def test_the_sweep_says_that_it_lives_and_looks_after_the_others(app, admin, monkeypatch):
    """OP-3: it tells of itself from its own round, so that one that hangs falls silent."""
    sign("sweep")
    sign("mail", seen=200)
    monkeypatch.setattr(schedule.time, "sleep", lambda _seconds: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        schedule.sweep_for_ever(Presence("sweep"))

    assert len(parts.find("sweep").signs) == 2
    assert "Facteur: Mail worker does not answer" in mails()


@pytest.mark.alone
def test_two_sweeps_at_once_send_one_mail(live_app):
    """S40: S37: on both databases: the conditional UPDATE decides who tells."""
    with live_app.app_context():
        the_company()
        make_user(Role.ADMIN, password=True)
        sign("sweep")
        sign("receiver", seen=200)
    gate = threading.Barrier(4)

    def look() -> None:
        with live_app.app_context():
            gate.wait()
            watch.look()
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=look) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with live_app.app_context():
        assert mails() == ["Facteur: Mail receiver does not answer"]
        assert reload(db.session.scalars(select(SignOfLife).filter_by(name="receiver")).one()).silence_count == 1


@pytest.mark.alone
def test_a_thread_beats_while_its_part_is_well(live_app, monkeypatch):
    """OP-3: the receiver says that it lives only while its port answers; a locked database stops nobody."""
    monkeypatch.setattr(presence, "LOOK_AGAIN_SECONDS", 0.1)
    is_well = threading.Event()
    ended = keep_beating(live_app, "receiver", while_true=is_well.is_set)
    with live_app.app_context():
        assert parts.find("receiver").state == "never"
        db.session.rollback()
        is_well.set()
        wait_for(lambda: heard("receiver"), seconds=10)
    ended.set()


def heard(name: str) -> bool:
    state = parts.find(name).state
    db.session.rollback()
    return state == "alive"


@pytest.mark.alone
def test_every_process_of_an_installation_leaves_a_sign_of_life(tmp_path):
    """OP-3: pages, receiver, each worker and the sweep, as they are really started; what they log is JSON."""
    with installed(tmp_path, start=("redis", "web", "receiver", "ocr", "mail", "default", "sweep")) as there:
        engine = there._engine

        def heard_of() -> dict[str, dict]:
            with engine.connect() as connection:
                return dict(connection.execute(select(SignOfLife.name, SignOfLife.facts)).all())

        wait_for(lambda: set(heard_of()) == set(parts.EXPECTED), seconds=30)
        wait_for(lambda: set(heard_of()["ocr"]) == {"protections", "tesseract", "languages"}, seconds=20)
        assert "fra" in heard_of()["ocr"]["languages"]
        lines = [line for log in tmp_path.glob("*.log") if log.stem != "redis" for line in log.read_text().splitlines()]
    assert lines and all(json.loads(line) for line in lines)
