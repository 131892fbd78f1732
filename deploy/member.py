"""One of the processes that share the application: forked, and from then on as if started with its own command."""

from __future__ import annotations

import ctypes
import os
import runpy
import shutil
import signal
import sys
import time
from collections.abc import Set
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import structlog

from app.core import logs
from deploy.processes import Process
from deploy.words import say

SHORT_LIFE = 2
"""Who lives no longer, in seconds, waits as long before it is started again."""
LONGEST_LOG, OLD_LOGS = 10_000_000, 5
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


class Member:
    """What it runs and where it writes; `pid` is 0 while it does not run, `due` when it may start again."""

    def __init__(self, name: str, process: Process, log: Path) -> None:
        self.name, self.process, self.log = name, process, log
        self.pid = 0
        self.started = self.due = 0.0

    def start(self, held_back: Set[signal.Signals]) -> None:
        """Fork it; it takes the signals that are held back here."""
        self.started, parent = time.monotonic(), os.getpid()
        self.pid = os.fork()
        if not self.pid:
            self.become(parent, held_back)

    def become(self, parent: int, held_back: Set[signal.Signals]) -> NoReturn:
        """Be that process, to its end: nothing of the parent's may go on here."""
        status = 1
        try:
            self.stand_alone(parent)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, held_back)
            logs.configure()
            status = run(self.process.command)
        except BaseException:  # one line as for any other event, and no message: it may quote a password
            structlog.get_logger().exception("process.failed", process=self.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def stand_alone(self, parent: int) -> None:
        """Own session, own log, own name (`ps -o comm`), and an end with the parent's."""
        os.setsid()
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        libc.prctl(_PR_SET_NAME, f"facteur-{self.name}".encode(), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for standard in (1, 2):
            os.dup2(log, standard)
        os.close(log)
        os.environ.update(self.process.environment)

    def kill(self) -> None:
        """End it with all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def ended(self, status: int) -> None:
        """Let it come back, and say so where nobody expected its end, in the supervisor's words."""
        short = time.monotonic() - self.started < SHORT_LIFE
        self.pid, self.due = 0, time.monotonic() + (SHORT_LIFE if short else 0)
        how = f"terminated by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        if status:
            say(f"{time.strftime('%F %T')} WARN exited: {self.name} ({how}; not expected)")

    def shorten_log(self) -> None:
        """Begin the log again where it has grown long, and keep some old ones; a line written meanwhile may be lost."""
        if not self.log.exists() or self.log.stat().st_size < LONGEST_LOG:
            return
        old = [self.log, *(self.log.with_name(f"{self.log.name}.{number}") for number in range(1, OLD_LOGS + 1))]
        for number in range(OLD_LOGS, 1, -1):
            if old[number - 1].exists():
                old[number - 1].replace(old[number])
        shutil.copyfile(self.log, old[1])
        os.truncate(self.log, 0)  # its writer goes on at the new end


def run(command: list[str]) -> int:
    """What Python does with this command line, in this process; its exit status."""
    _python, first, *rest = command
    try:
        if first == "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = [first, *rest]
            runpy.run_path(first, run_name="__main__")
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
