"""The doctor looks at the ground: disk, files, secret key, clock, and the libraries underneath."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from sqlalchemy import func, select, text

from app.audit.models import AuditEntry
from app.config import ROOT, Settings
from app.core import clock
from app.extensions import db
from app.files import store
from app.files.models import File
from app.intake.models import Message
from app.operation import versions
from app.operation.finding import Finding, broken, ok, warning
from app.operation.models import SignOfLife
from app.tasks.models import Task
from app.users.models import Company
from deploy import ground

LEAST_FREE = 500_000_000
SLIGHTLY, MUCH = timedelta(seconds=5), timedelta(minutes=1)
_LOWEST = re.compile(r"([A-Za-z0-9._-]+)[^>=]*[>=]=([0-9.]+)")


def least_free(settings: Settings) -> int:
    """Bytes that must be free for mails to be taken in (SAFETY, default limits)."""
    return max(LEAST_FREE, 4 * settings.largest_message)


def check_storage() -> Iterator[Finding]:
    """Can bytes be kept so that they survive a power cut? And is a network in between?"""
    settings: Settings = current_app.config["SETTINGS"]
    kind = ground.file_system_of(settings.data_dir, ground.MOUNTS)
    if kind in ground.NETWORK_FILE_SYSTEMS:
        do = "Move the data folder to a local disk: on a network the database can be damaged."
        yield broken("storage", f"{settings.data_dir} is on a network file system ({kind})", do)
        return
    try:
        _keep_a_trial(store.root() / "tmp")
    except OSError as error:
        do = f"See that the user Facteur runs as may write {settings.data_dir}, and that the disk is sound."
        yield broken("storage", f"cannot keep a file ({error.strerror or 'input/output error'})", do)
    else:
        yield ok("storage", f"{settings.data_dir} keeps what it is given ({kind or 'unknown file system'})")


def _keep_a_trial(folder: Path) -> None:
    """As a mail is kept, down to the disk; gone again at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"trial")
        file.flush()
        os.fsync(file.fileno())


def check_disk() -> Iterator[Finding]:
    """Is there room?"""
    settings: Settings = current_app.config["SETTINGS"]
    free, least = shutil.disk_usage(settings.data_dir).free, least_free(settings)
    said = f"{free // 1_000_000:,} MB free"
    if free < least:
        yield broken("disk", f"{said}, {least // 1_000_000} MB needed", "Make room: mails are put off until there is.")
    elif free < 4 * least:
        yield warning("disk", f"{said}: little", f"Make room before it is less than {least // 1_000_000} MB.")
    else:
        yield ok("disk", said)


def check_stored_files() -> Iterator[Finding]:
    """Are all files what they were?"""
    count, unchecked = db.session.execute(
        select(func.count(File.damaged_at), func.count().filter(File.checked_at.is_(None)))
    ).one()
    if count:
        do = "The page Operation names them: put them back from a backup, and have the disk examined."
        yield broken("stored files", f"{count} missing or changed", do)
    else:
        yield ok("stored files", f"none known to be damaged, {unchecked} not checked yet")


def check_secret_key() -> Iterator[Finding]:
    """Can others read it?"""
    settings: Settings = current_app.config["SETTINGS"]
    path = settings.data_dir / "secret_key"
    if settings.secret_key or not path.exists():
        yield ok("secret key", "from the environment")
    elif path.stat().st_mode & 0o077:
        do = f"Run: chmod 600 {path}. If others use this machine, replace the key: everybody signs in again."
        yield broken("secret key", "its file can be read by others", do)
    else:
        yield ok("secret key", "in a file only its owner reads")


def check_clock() -> Iterator[Finding]:
    """Is it right, as far as the database and the newest rows can tell?"""
    differs = abs(clock.now() - _database_clock())
    ahead = (_newest() or clock.now()) - clock.now()
    if ahead > MUCH:
        do = "Set the clock (timedatectl set-ntp true): until then new rows look older than what they follow."
        yield broken("clock", f"the newest row is {ahead} in the future: it was set back, or is wrong", do)
    elif differs > SLIGHTLY:
        told = f"differs from the database's by {differs.total_seconds():.0f} s"
        do = "Have both machines follow a time server (timedatectl set-ntp true)."
        yield broken("clock", told, do) if differs > MUCH else warning("clock", told, do)
    else:
        yield ok("clock", f"{clock.now():%Y-%m-%d %H:%M} UTC")
    yield from _time_zones()


def _database_clock() -> datetime:
    if db.engine.dialect.name == "sqlite":
        return clock.now()
    return db.session.scalar(text("SELECT clock_timestamp()"))


def _newest() -> datetime | None:
    columns: tuple[Any, ...] = (Task.created_at, Message.received_at, AuditEntry.at, SignOfLife.seen_at)
    found = [db.session.scalar(select(func.max(column))) for column in columns]
    return max((moment for moment in found if moment), default=None)


def _time_zones() -> Iterator[Finding]:
    unknown = []
    for name in {"Europe/Paris", *db.session.scalars(select(Company.time_zone).distinct())}:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            unknown.append(name)
    if unknown:
        do = "Install the system's time zones: apt-get install tzdata."
        yield broken("time zones", f"not known here: {', '.join(sorted(unknown))}", do)
    else:
        yield ok("time zones", "all known")


def check_libraries() -> Iterator[Finding]:
    """Is any older than Facteur needs (SAFETY S109)? Nothing is imported to find out."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        needed = tomllib.load(file)["project"]["dependencies"]
    old = [f"{name} {has} (needs {least})" for name, least, has in map(_needed, needed) if _parts(has) < _parts(least)]
    if old:
        do = "Run ./facteur setup: old versions that read files nobody trusts have known holes."
        yield warning("libraries", f"too old or missing: {', '.join(old)}", do)
    else:
        yield ok("libraries", f"{len(needed)} as new as they need to be")


def _needed(requirement: str) -> tuple[str, str, str]:
    name, least = _LOWEST.match(requirement).groups()
    return name, least, versions.library(name) or "none"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
