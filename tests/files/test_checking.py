"""Stored bytes are looked at again and again; what is not what it was is said, once, and never given out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import clock, storage
from app.extensions import db
from app.files import checking, store
from app.files.models import File
from app.operation.jobs import check_stored_files
from app.outbox.models import OutgoingMail
from app.tasks.jobs import commit
from app.web.access import Role
from tests.factories import make_document, make_file, make_user, reload


def path(file: File):
    return storage.path_of(store.root(), file.sha256)


def one_bit(file: File) -> None:
    data = bytearray(path(file).read_bytes())
    data[3] ^= 1
    path(file).write_bytes(bytes(data))


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN, password=True)


@pytest.mark.parametrize("harm", [one_bit, lambda file: path(file).unlink()])
def test_one_bit_changed_or_a_file_gone_is_found(app, admin, browser, harm):
    """S97: flagged, visible on the document and on Operation, admins told once, never served as good."""
    whole, document = make_file(), make_document()
    file = document.files[0].file
    harm(file)
    for _day in range(3):
        check_stored_files()
        commit()

    assert reload(file).damaged_at and file.checked_at
    assert reload(whole).damaged_at is None and whole.checked_at
    mails = db.session.scalars(select(OutgoingMail)).all()
    assert [mail.subject for mail in mails] == ["Facteur: 1 stored file is damaged"]
    assert file.sha256 in mails[0].text and "backup" in mails[0].text
    assert len(db.session.scalars(select(AuditEntry).filter_by(act="file damaged")).all()) == 1
    client = browser(admin)
    page = client.get(f"/documents/{document.id}").text
    assert "Missing or changed on the disk" in page
    assert "1 stored file is damaged" in client.get("/operation").text
    assert client.get(f"/documents/{document.id}/files/{document.files[0].id}").status_code == 410


def test_what_is_whole_again_is_said_to_be_and_told_anew_if_it_breaks(app, admin):
    """S97: put back from a backup, or stored once more."""
    file = make_document().files[0].file
    data = path(file).read_bytes()
    for _time in range(2):
        one_bit(file)
        check_stored_files()
        assert reload(file).damaged_at
        store.keep(data)
        check_stored_files()
        assert reload(file).damaged_at is None

    assert len(db.session.scalars(select(OutgoingMail)).all()) == 2


def test_those_not_looked_at_longest_come_first_a_few_at_a_time(app, monkeypatch):
    """S97: rolling: damaged ones each time, then the oldest; all of them within a month."""
    monkeypatch.setattr(checking, "LEAST_AT_ONCE", 2)
    files = [make_file() for _each in range(5)]
    days = {0: 3, 1: 40, 2: None, 3: 1, 4: 2}
    for index, ago in days.items():
        files[index].checked_at = clock.now() - timedelta(days=ago) if ago else None
    files[3].damaged_at = clock.now()
    db.session.commit()

    assert [file_id for file_id, _hash in checking.chosen()] == [files[3].id, files[2].id, files[1].id]


def test_a_run_ends_in_time(app, monkeypatch):
    """S97: what the time did not suffice for comes first the next day."""
    make_file()
    monkeypatch.setattr(checking, "LONGEST_SECONDS", -1)

    assert checking.examined(checking.chosen()) == {}
