"""What Facteur refuses to start on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT
from deploy import ground, start
from deploy.ground import Refusal
from tests import nursery
from tests.settings import settings_in


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "facteur.example.org"])
def test_debugging_on_a_public_address_is_refused(tmp_path, host):
    """OP-1: the debugger runs code for whoever reaches it."""  # S108
    with pytest.raises(Refusal, match="Debug mode"):
        ground.check(settings_in(tmp_path, debug=True, host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_debugging_at_home_is_allowed(tmp_path, host):
    """OP-1: only a public address is refused."""
    ground.check(settings_in(tmp_path, debug=True, host=host))


def test_flask_s_own_debug_switch_is_seen_too(tmp_path, monkeypatch):
    """OP-1: the other way to turn it on."""  # S108
    monkeypatch.setenv("FLASK_DEBUG", "1")

    with pytest.raises(Refusal, match="Debug mode"):
        ground.check(settings_in(tmp_path, host="0.0.0.0"))


@pytest.mark.parametrize("password", ["admin", "changeme", "Password123!", "facteur2026", "admin@example.org", "short"])
def test_a_password_anybody_would_try_is_refused(tmp_path, password):
    """OP-1: no installation starts with a default password."""  # S108
    with pytest.raises(Refusal, match="too easy"):
        ground.check(settings_in(tmp_path, admin_password=password, admin_email="admin@example.org"))


@pytest.mark.parametrize("password", ["", "violet-harbour-91"])
def test_a_good_password_or_none_is_allowed(tmp_path, password):
    """OP-7: without one, one is made."""
    ground.check(settings_in(tmp_path, admin_password=password))


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_data_on_a_network_file_system_is_refused(tmp_path, monkeypatch, kind):
    """OP-1: locks and fsync mean nothing there."""  # S108
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
        rf"40 22 0:40 / /srv/of\040ours rw shared:9 - {kind} nas:/export rw" + "\n"
    )
    read = ground.file_system_of
    monkeypatch.setattr(ground, "file_system_of", lambda folder, _mounts: read(folder, mounts))

    with pytest.raises(Refusal, match=f"network file system \\({kind}\\)"):
        ground.check_file_system(Path("/srv/of ours/facteur"))
    ground.check_file_system(Path("/srv/of oursX"))


def test_the_real_list_of_mounts_is_understood():
    """OP-1: the check is not blind on this machine."""
    assert ground.file_system_of(Path("/proc"), Path("/proc/self/mountinfo")) == "proc"


def test_two_installations_never_share_a_data_folder(tmp_path):
    """OP-1: two would import and send everything twice."""  # S108
    settings = settings_in(tmp_path)
    held = start.taken(settings)

    with pytest.raises(Refusal, match=f"already runs on the data folder .* \\(process {os.getpid()}\\)"):
        start.taken(settings)

    os.close(held)
    os.close(start.taken(settings))


def test_what_is_left_of_a_killed_installation_ends_before_the_next_begins(tmp_path, monkeypatch):
    """OP-1: its workers may outlive whoever held the folder by some seconds."""  # S108
    code = (
        "import pathlib, sys; from deploy import ground; "
        f"ground.hold(pathlib.Path({str(tmp_path)!r}), ground.MEMBERS); print('held', flush=True); sys.stdin.read()"
    )
    left = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert left.stdout.readline() == b"held\n"
    monkeypatch.setattr(ground, "LAST_SECONDS", 0.2)

    with pytest.raises(Refusal, match=f"still run on the data folder .* \\(forked by process {left.pid}\\)"):
        start.taken(settings_in(tmp_path))

    monkeypatch.setattr(ground, "LAST_SECONDS", 10)
    left.stdin.close()
    os.close(start.taken(settings_in(tmp_path)))
    left.wait()


def test_the_lock_of_a_killed_installation_holds_nobody_up(tmp_path):
    """OP-1: what a power cut leaves behind is no lock."""  # S108
    code = (
        f"import os; from deploy import ground; ground.hold(__import__('pathlib').Path({str(tmp_path)!r})); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)

    assert (tmp_path / "facteur.lock").read_text().strip().isdigit()
    os.close(start.taken(settings_in(tmp_path)))


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    """OP-1: the commonest trouble at first start says what to do."""
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} on 127.0.0.1 .* FACTEUR_PORT={port + 1} ./facteur run"):
            ground.check_port("127.0.0.1", port, "FACTEUR_PORT")


@pytest.mark.parametrize("key", [None, "", "too-short"])
def test_flask_without_a_secret_key_refuses_to_start(tmp_path, key):
    """OP-7: `./facteur` makes the key; nothing else starts without one."""  # S85
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
    environment["FACTEUR_DATA_DIR"] = str(tmp_path)
    if key is not None:
        environment["FACTEUR_SECRET_KEY"] = key
    told = tmp_path / "told.log"

    started = nursery.fork([sys.executable, "-m", "flask", "--app", "wsgi", "routes"], environment, told)

    assert started.wait() != 0
    assert "secret key" in told.read_text() and "./facteur setup" in told.read_text()
    assert "Traceback" not in told.read_text()


def test_the_secret_key_is_made_once_and_readable_by_nobody_else(tmp_path):
    """OP-7: made at first start, mode 0600, and kept."""
    path = tmp_path / "secret_key"
    start.make_secret_key(path)
    first = path.read_text()
    path.chmod(0o644)

    start.make_secret_key(path)

    assert path.read_text() == first and len(first.strip()) >= 48
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "secret_key.new").exists()


def test_an_empty_key_left_by_a_full_disk_is_made_again(tmp_path):
    """OP-7: half a start leaves nothing that has to be cleaned up by hand."""
    path = tmp_path / "secret_key"
    path.touch()

    start.make_secret_key(path)

    assert len(path.read_text().strip()) >= 48
