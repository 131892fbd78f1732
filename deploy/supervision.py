"""The processes while they run: started, answered for, stopped in order."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from app.config import ROOT, Settings
from deploy import descendants, processes
from deploy.words import say

PATIENCE = 90
"""Seconds the web server may take to answer."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def supervise(settings: Settings, held: int, *, once_up: Callable[[], None] | None = None) -> int:
    """Start the supervisor, say when everything answers, and stop it when asked."""
    descendants.adopt_orphans()
    written = settings.data_dir / "run" / "supervisor.conf"
    written.write_text(processes.supervisor_configuration(settings))
    supervisor = subprocess.Popen(
        [*processes.dying_with_parent(), sys.executable, "-m", "supervisor.supervisord", "-c", str(written)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,  # Ctrl-C reaches us alone, and we stop the others in order
        pass_fds=[held],  # the folder stays taken as long as anything of ours lives
    )
    stopping = stop_on_signal(supervisor)
    threading.Thread(target=retell, args=(supervisor, settings, stopping), daemon=True).start()
    threading.Thread(target=descendants.let_go_of_the_dead, daemon=True).start()
    answered = wait_for_answer(settings, supervisor, stopping)
    if answered:
        announce(settings)
        # Beside the waiting below, so that a signal still stops everything at once.
        threading.Thread(target=follow_up, args=(settings, once_up), daemon=True).start()
    elif not stopping.is_set():
        say_why(settings)
        supervisor.terminate()
    supervisor.wait()
    descendants.end_all()
    asked = stopping.is_set()
    say("Stopped." if asked else "Everything is stopped, and nobody asked for it: start again with ./facteur run.")
    return 0 if asked else 1


def follow_up(settings: Settings, act: Callable[[], None] | None) -> None:
    """Do what was asked for once everything runs; the addresses may be others afterwards."""
    if act:
        act()
        announce(settings)


def stop_on_signal(supervisor: subprocess.Popen[str]) -> threading.Event:
    """The first signal stops in order, the second at once."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            supervisor.kill()
            return
        stopping.set()
        say("\nStopping…")
        supervisor.terminate()

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    return stopping


def retell(supervisor: subprocess.Popen[str], settings: Settings, stopping: threading.Event) -> None:
    """Say in words what the supervisor reports: a process that ended by itself."""
    for line in supervisor.stdout or ():
        _, unexpected, event = line.strip().partition(" exited: ")
        if unexpected and not stopping.is_set():
            log = settings.data_dir / "log" / f"{event.partition(' ')[0]}.log"
            say(f"A process ended and is started again: {event}. {log} ends with: {last_line(log)}")


def last_line(log: Path) -> str:
    """The newest line of a log, as far as one line of a terminal takes it."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1][:200] if lines else "nothing"


def wait_for_answer(settings: Settings, supervisor: subprocess.Popen[str], stopping: threading.Event) -> bool:
    """Whether the web server and the mail receiver answered in time."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and supervisor.poll() is None and not stopping.is_set():
        if answers(settings) and receives(settings):
            return True
        stopping.wait(0.2)
    return False


def answers(settings: Settings) -> bool:
    """Whether the sign-in page or the health page comes."""
    host = f"[{nearby(settings.host)}]" if ":" in settings.host else nearby(settings.host)
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=5):  # nosec B310
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def nearby(host: str) -> str:
    """Where this machine itself reaches what listens on `host`."""
    return EVERYWHERE.get(host, host)


def receives(settings: Settings) -> bool:
    """Whether the mail receiver takes connections."""
    host = nearby(settings.intake_smtp_host)
    try:
        with socket.create_connection((host, settings.intake_smtp_port), timeout=5) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False


def announce(settings: Settings) -> None:
    """The address of the pages and the intake addresses."""
    say(f"\nFacteur runs at {settings.address}")
    listed = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "addresses"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    for line in listed.stdout.splitlines():
        address = json.loads(line)
        say(f"  {address['company']}, {address['direction']}s: {address['address']}")
    say(f"Mail is received on {settings.intake_smtp_host}:{settings.intake_smtp_port}. Stop with Ctrl-C.")


def say_why(settings: Settings) -> None:
    """The ends of the logs that tell, where something did not come up."""
    say("Facteur did not come up.")
    for name in ("web", "receiver"):
        log = settings.data_dir / "log" / f"{name}.log"
        tail = log.read_text(errors="replace").splitlines()[-10:] if log.exists() else []
        say("\n".join([f"\nThe end of {log}:", *tail]))
