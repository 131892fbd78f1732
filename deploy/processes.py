"""The processes of one installation, and the supervisor's configuration made from them."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from app.config import ROOT, Settings
from app.reader import address

LONGEST_SOCKET = 100
"""Bytes; the kernel takes 107 and Redis adds a few while it starts."""


@dataclass(frozen=True)
class Process:
    """One program the supervisor keeps alive."""

    name: str
    command: list[str]
    count: int = 1
    priority: int = 20
    stop_seconds: int = 10
    environment: dict[str, str] = field(default_factory=dict)
    reports: bool = False
    """Whether what it prints are reports, in the supervisor's words, and not a log."""


def all_of(settings: Settings) -> list[Process]:
    """What runs on this machine."""
    own_redis = [] if settings.redis_url else [redis(settings.data_dir)]
    python = [sys.executable, "-m"]
    flask = [*python, "flask", "--app", "wsgi"]
    return [
        *own_redis,
        Process("web", [*python, "gunicorn", *GUNICORN, "--bind", bind(settings), "wsgi:app"]),
        Process("receiver", [*flask, "receive"]),
        Process("reader", [*address.COMMAND, str(address.of(settings.data_dir))]),
        # Tesseract's threads hinder each other: two at once took three times as long with them.
        Process("ocr", worker("ocr"), count=settings.workers, environment={"OMP_THREAD_LIMIT": "1"}),
        Process("mail", worker("mail")),
        Process("default", worker("default")),
        Process("sweep", [*flask, "sweep"]),
    ]


def supervised(settings: Settings) -> list[Process]:
    """What the supervisor starts: all that have the application in them as one, which forks them."""
    alone = [process for process in all_of(settings) if not shares(process)]
    return [*alone, Process("app", [sys.executable, "-m", "deploy.family"], reports=True)]


def sharing(settings: Settings) -> list[Process]:
    """The processes that have the application in them."""
    return [process for process in all_of(settings) if shares(process)]


def shares(process: Process) -> bool:
    """Redis is no Python; the reader is to have nothing of the application, its secrets above all."""
    return process.name not in {"redis", "reader"}


GUNICORN = [
    *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
    *("--graceful-timeout", "8", "--no-control-socket"),
]


def worker(queue: str) -> list[str]:
    """One queue for each worker: one that listens to two can lose jobs when it is killed."""
    return [sys.executable, str(ROOT / "worker.py"), queue]


def bind(settings: Settings) -> str:
    """The address gunicorn opens; IPv6 goes in brackets."""
    return f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"


# --- Our own Redis --------------------------------------------------------------------------------


def redis(data: Path) -> Process:
    """A Redis that only this installation reaches; it stops last."""
    return Process("redis", [str(data / "run" / "redis-server"), str(data / "run" / "redis.conf")], priority=10)


def prepare_redis(data: Path) -> None:
    """Write what our own Redis starts with, and the address the others find it by."""
    (data / "redis").mkdir(mode=0o700, exist_ok=True)
    program = data / "run" / "redis-server"
    program.unlink(missing_ok=True)
    # In Debian both names are one program, which goes by the name it is called by.
    program.symlink_to(shutil.which("redis-server") or shutil.which("redis-check-rdb") or "/usr/bin/redis-server")
    socket = socket_path(data)
    password = secrets.token_urlsafe(32)  # else whatever opens a file as our user could ring, and ask for more
    said = REDIS.format(socket=quoted(socket), folder=quoted(data / "redis"), password=password)
    write_for_us(data / "run" / "redis.conf", said)
    write_for_us(data / "redis.url", f"unix://{quote(str(socket))}?db=0&password={password}\n")


def write_for_us(path: Path, text: str) -> None:
    """A file that nobody else may read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.rename(path)


def socket_path(data: Path) -> Path:
    """In the data folder, or in a private temporary one, the same each time, where that path will not do."""
    path = data / "run" / "redis.sock"
    # The client library cannot read a list of clients with a space in their address, and the workers ask for it.
    if len(os.fsencode(path)) <= LONGEST_SOCKET and not set(str(path)) & set(" \t="):
        return path
    written = data / "redis.url"
    before = Path(unquote(urlsplit(written.read_text()).path)) if written.exists() else path
    if before.parent.is_dir() and before.parent != path.parent:
        return before
    return Path(tempfile.mkdtemp(prefix="facteur-")) / "redis.sock"


def quoted(path: Path) -> str:
    """A path as Redis reads it."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


REDIS = """\
port 0
unixsocket {socket}
unixsocketperm 600
requirepass {password}
dir {folder}
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""

# --- The supervisor -------------------------------------------------------------------------------

SUPERVISOR = """\
[supervisord]
nodaemon = true
loglevel = warn
directory = {root}
logfile = {log}/supervisor.log
logfile_maxbytes = 5MB
logfile_backups = 3
childlogdir = {log}
pidfile = {run}/supervisor.pid
umask = 077
{user}
"""

PROGRAM = """\
[program:{name}]
command = {command}
directory = {root}
environment = {environment}
process_name = {process_name}
numprocs = {count}
priority = {priority}
autorestart = true
startsecs = 2
startretries = 1000
stopsignal = TERM
stopwaitsecs = {stop_seconds}
killasgroup = true
{output}
"""

LOG = """\
redirect_stderr = true
stdout_logfile = {program_log}/{process_name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 5
"""

REPORTS = """\
stdout_logfile = /dev/fd/1
stdout_logfile_maxbytes = 0
stderr_logfile = {program_log}/{process_name}.log
stderr_logfile_maxbytes = 10MB
stderr_logfile_backups = 5
"""
"""What it prints goes where the supervisor's own reports go; its errors to its log."""

TOGETHER = """\
[group:facteur]
programs = {names}
priority = {priority}
"""
"""The supervisor stops one group after the other, and all of a group at once."""


def supervisor_configuration(settings: Settings) -> str:
    """All of supervisord's configuration file."""
    data = settings.data_dir
    places = {"root": escaped(str(ROOT)), "log": escaped(str(data / "log")), "run": escaped(str(data / "run"))}
    # Said aloud, or the supervisor warns at each start that it runs as root.
    user = "user = root" if os.geteuid() == 0 else ""
    head = [SUPERVISOR.format(**places, user=user), together(supervised(settings))]
    return "\n".join([*head, *(program(process, places) for process in supervised(settings))])


def together(running: list[Process]) -> str:
    """All but Redis, which the others need until they have stopped."""
    names = ",".join(process.name for process in running if process.name != "redis")
    return TOGETHER.format(names=names, priority=Process.priority)


def program(process: Process, places: dict[str, str]) -> str:
    """One process as the supervisor reads it."""
    environment = {"PYTHONUNBUFFERED": "1", **process.environment}
    process_name = process.name + ("-%(process_num)d" if process.count > 1 else "")
    output = (REPORTS if process.reports else LOG).format(
        program_log=escaped(places["log"]),  # this one it expands twice
        process_name=process_name,
    )
    return PROGRAM.format(
        **places,
        output=output,
        name=process.name,
        command=escaped(shlex.join([*dying_with_parent(), *process.command])),
        environment=",".join(f'{name}="{value}"' for name, value in environment.items()),
        process_name=process_name,
        count=process.count,
        priority=process.priority,
        stop_seconds=process.stop_seconds,
    )


def dying_with_parent() -> list[str]:
    """What is put before a command so that it ends even when its parent is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def escaped(text: str) -> str:
    """The supervisor expands `%(name)s` everywhere."""
    return text.replace("%", "%%")
