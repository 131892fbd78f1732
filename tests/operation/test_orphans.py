"""Bytes that belong to nothing: set aside after a week, gone a month later, and never those somebody needs."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock, storage
from app.documents.models import TrashKind
from app.extensions import db
from app.files import listing, store
from app.files.models import File
from app.operation import orphans
from app.operation.jobs import sweep_stored_files
from app.tasks.jobs import commit
from tests.factories import make_company, make_document, make_file, make_user
from tests.test_queries import _mail
from tests.web.world import make_message

DAY = 86400


def age(path: Path, days: float) -> None:
    then = clock.now().timestamp() - days * DAY
    os.utime(path, (then, then))


def place(file: File) -> Path:
    return storage.path_of(store.root(), file.sha256)


def grown_old(data: bytes, days: float = 8) -> File:
    """Bytes with a row to which nothing points, as a document leaves them that is gone for good."""
    file = make_file(data)
    age(place(file), days)  # before the row is seen: from then on a sweep may take it
    file.created_at = clock.now() - timedelta(days=days)
    db.session.commit()
    return file


@pytest.fixture(autouse=True)
def alone_in_its_folders(app: Flask, tmp_path: Path, monkeypatch):
    """The application of all tests has the files of all tests."""
    monkeypatch.setitem(app.config["SETTINGS"].__dict__, "data_dir", tmp_path)


def test_what_belongs_to_nothing_goes_to_quarantine_after_a_week(app):
    """S98: with or without a row; younger ones stay."""
    old, young = grown_old(b"old"), grown_old(b"young", days=6.9)
    sha256, path = old.sha256, place(old)
    nameless, _size = storage.store(store.root(), b"no row at all")
    age(storage.path_of(store.root(), nameless), 8)

    sweep_stored_files()

    assert not path.exists() and (orphans.quarantine() / sha256).read_bytes() == b"old"
    assert (orphans.quarantine() / nameless).exists() and place(young).exists()
    assert db.session.scalars(select(File.sha256)).all() == [young.sha256]


def test_whatever_points_to_bytes_keeps_them(app):
    """S98: a document, one in the trash, a message, its part, an attachment of a mail."""
    company = make_company()
    kept = [make_document(company).files[0].file]
    trashed = make_document(company, trashed_at=clock.now(), trash_kind=TrashKind.DELETED)
    message = make_message(company, "x", [trashed])
    kept += [trashed.files[0].file, message.raw, message.parts[0].file]
    for file in kept:
        file.created_at = clock.now() - timedelta(days=400)
        age(place(file), 400)
    db.session.commit()

    sweep_stored_files()

    assert [file for file in kept if not place(file).exists()] == []
    tables = {key.parent.table.name for key in _keys()}
    assert {"document_file", "document_reading", "message", "part", "mail_attachment"} <= tables


def _keys():
    for table in db.metadata.tables.values():
        yield from (key for key in table.foreign_keys if key.column is File.__table__.c.id)


def test_a_month_later_it_is_gone_for_good(app):
    """S98: thirty days in quarantine, counted from when it came there."""
    sha256 = grown_old(b"old", days=300).sha256
    sweep_stored_files()
    aside = orphans.quarantine() / sha256
    for days, is_there in ((0, True), (29, True), (31, False)):
        age(aside, days)
        sweep_stored_files()
        assert aside.exists() is is_there


def test_bytes_in_quarantine_that_come_again_are_stored_anew(app):
    """S98: the upload does not know of the quarantine, and need not."""
    sha256 = grown_old(b"comes again").sha256
    sweep_stored_files()
    again = store.keep(b"comes again")
    commit()

    assert again.sha256 == sha256 and store.read(again) == b"comes again"


def test_what_has_a_row_again_comes_back_out_of_quarantine(app):
    """S98: such as after a backup of the database was put back."""
    sha256 = grown_old(b"old").sha256
    sweep_stored_files()
    db.session.add(File(sha256=sha256, size=3))
    db.session.commit()
    age(orphans.quarantine() / sha256, 90)

    orphans.empty_quarantine()

    assert storage.read(store.root(), sha256) == b"old" and not (orphans.quarantine() / sha256).exists()


def test_what_somebody_needs_by_now_is_looked_at_again_under_the_hold(app):
    """S98: between the list and its turn a document may have come to need the bytes, or a row them be too young."""
    needed, young = make_document().files[0].file, grown_old(b"young row", days=1)
    for file in (needed, young):
        age(place(file), 400)

    assert [orphans._set_aside(file.sha256) for file in (needed, young)] == [False, False]
    assert place(needed).exists() and place(young).exists()


def test_bytes_stored_at_the_very_moment_of_moving_are_put_back(app, monkeypatch):
    """S98: an upload writes the same bytes between the last look and the move; what is young goes back."""
    file = grown_old(b"raced")
    sha256, really = file.sha256, Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.parent == orphans.quarantine():
            monkeypatch.setattr(Path, "replace", really)
            storage.store(store.root(), b"raced")
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    sweep_stored_files()

    assert storage.read(store.root(), sha256) == b"raced" and not list(listing.stored(orphans.quarantine()))


def test_a_database_that_knows_almost_nothing_is_not_believed(app):
    """S98: R17: where most of what is stored belongs to nothing, nothing is moved and somebody is asked."""
    places = [place(grown_old(f"old {number}".encode())) for number in range(25)]
    with pytest.raises(orphans.TooMany, match="25 of 25 stored files belong to nothing"):
        sweep_stored_files()

    assert all(path.exists() for path in places)
    for number in range(30):
        make_document(make_company(f"C{number}"))
    sweep_stored_files()
    assert not any(path.exists() for path in places)


def test_drawn_pages_of_nothing_go_too(app):
    """S98: and folders in which a killed reader was drawing; those of a document stay."""
    kept, gone = make_document().files[0].file, "ab" * 32
    root = orphans.pages_root()
    for folder in (store.pages_folder(kept), root / "ab" / gone, root / "ab" / "drawing-x"):
        folder.mkdir(parents=True)
        (folder / "page-1.png").write_bytes(b"x")
        age(folder, 8)

    sweep_stored_files()

    assert [each.name for each in listing.drawn(root)] == [kept.sha256] and not list(listing.half_drawn(root))
    assert (orphans.quarantine() / "pages" / gone / "page-1.png").exists()
    age(orphans.quarantine() / "pages" / gone, 31)
    sweep_stored_files()
    assert not list(listing.drawn(orphans.quarantine()))


@pytest.mark.alone
def test_uploads_beside_the_sweep_lose_nothing(live_app):
    """S98: the same bytes come in again and again while they are swept: whatever has a row has its bytes."""
    with live_app.app_context():
        company_id, errors, stop = make_company().id, [], threading.Event()
        make_user()

    def sweep() -> None:
        while not stop.is_set():
            with live_app.app_context():
                try:
                    orphans.sweep()
                except Exception as error:
                    errors.append(error)
                db.session.remove()

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        for number in range(25):
            with live_app.app_context():
                data = f"bytes {number}".encode()
                grown_old(data)
                file = store.keep(data)
                _mail_with(file, number, company_id)
                commit()
                assert store.read(file) == data
                db.session.remove()
    finally:
        stop.set()
        thread.join()
    assert errors == []
    with live_app.app_context():
        for file in db.session.scalars(select(File)):
            assert place(file).exists()


def _mail_with(file: File, number: int, company_id: int) -> None:
    from app.outbox.models import MailAttachment, OutgoingMail
    from app.users.models import Company

    _mail(db.session.get_one(Company, company_id), f"m{number}")
    db.session.flush()
    mail = db.session.scalars(select(OutgoingMail).filter_by(key=f"m{number}")).one()
    mail.attachments.append(MailAttachment(file=file, name="a.pdf"))
