"""A whole installation, started, disturbed and stopped as a person does it."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT
from deploy import ground
from tests.live import free_port, wait_for

UP = 200
FORKED = ("default", "ocr", "mail", "receiver", "sweep", "web")
pytestmark = pytest.mark.timeout(600)


class Installation:
    """`python -m deploy run` on free ports and a folder of its own, as `./facteur run` ends in."""

    def __init__(self, data: Path) -> None:
        self.data, self.port, self.mail_port = data, free_port(), free_port()
        self.told = data.parent / "told.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
        self.environment = environment | {
            "FACTEUR_DATA_DIR": str(data),
            "FACTEUR_PORT": str(self.port),
            "FACTEUR_NAME_SERVERS": "none",
            "FACTEUR_INTAKE_SMTP_PORT": str(self.mail_port),
        }
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.told.open("ab") as told:
            command = [sys.executable, "-m", "deploy", "run"]
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=told, stderr=told, stdin=subprocess.DEVNULL
            )

    def is_up(self) -> bool:
        return "Facteur runs at" in self.told.read_text() and "Stop with Ctrl-C" in self.told.read_text()

    def processes(self) -> list[int]:
        """All that belongs to this installation, found by its environment."""
        mark, found = f"FACTEUR_DATA_DIR={self.data}".encode(), []
        for place in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in place.read_bytes().split(b"\0"):
                    found.append(int(place.parent.name))
            except OSError:
                continue
        return found

    def named(self, name: str) -> int:
        """The process that goes by this name; of the web's, the one the others were forked from."""
        for pid in sorted(self.processes()):
            if Path(f"/proc/{pid}/comm").read_text().strip() == f"facteur-{name}"[:15]:
                return pid
        raise AssertionError(f"no process called {name}")

    def parent_of(self, name: str) -> int:
        """The process this one was forked from."""
        return int(Path(f"/proc/{self.named(name)}/stat").read_text().rpartition(") ")[2].split()[1])

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "my data")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)
        for pid in running.processes():
            os.kill(pid, signal.SIGKILL)


def page(installation: Installation, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}{path}", timeout=10) as answer:
        return answer.status


def test_one_command_starts_everything_and_stops_all_of_it(installation):
    """OP-1: the password once, the addresses, each process up, and again when killed; Ctrl-C leaves only data."""
    # S108
    wait_for(installation.is_up, seconds=UP)
    told = installation.told.read_text()
    assert len(re.findall(r"Password \(shown once\): \S{12,}", told)) == 1
    assert len(re.findall(r"(purchase|sale)s?: \S+@\S+", told)) == 2
    assert page(installation, "/healthz") == 200
    assert smtplib.SMTP("127.0.0.1", installation.mail_port, timeout=10).noop()[0] == 250
    assert (installation.data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert installation.data.stat().st_mode & 0o077 == 0

    second = subprocess.run(
        [sys.executable, "-m", "deploy", "run"],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1 and "already runs on the data folder" in second.stderr

    assert "A process ended" not in installation.told.read_text()
    _each_comes_back_when_killed(installation)
    _all_come_back_when_what_they_were_forked_from_is_killed(installation)

    assert installation.stop(signal.SIGINT) == 0
    assert installation.processes() == []

    installation.told.write_text("")
    installation.process = installation.start()
    wait_for(installation.is_up, seconds=UP)
    assert "Password" not in installation.told.read_text()
    assert installation.stop(signal.SIGTERM) == 0
    assert installation.processes() == []


def _each_comes_back_when_killed(installation: Installation) -> None:
    killed = {name: installation.named(name) for name in FORKED}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    for name, pid in killed.items():
        wait_for(lambda: f"is started again: {name} (" in installation.told.read_text(), seconds=60)  # noqa: B023
        wait_for(lambda: installation.named(name) != pid, seconds=60)  # noqa: B023
    _answers_again(installation)


def _all_come_back_when_what_they_were_forked_from_is_killed(installation: Installation) -> None:
    """It takes its children with it, and the supervisor starts it again."""
    before = {installation.named(name) for name in FORKED}
    os.kill(installation.parent_of("mail"), signal.SIGKILL)

    wait_for(lambda: "is started again: app (" in installation.told.read_text(), seconds=60)
    wait_for(lambda: not before & set(installation.processes()), seconds=60)
    _answers_again(installation)
    wait_for(lambda: all(installation.named(name) for name in FORKED), seconds=60)


def _answers_again(installation: Installation) -> None:
    wait_for(lambda: page(installation, "/healthz") == 200, seconds=60)
    wait_for(lambda: smtplib.SMTP("127.0.0.1", installation.mail_port, timeout=10).noop()[0] == 250, seconds=60)


def test_nothing_goes_on_when_the_supervisor_is_killed(installation):
    """OP-1: no orphan holds a port or reads on; whoever started it sees that it failed."""
    wait_for(lambda: installation.named("mail"), seconds=UP)
    os.kill(int((installation.data / "run" / "supervisor.pid").read_text()), signal.SIGKILL)

    assert installation.process.wait(timeout=30) == 1
    assert installation.processes() == []


def test_nothing_goes_on_when_the_first_process_is_killed(installation):
    """OP-1: closing the terminal the hard way stops everything too, and the folder is free again."""
    wait_for(lambda: installation.named("mail"), seconds=UP)
    assert ground.hold(installation.data, ground.MEMBERS) is None
    installation.process.kill()
    installation.process.wait()

    give_up = time.monotonic() + 30
    while installation.processes() and time.monotonic() < give_up:
        time.sleep(0.2)
    assert installation.processes() == []
