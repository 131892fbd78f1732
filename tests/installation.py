"""A whole installation in real processes, started as `./facteur run` does: for the journey, the bench, the soak."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, create_engine, text

from app import create_app
from app.config import ROOT, Settings
from app.core import database
from app.intake.addresses import all_addresses
from deploy import processes
from tests import nursery
from tests.live import free_port, let_go, migrated_sqlite
from tests.settings import settings_in

Started = subprocess.Popen | nursery.Forked
ADMIN, PASSWORD = "admin@example.org", "correct horse battery"
EVERYTHING = ("redis", "web", "receiver", "reader", "ocr", "default", "sweep")
PATIENCE = 90


@dataclass
class Installation:
    """Its settings, and the processes that run."""

    settings: Settings
    running: dict[str, Started] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """What only a test tells its processes, such as to hurry."""

    @property
    def folder(self) -> Path:
        return self.settings.data_dir

    @property
    def environment(self) -> dict[str, str]:
        """What every process is told; nothing of the caller's own settings."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
        set_here = self.settings.model_dump(mode="json", exclude_defaults=True)
        written = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in set_here.items()}
        return plain | {f"FACTEUR_{name.upper()}": value for name, value in written.items()} | self.told

    def start(self, *names: str) -> None:
        """Start these processes, each in a group of its own."""
        for process in processes.all_of(self.settings):
            if process.name in names:
                log, environment = self.folder / f"{process.name}.log", self.environment | process.environment
                begin = nursery.fork if processes.shares(process) else _execute
                self.running[process.name] = begin(process.command, environment, log)

    def stop(self, *names: str, kill: bool = False) -> None:
        """End these processes (all, without names) and what they started; `kill` asks nobody."""
        ended = [self.running.pop(name) for name in names or list(self.running)]
        for process in ended:
            _signal(process, signal.SIGKILL if kill else signal.SIGTERM)
        for process in ended:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            _signal(process, signal.SIGKILL)
            process.wait(10)

    def flask(self, *command: str) -> str:
        """Run one command of `flask --app wsgi`."""
        whole = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
        done = subprocess.run(whole, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def mail(self, recipient: str, *attachments: tuple[str, bytes, str], subject: str = "Votre facture") -> None:
        """Send a mail to the receiver and return once it answered 250."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "compta@lumen.example", recipient, subject
        message["Message-ID"] = f"<{time.time_ns()}@lumen.example>"
        message.set_content("Bonjour,\n\nveuillez trouver notre facture.\n")
        for name, data, kind in attachments:
            maintype, subtype = kind.split("/")
            message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
        with smtplib.SMTP("127.0.0.1", self.settings.intake_smtp_port, timeout=PATIENCE) as smtp:
            smtp.send_message(message)

    def address(self, direction: str = "purchase") -> str:
        """The first company's intake address."""
        app = create_app(self.settings)
        with app.app_context():
            found = next(each["address"] for each in all_addresses() if each["direction"] == direction)
        let_go(app)
        return found

    def documents(self) -> list[tuple[str, str]]:
        """Number and status of every document, oldest first, as the database has them now."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text("SELECT number, status FROM document ORDER BY id"))]

    def tasks(self, kind: str) -> list[tuple[datetime, datetime]]:
        """When the tasks of this kind were asked for, and when they were done, oldest first."""
        query = text("SELECT created_at, finished_at FROM task WHERE kind = :kind ORDER BY id")
        with self._engine.connect() as connection:
            rows = connection.execute(query.columns(created_at=DateTime, finished_at=DateTime), {"kind": kind})
            return [tuple(row) for row in rows]

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self.settings.database, **database.engine_options(self.settings.database))

    def logs(self) -> str:
        """The end of what every process wrote, for whoever wonders why a test failed."""
        return "\n".join(f"--- {log.stem}\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))


def _execute(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen:
    with log.open("ab") as told:
        how = {"cwd": ROOT, "env": environment, "stdin": subprocess.DEVNULL, "start_new_session": True}
        return subprocess.Popen(command, stdout=told, stderr=told, **how)


def _signal(process: Started, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def installed(
    folder: Path, *, start: tuple[str, ...] = EVERYTHING, told: dict[str, str] | None = None, **settings: Any
) -> Iterator[Installation]:
    """A migrated installation with its first admin; its processes end with the block, whatever happens in it."""
    port = free_port()
    defaults = {"port": port, "intake_smtp_port": free_port(), "base_url": f"http://127.0.0.1:{port}"}
    defaults |= {"admin_email": ADMIN, "admin_password": PASSWORD}
    there = Installation(settings_in(folder, **(defaults | settings)), told=told or {})
    (folder / "run").mkdir(parents=True, exist_ok=True)
    if not there.settings.redis_url:
        processes.prepare_redis(folder)
    prepare(there)
    try:
        there.start(*start)
        wait_until_up(there)
        yield there
    except BaseException:
        sys.stderr.write(there.logs())
        raise
    finally:
        there.stop()


def prepare(there: Installation) -> None:
    """Its tables, copied where they can be, and its first company and admin."""
    if there.settings.database_url:
        there.flask("db", "upgrade")
    else:
        (there.folder / "facteur.db").write_bytes(migrated_sqlite())
    command, told = [sys.executable, "-m", "flask", "--app", "wsgi", "first-run"], there.folder / "first-run.txt"
    assert nursery.fork(command, there.environment, told).wait() == 0, told.read_text()


def wait_until_up(there: Installation) -> None:
    """Return once the pages and the receiver answer, as far as they were started."""
    if "web" in there.running:
        wait_for(lambda: _opens(f"{there.settings.address}/healthz"), "the pages")
    if "receiver" in there.running:
        wait_for(lambda: _listens(there.settings.intake_smtp_port), "the receiver")


def wait_for(true: Callable[[], Any], what: str, seconds: float = PATIENCE, every: float = 0.1) -> Any:
    """What `true` answers once it is not nothing; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(every)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


def _opens(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
