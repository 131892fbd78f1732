"""The receiver when its disk is low, full or broken, and when a mail would not end; in a process of its own."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import signal
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app import create_app
from app.core import storage
from app.files import store
from app.intake import receiver
from tests.intake import mails
from tests.intake.receiving import (
    Dialogue,
    address_of,
    company_in,
    connect,
    dot,
    logged,
    ready,
    receiving,
    send,
    until,
)
from tests.intake.test_receiver_kills import FORK
from tests.live import free_port, make_live_app

pytestmark = pytest.mark.alone
MEGABYTE = 1_000_000


def files_in(app) -> list[Path]:
    """Whatever lies in the store, finished or not."""
    with app.app_context():
        return [path for path in store.root().rglob("*") if path.is_file()]


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A folder on a disk of 3 MB."""
    folder = tmp_path / "data"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def on_small_disk(small_disk, tmp_path):
    """An installation whose stored files lie on the small disk."""
    app = make_live_app(tmp_path / "app")
    (tmp_path / "app" / "files").symlink_to(small_disk)
    app.company_id = company_in(app)
    return app


def test_a_disk_that_is_low_takes_no_mail_until_there_is_room(on_small_disk, small_disk):
    """S3: 452 before the content, at the edge and one byte past it; it goes on by itself."""
    address = address_of(on_small_disk, on_small_disk.company_id)
    with receiving(on_small_disk) as running, Dialogue(on_small_disk) as line:
        free = storage.free_bytes(small_disk)
        for least, size, code in ((free + 1, 0, 452), (free, 0, 250), (0, free // 4 + 1, 452), (0, free // 4, 250)):
            running.settings.least_free_disk = least
            assert line.docmd(f"MAIL FROM:<x@f.example> SIZE={size}")[0] == code, (least, size)  # S3
            line.docmd("RSET")
        assert send(on_small_disk, b"Subject: x\r\n\r\n" + b"x" * 900_000 + b"\r\n", address)[0] == 452  # not declared
        assert not files_in(on_small_disk) and not logged(on_small_disk)
        assert send(on_small_disk, mails.invoice_mail(), address)[0] == 250


@pytest.mark.parametrize("size", [900_000, 2_500_000])
def test_a_disk_that_fills_up_in_the_middle_of_a_mail_leaves_nothing_of_it(
    on_small_disk, small_disk, size, monkeypatch
):
    """S3: 452, no part file, no row; the next is taken once there is room, and small ones meanwhile."""
    monkeypatch.setattr(receiver.Receiver, "has_room", lambda *_: True)  # as where another program fills the disk
    address = address_of(on_small_disk, on_small_disk.company_id)
    raw = b"Subject: x\r\n\r\n" + os.urandom(size // 2).hex().encode() + b"\r\n"
    with receiving(on_small_disk):
        line = ready(on_small_disk, address)
        hog = small_disk / "hog"
        hog.write_bytes(b"x" * (storage.free_bytes(small_disk) - size // 2))
        assert dot(line, raw)[0] == 452  # S3
        assert files_in(on_small_disk) == [hog.parent.parent / "app" / "files" / "hog"] and not logged(on_small_disk)
        assert send(on_small_disk, mails.mail(), address)[0] == 250
        hog.unlink()
        assert send(on_small_disk, raw, address)[0] == 250
    assert [message.raw.size for message in logged(on_small_disk)][1:] == [len(raw)]


def test_a_disk_too_full_for_the_rows_is_told_as_not_now(small_disk):
    """S3: the database on the full disk too: 452, no row; it goes on by itself."""
    app = make_live_app(small_disk, least_free_disk=0)
    address = address_of(app, company_in(app))
    with receiving(app):
        line = ready(app, address)
        hog = small_disk / "hog"
        hog.write_bytes(b"x" * storage.free_bytes(small_disk))
        assert dot(line, mails.mail())[0] == 452  # S3
        assert not logged(app)
        hog.unlink()
        assert send(app, mails.mail(), address)[0] == 250
    assert len(logged(app)) == 1


def _receive(settings) -> None:
    """A receiver's process on a disk that fails to keep bytes, or rows, so long as a file says so."""
    fsync, told = os.fsync, settings.data_dir / "broken"

    def failing(handle: int) -> None:
        what = told.read_text() if told.exists() else ""
        if what == "bytes":
            raise OSError(errno.EIO, "Input/output error")
        if what == "rows":  # the database's files may not grow, which SQLite takes for a broken disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        fsync(handle)

    os.fsync = failing
    receiver.run(create_app(settings, BELLS=[]))


@contextmanager
def in_a_process(app) -> Iterator[FORK.Process]:
    """A receiver that listens."""
    app.config["SETTINGS"].intake_smtp_port = free_port()
    process = FORK.Process(target=_receive, args=(app.config["SETTINGS"],))
    process.start()
    until(lambda: _listens(app), 20)
    try:
        yield process
    finally:
        if process.is_alive():
            os.kill(process.pid, signal.SIGTERM)
        process.join(20)
        assert process.exitcode is not None


def _listens(app) -> bool:
    try:
        connect(app).close()
        return True
    except OSError:
        return False


@pytest.mark.parametrize("what", ["bytes", "rows"])
def test_a_disk_that_cannot_keep_a_mail_stops_the_receiver(installation, what):
    """S99: R19: fsync answers EIO: no 250, now or when it seems to work again; the process ends and is started anew."""
    address, raw = address_of(installation, installation.company_id), mails.mail(subject="kept")
    broken = installation.config["SETTINGS"].data_dir / "broken"
    with in_a_process(installation) as process:
        assert send(installation, mails.mail(), address)[0] == 250
        waiting = ready(installation, address)
        broken.write_text(what)
        assert send(installation, raw, address)[0] == 451  # S99
        broken.unlink()
        with suppress(smtplib.SMTPException, OSError):
            assert dot(waiting, raw)[0] == 451
        process.join(20)
        assert process.exitcode == 1
    assert len(logged(installation)) == 1
    assert not [path for path in files_in(installation) if len(path.name) != 64]

    with in_a_process(installation):
        assert send(installation, raw, address)[0] == 250
    assert logged(installation)[1].raw.sha256 == hashlib.sha256(raw).hexdigest()


def peak_of(pid: int) -> int:
    """Bytes this process had in memory at most, since it was asked to forget what was before."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def stream(line: socket.socket, piece: bytes, size: int) -> None:
    """Send so much of it."""
    for _each in range(size // len(piece)):
        line.sendall(piece)


PIECES = {"lines": (b"x" * 76 + b"\r\n") * 1000, "one endless line": b"x" * 78_000, "dots": b"\r\n.." * 20_000}


def test_a_mail_without_end_is_refused_and_never_held_in_memory(installation):
    """S11: 500 MB, declared, not declared and as one endless line: 552; memory stays flat."""
    address = address_of(installation, installation.company_id)
    with in_a_process(installation) as process:
        assert send(installation, mails.invoice_mail(), address)[0] == 250
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
        before = peak_of(process.pid)
        with Dialogue(installation) as line:
            assert line.docmd(f"MAIL FROM:<x@f.example> SIZE={500 * MEGABYTE}")[0] == 552  # S11
        for name, piece in PIECES.items():
            line = ready(installation, address)
            stream(line.sock, piece, 500 * MEGABYTE)
            assert dot(line, b"\r\n")[0] == 552, name  # S11
            assert line.docmd("NOOP")[0] == 250
        grown = peak_of(process.pid) - before
        print(f"grown by {grown / MEGABYTE:.1f} MB")
        assert grown < 16 * MEGABYTE  # S11
        assert send(installation, mails.mail(), address)[0] == 250
    assert len(logged(installation)) == 2 and not list((files_in(installation)[0].parent.parent / "tmp").iterdir())
