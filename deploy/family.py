"""The processes that share the application: it is loaded once, and each of them is forked from that.

`python -m deploy.family`, which the supervisor keeps alive. One that dies is started again; when this process is told
to end, or is killed, all of them do.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app import config
from app.config import BadSettings
from deploy import descendants, ground, processes
from deploy.member import Member
from deploy.processes import Process

LOADED = (
    *("wsgi", "worker", "app.schedule", "app.intake.receiver", "flask.cli", "rq", "redis"),
    *("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "gunicorn.glogging"),
)
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
STOP_SECONDS = 8


def main() -> None:
    """Load, fork, watch, until told to stop."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)  # they are asked for, one after the other
    descendants.adopt_orphans()
    settings = config.load()
    hold_data(settings.data_dir.resolve())
    members = list(all_members(processes.sharing(settings), settings.data_dir.resolve() / "log"))
    load()
    watch(members)
    stop(members)


def hold_data(folder: Path) -> None:
    """Be the only ones that work on this data; those of a family that was killed end first.

    Whoever is forked from here holds it too, to its own end.
    """
    if ground.hold_in_turn(folder, ground.MEMBERS, ground.LAST_SECONDS) is None:
        sys.exit(f"Processes forked by {ground.holder(folder, ground.MEMBERS)} still work on {folder}: they must end.")


def load() -> None:
    """Everything that any of them needs, and no connection to anything: none may be shared."""
    for module in LOADED:
        importlib.import_module(module)
    while threading.active_count() > 1:  # a library's timer, soon over; no thread survives a fork
        time.sleep(0.01)
    gc.collect()
    gc.freeze()  # or each would copy what its first collection touches


def all_members(shared: list[Process], logs: Path) -> Iterator[Member]:
    """Each process, as often as it is to run."""
    for process in shared:
        numbered = [f"{process.name}-{number}" for number in range(process.count)]
        for name in numbered if process.count > 1 else [process.name]:
            yield Member(name, process, logs / f"{name}.log")


def watch(members: list[Member]) -> None:
    """Start whoever does not run, until we are told to end."""
    heard = None
    while heard is None or heard.si_signo == signal.SIGCHLD:
        for member in members:
            member.shorten_log()
            if not member.pid and member.due <= time.monotonic():
                member.start(WATCHED)
        heard = signal.sigtimedwait(WATCHED, 1)
        for member, status in dead(members):
            member.ended(status)


def stop(members: list[Member]) -> None:
    """Ask all to end; those that do not in time are killed with what they started."""
    end = time.monotonic() + STOP_SECONDS
    for member in members:
        if member.pid:
            os.kill(member.pid, signal.SIGTERM)
    while any(member.pid for member in members) and time.monotonic() < end:
        signal.sigtimedwait({signal.SIGCHLD}, 0.2)
        for member, _status in dead(members):
            member.pid = 0
    for member in members:
        if member.pid:
            member.kill()


def dead(members: list[Member]) -> Iterator[tuple[Member, int]]:
    """Those that ended, and how; whatever they started is ended too."""
    with suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            ended = [member for member in members if member.pid == found.si_pid]
            for member in ended:
                member.kill()  # while its number is still its own
            status = os.waitstatus_to_exitcode(os.waitpid(found.si_pid, 0)[1])
            yield from ((member, status) for member in ended)


if __name__ == "__main__":
    try:
        main()
    except BadSettings as error:
        sys.exit(str(error))
