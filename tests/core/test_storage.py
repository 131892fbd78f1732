"""Bytes are durable before anybody is told, and never served changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core import storage

ROOT = Path(__file__).resolve().parents[2]
POINTS = ["storage.before_fsync", "storage.before_rename", "storage.after_rename"]


def test_what_is_stored_is_found_by_its_hash(tmp_path):
    """IN-3: stored whole, under the SHA-256 of its bytes, once."""
    sha256, size = storage.store(tmp_path, [b"abc", b"def"])
    assert (storage.read(tmp_path, sha256), size) == (b"abcdef", 6)
    assert storage.store(tmp_path, b"abcdef") == (sha256, 6)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_storing_leaves_nothing_false(tmp_path, point):
    """S96: nothing at the hash's name before it is whole; what is left over is swept after a day."""
    code = f"from app.core import storage; from pathlib import Path; storage.store(Path({str(tmp_path)!r}), b'abc')"
    environment = os.environ | {"FACTEUR_DIE_AT": point}
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False)
    assert ended.returncode == -9

    sha256, _size = storage.store(tmp_path / "other", b"abc")
    target = storage.path_of(tmp_path, sha256)
    assert target.exists() == (point == "storage.after_rename")
    assert not target.exists() or storage.read(tmp_path, sha256) == b"abc"

    left = list((tmp_path / "tmp").iterdir())
    assert len(left) == (0 if point == "storage.after_rename" else 1)
    assert storage.sweep_temporary(tmp_path) == 0
    for path in left:
        os.utime(path, (time.time() - 2 * 86400,) * 2)
    assert storage.sweep_temporary(tmp_path) == len(left)


def test_bytes_are_synced_before_they_get_their_name(tmp_path, monkeypatch):
    """S2: temp file, fsync, rename, fsync of the folder, in this order (SAFETY R1)."""
    order = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("sync " + kind_of(handle)), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda *paths: (order.append("rename"), replace(*paths)))
    storage.store(tmp_path, b"abc")
    assert order == ["sync folder", "sync folder", "sync file", "rename", "sync folder"]
    order.clear()
    storage.store(tmp_path, b"abc")
    assert order == ["sync file", "rename", "sync folder"]


def kind_of(handle: int) -> str:
    return "folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file"  # noqa: PTH112


def test_changed_or_missing_bytes_are_never_served(tmp_path):
    """S97: found by the hash."""
    sha256, _size = storage.store(tmp_path, b"abc")
    storage.path_of(tmp_path, sha256).write_bytes(b"abd")
    with pytest.raises(storage.Damaged):
        storage.read(tmp_path, sha256)
    storage.path_of(tmp_path, sha256).unlink()
    with pytest.raises(storage.Damaged):
        storage.read(tmp_path, sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "0" * 64 + "/x"])
def test_only_a_hash_names_a_file(tmp_path, name):
    """S33: names from outside are never paths."""
    with pytest.raises(ValueError, match="SHA-256"):
        storage.path_of(tmp_path, name)


def test_a_failed_sync_is_not_hidden(tmp_path, monkeypatch):
    """S99: not acknowledged, nothing under the hash's name."""
    monkeypatch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError("EIO")))
    with pytest.raises(OSError, match="EIO"):
        storage.store(tmp_path, b"abc")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
