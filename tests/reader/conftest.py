"""What the reader's tests share: a file on disk, a fault in the child, a Tesseract of our own."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.reader import calling, descent
from app.reader.faults import FAULT

FAKE = """#!/bin/sh
case "$1" in
  --list-langs) printf 'List of available languages (3):\\neng\\nfra\\nosd\\n'; exit 0;;
  --version) echo 'tesseract 5.3.0'; exit 0;;
esac
{body}
"""


@pytest.fixture
def on_disk(tmp_path: Path) -> Callable[..., Path]:
    """Bytes as a file; the name says nothing true about it."""

    def write(data: bytes, name: str = "upload.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def fault(monkeypatch) -> Callable[[str], None]:
    """Let the next child fail in this way."""

    def set_fault(name: str) -> None:
        monkeypatch.setenv("FACTEUR_TEST_FAULTS", "1")
        monkeypatch.setenv(FAULT, name)

    return set_fault


@pytest.fixture
def own_server(monkeypatch) -> Iterator[int]:
    """A server for this test alone, that no other test has asked or will."""
    for name in ("place", "own", "server"):
        monkeypatch.setattr(calling._Lines, name, None)
    calling.start()
    server = calling._Lines.server
    yield server.pid
    calling._Lines.own.close()
    server.wait(10)


@pytest.fixture
def idle_server(monkeypatch) -> int:
    """The server of these tests, which reads nothing just now: whatever descends from it is this test's."""
    monkeypatch.setattr(calling._Lines, "place", None)
    if calling._Lines.server is None or calling._Lines.server.poll() is not None:
        calling.start()
    assert below(calling._Lines.server.pid) == []
    return calling._Lines.server.pid


def below(pid: int) -> list[int]:
    """All that descends from a process: a server's reading children, and what they started."""
    return [each for child in descent.children(pid) for each in (child, *below(child))]


def wait_until(true: Callable[[], object], seconds: float = 10) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read."""
    folder = Path(tempfile.mkdtemp(prefix="facteur-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fake_tesseract(monkeypatch, open_folder) -> Callable[[str], Path]:
    """A `tesseract` first on PATH whose recognition is this piece of shell."""

    def install(body: str) -> Path:
        program = open_folder / "tesseract"
        program.write_text(FAKE.replace("{body}", body))
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        monkeypatch.setenv("PATH", f"{open_folder}{os.pathsep}{os.environ['PATH']}")
        return open_folder

    return install
