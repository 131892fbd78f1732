"""SAFETY R12: the warm process that children are forked from gives none of them anything of its own or of another's."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.reader import address, cage, calling, landlock, server
from app.reader.address import ROOT
from app.reader.cage import protections, read
from app.reader.confine import NOBODY
from app.reader.contents import Unreadable
from app.reader.limits import Limits
from tests import samples
from tests.reader.conftest import below, wait_until

SLEEPING = "row() { :; }; sleep 3600"


def is_gone(*pids: int) -> bool:
    return not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def end(pids: list[int]) -> None:
    """As a crash does, so that nobody waits for a limit."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def refused(path: Path, **given) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        read(path, **given)
    return error.value


@contextmanager
def meanwhile(read_it) -> Iterator[list]:
    """Read in another thread; the list gets what came of it, at the end of the block at the latest."""
    came = []

    def run() -> None:
        try:
            came.append(read_it())
        except Unreadable as error:
            came.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield came
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def listening(tmp_path_factory) -> Iterator[tuple[subprocess.Popen, Path]]:
    """The server of an installation whose path is long and whose environment has a secret."""
    place = tmp_path_factory.mktemp("reader") / ("deep" * 30) / "reader.sock"
    place.parent.mkdir(mode=0o700)
    env = os.environ | {"FACTEUR_SECRET_KEY": "canary-5"}
    started = subprocess.Popen([*address.COMMAND, str(place)], cwd=ROOT, env=env)
    try:
        assert wait_until(place.exists, 60)
        yield started, place
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def installation(listening, monkeypatch) -> subprocess.Popen:
    """That server; whoever reads here knows of no other."""
    for name in ("own", "server"):
        monkeypatch.setattr(calling._Lines, name, None)
    monkeypatch.setattr(calling._Lines, "place", listening[1])
    assert below(listening[0].pid) == []
    return listening[0]


def test_an_installation_has_one_server_for_all(on_disk, installation):
    """OP-2: whoever reads calls the one that listens, and starts none."""
    path = on_disk(samples.invoice_pdf("F-71"))

    assert "F-71" in {word.text for word in read(path).pages[0].words}
    assert calling._Lines.own is None
    assert calling._Lines.place.stat().st_mode & 0o177 == 0


def test_where_none_listens_one_is_started(on_disk, installation, tmp_path, monkeypatch):
    """R12: commands, tests and workers read without an installation around them, or beside one that was killed."""
    monkeypatch.setattr(calling._Lines, "place", tmp_path / "reader.sock")
    server._listening(tmp_path / "reader.sock").close()  # whoever is killed leaves it behind

    assert read(on_disk(samples.invoice_pdf())).type == "pdf"
    assert calling._Lines.own is not None


def test_no_setting_of_the_server_is_shown_to_its_children(on_disk, fault, installation):
    """R12: a child shows the environment its server began with, so that one is empty."""
    # S88
    fault("sleep")
    with meanwhile(lambda: read(on_disk(samples.invoice_pdf()))):
        assert wait_until(lambda: below(installation.pid))
        shown = [Path(f"/proc/{pid}/environ").read_bytes() for pid in (installation.pid, *below(installation.pid))]
        end(below(installation.pid))

    assert len(shown) == 2
    assert not any(b"canary-5" in each or b"FACTEUR" in each or b"PATH" in each for each in shown)


def test_a_child_is_told_only_what_programs_need(on_disk, fake_tesseract, monkeypatch, idle_server):
    """R12: the server looks at what it is told to pass on."""
    # S88
    fake_tesseract('[ -z "$FACTEUR_SECRET_KEY" ] || sleep 3600; exit 1')
    monkeypatch.setenv("FACTEUR_SECRET_KEY", "canary-6")
    monkeypatch.setattr(cage, "_PASSED_ON", ("PATH", "FACTEUR_SECRET_KEY"))

    assert refused(on_disk(samples.picture()), limits=Limits(page_seconds=5)).code == "ocr_failed"


def test_two_files_are_read_at_once(on_disk, fault, monkeypatch, idle_server):
    """IN-8: one that hangs keeps no other waiting, and its end is its own."""
    # S23
    other = on_disk(samples.invoice_pdf("F-72"), "other.pdf")
    fault("sleep")
    with meanwhile(lambda: read(on_disk(samples.invoice_pdf()))) as came:
        assert wait_until(lambda: below(idle_server))
        monkeypatch.delenv("FACTEUR_TEST_FAULTS")
        found = read(other)
        assert came == [] and len(below(idle_server)) == 1
        end(below(idle_server))

    assert "F-72" in {word.text for word in found.pages[0].words}
    assert came[0].code == "crashed" and below(idle_server) == []


def test_a_child_has_nothing_open_but_its_file_and_its_pipe(on_disk, fault, idle_server):
    """R12: neither another's file nor its answer, nor anything of the server's."""
    # S30
    first, second = (on_disk(samples.invoice_pdf(), name) for name in ("first.pdf", "second.pdf"))
    fault("sleep")
    with meanwhile(lambda: read(first)):
        assert wait_until(lambda: below(idle_server))
        fault("tell")
        told = refused(second).detail.split()
        end(below(idle_server))

    assert told[:4] == ["/dev/null"] * 3 + [str(second)]
    assert [each.partition(":")[0] for each in told[4:]] == ["pipe"]


def test_when_the_cage_is_killed_the_child_and_its_tesseract_are_gone(on_disk, fake_tesseract, installation):
    """R12: nobody reads on for a worker that is no more."""
    # S35
    folder = fake_tesseract(SLEEPING)
    program = (
        "from pathlib import Path; from app.reader import calling, cage\n"
        f"calling.use(Path({str(calling._Lines.place)!r})); cage.read(Path({str(on_disk(samples.picture()))!r}))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    assert wait_until(lambda: str(folder) in "".join(map(command_line, below(installation.pid))))
    started = below(installation.pid)
    assert len(started) >= 2

    worker.kill()
    worker.wait()

    assert wait_until(lambda: is_gone(*started))
    assert installation.poll() is None


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_when_the_server_is_killed_the_child_is_gone_and_the_next_file_is_read(on_disk, fault, monkeypatch, own_server):
    """S22: a crash as any other; the second try finds a new server."""
    path = on_disk(samples.invoice_pdf("F-73"))
    fault("sleep")
    with meanwhile(lambda: read(path)) as came:
        assert wait_until(lambda: below(own_server))
        started = below(own_server)
        time.sleep(0.5)  # the child has given up its rights by now
        os.kill(own_server, signal.SIGKILL)
        assert wait_until(lambda: is_gone(*started))
    monkeypatch.delenv("FACTEUR_TEST_FAULTS")

    assert came[0].code == "crashed"
    assert "F-73" in {word.text for word in read(path).pages[0].words}


def test_what_leaves_its_group_does_not_outlive_the_reading(on_disk, fake_tesseract, idle_server):
    """R12: a program that makes itself independent is found and ended all the same."""
    # S30
    seconds = str(36_000 + os.getpid())
    fake_tesseract(f"setsid sleep {seconds} >/dev/null 2>&1 & sleep 0.2; exit 1")

    assert refused(on_disk(samples.picture())).code == "ocr_failed"

    assert seconds not in "".join(command_line(int(place.name)) for place in Path("/proc").glob("[0-9]*"))


def test_a_child_that_was_taken_over_cannot_ask_for_a_child_with_more_rights(tmp_path):
    """R12: whoever descends from the server is not served, where it could reach the socket at all."""
    listener = server._listening(tmp_path / "reader.sock")
    program = "import socket, sys; s = socket.socket(1, 5); s.connect(sys.argv[1]); sys.stdin.read()"
    ours = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "reader.sock")], stdin=subprocess.PIPE)
    with listener, listener.accept()[0] as line:
        assert not server._is_trusted(line)
    ours.communicate(b"")


def test_nonsense_on_the_line_harms_nobody(on_disk, installation):
    """R12: it is refused, and the next file is read."""
    # S22
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        with address.short(calling._Lines.place) as place:
            line.connect(place)
        for said in (b"{", b"[]", b'{"work": "/"}'):
            line.send(said)
        socket.send_fds(line, [b"{}"], [0])

        assert read(on_disk(samples.invoice_pdf())).type == "pdf"
    assert installation.poll() is None and calling._Lines.own is None


AS_NOBODY = """
import sys
from app.reader import confine, server, warming
warming.warm()  # while everything may still be read
confine._become_nobody()  # root's own is shown as root's anyway
confine.hide_memory(False)
print("shown", flush=True)
sys.stdin.readline()
server.main(None)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="what is hidden is shown as root's, which root's own is anyway")
def test_the_server_s_memory_is_hidden_from_its_own_user():
    """R12: a child without root's walls could otherwise take the server over, and with it every later file."""
    # S88
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    command = [sys.executable, "-c", AS_NOBODY]
    with ours, subprocess.Popen(command, cwd=ROOT, env={}, stdin=theirs, stdout=subprocess.PIPE) as started:
        theirs.close()
        assert started.stdout.readline()
        owner = lambda: Path(f"/proc/{started.pid}/mem").stat().st_uid  # noqa: E731
        before = owner()
        ours.send(b"\n")
        is_hidden = wait_until(lambda: owner() == 0)
        ours.close()

    assert before == NOBODY and is_hidden


def test_what_holds_is_the_same_through_either(installation, monkeypatch):
    """OP-3: doctor asks a server of its own and the workers call the installation's."""
    shared = protections()
    monkeypatch.setattr(calling._Lines, "place", None)

    assert protections() == shared
    assert shared["limits"] and shared["no_new_rights"] and shared["files_hidden"] == bool(landlock.version())
