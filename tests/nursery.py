"""Processes that share the application, as `deploy.family` starts them: it is loaded once, each is forked from that.

`python -m tests.nursery` takes one JSON object a line: what to start, or whose end to wait for.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from app.config import ROOT
from app.core.faultpoint import HURRY
from deploy.processes import Process

LOADED = ("worker", "app.schedule", "app.intake.receiver", "flask.cli", "rq", "redis", "gunicorn.app.wsgiapp")
LOADED += ("gunicorn.workers.gthread", "gunicorn.glogging")


class Forked:
    """One that was forked, as `subprocess.Popen` shows it."""

    def __init__(self, parent: Nursery, pid: int) -> None:
        self.parent, self.pid, self.returncode = parent, pid, None

    def send_signal(self, number: int) -> None:
        """To it alone."""
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        """How it ended; None while it goes on."""
        if self.returncode is None:
            self.returncode = self.parent.ask(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """How it ended, once it did."""
        last = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > last:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.02)
        return self.returncode


class Nursery:
    """The process they are forked from; it ends with this one, and so do they."""

    def __init__(self, hurry: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
        environment[HURRY] = hurry
        command = [sys.executable, "-m", "tests.nursery"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)

    def ask(self, **asked: Any) -> Any:
        """Its answer to one line."""
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@cache
def nursery(hurry: str) -> Nursery:
    """The one of these tests; how long to wait is settled when the application is loaded."""
    return Nursery(hurry)


def fork(command: list[str], environment: dict[str, str], log: Path) -> Forked:
    """What a process of its own would be, in a session of its own."""
    parent = nursery(environment.get(HURRY, "1"))
    return Forked(parent, parent.ask(command=command, environment=environment, log=str(log)))


def _be_it() -> None:
    """Load all, and fork until the tests are over."""
    asked, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    _load()
    for line in asked:
        said = json.loads(line)
        answer = _ended(said["ended"]) if "ended" in said else _start(**said)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _load() -> None:
    from app import create_app
    from tests.settings import settings_in

    for module in LOADED:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        create_app(settings_in(Path(folder)))


def _start(command: list[str], environment: dict[str, str], log: str) -> int:
    from deploy.member import Member

    os.environ.clear()
    os.environ.update(environment)
    member = Member(Path(log).stem, Process("", command), Path(log))
    member.start(set())
    return member.pid


def _ended(pid: int) -> int | None:
    with suppress(ChildProcessError):
        found, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None
    return -signal.SIGKILL


if __name__ == "__main__":
    _be_it()
