"""Installations of their own, for tests with threads, workers or kills: on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from redis import Redis

from app import create_app
from app.extensions import db
from tests.settings import settings_in
from tests.templates import COMPILED

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    if not BINARIES:
        pytest.fail("PostgreSQL is not installed: ./facteur test installs it")
    with own_postgresql() as server:
        yield server


@contextlib.contextmanager
def own_postgresql() -> Iterator[str]:
    """A server on a socket in a temporary folder, which goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="facteur-pg-"))
    if _AS_POSTGRES:
        shutil.chown(folder, "postgres")
    run = lambda *command: subprocess.run([*_AS_POSTGRES, *map(str, command)], check=True, capture_output=True)  # noqa: E731
    run(BINARIES[-1] / "initdb", "-D", folder / "data", "-U", "facteur", "-A", "trust", "-E", "UTF8", "--no-sync")
    server = f"postgresql://facteur@/postgres?host={folder}"
    start_postgresql(server)
    yield server
    stop_postgresql(server, "immediate")
    shutil.rmtree(folder, ignore_errors=True)


def stop_postgresql(server: str, how: str = "fast") -> None:
    """As a restart of the machine does: whatever is connected is cut off."""
    _control(server, "-m", how, "stop")


def start_postgresql(server: str) -> None:
    """Listen on a socket in its folder, each time on the same."""
    options = f"-c listen_addresses='' -c unix_socket_directories={_folder(server)} -c fsync=off"
    _control(server, "-o", options, "-l", _folder(server) / "log", "start")


def _control(server: str, *command: str | Path) -> None:
    whole = [*_AS_POSTGRES, BINARIES[-1] / "pg_ctl", "-D", _folder(server) / "data", "-w", *command]
    subprocess.run([str(each) for each in whole], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _folder(server: str) -> Path:
    return Path(server.rpartition("host=")[2])


@pytest.fixture(params=["sqlite", "postgresql"])
def live_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A migrated application with a database of its own, once on each kind; nothing is undone."""
    url = ""
    if request.param == "postgresql":
        server, name = request.getfixturevalue("migrated_postgresql"), f"test_{os.urandom(4).hex()}"
        execute(server, f"CREATE DATABASE {name} TEMPLATE migrated")
        url = server.replace("/postgres?", f"/{name}?")
    app = make_live_app(tmp_path, database_url=url)
    yield app
    let_go(app)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The server's address; its database `migrated` is for copying."""
    execute(postgresql, "CREATE DATABASE migrated")
    migrate(_app(tmp_path_factory.mktemp("migrated"), database_url=postgresql.replace("/postgres?", "/migrated?")))
    return postgresql


def make_live_app(folder: Path, **settings) -> Flask:
    """A migrated application in `folder`; its bells are recorded."""
    if not settings.get("database_url"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "facteur.db").write_bytes(migrated_sqlite())
    return _app(folder, **settings)


@cache
def migrated_sqlite() -> bytes:
    """A database file for copying: to migrate takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(_app(Path(folder)))
        return Path(folder, "facteur.db").read_bytes()


def _app(folder: Path, **settings) -> Flask:
    app = create_app(
        settings_in(folder, **settings), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False, BELLS=[]
    )
    app.jinja_env.bytecode_cache = COMPILED
    return app


def migrate(app: Flask) -> None:
    """Bring its database up to date and let go of it."""
    with app.app_context():
        flask_migrate.upgrade()
    let_go(app)


def let_go(app: Flask) -> None:
    """Close what is open to its database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def execute(server: str, statement: str) -> None:
    """Have the server do it, outside of any transaction."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


class RedisServer:
    """A Redis of our own on a socket, started and killed at will; it keeps what it was told (append-only)."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="facteur-redis-", dir=folder if len(str(folder)) < 60 else None))
        self.url = f"unix://{self.folder}/socket"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Listen, and return once it answers."""
        command = ["redis-server", "--port", "0", "--unixsocket", f"{self.folder}/socket", "--dir", str(self.folder)]
        command += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(lambda: Redis.from_url(self.url).ping(), seconds=10)

    def kill(self) -> None:
        """As a power cut does."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A running Redis of our own."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)


def wait_for(condition: Callable[[], object], *, seconds: float) -> object:
    """Ask again until the answer is true; fails after `seconds`. An error counts as not yet."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        with contextlib.suppress(Exception):
            if answer := condition():
                return answer
        time.sleep(0.05)
    raise AssertionError(f"not so within {seconds} s")
