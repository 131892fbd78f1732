"""A folder an office scanner drops files into: looked at without ever following a link out of it."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.storage import CHUNK
from app.documents.models import Direction

NAMES = {Direction.PURCHASE: "purchases", Direction.SALE: "sales"}
"""What the folder of each direction is called."""
TAKEN = "taken"
"""The folder beside, into which a file goes once it is imported."""
STILL_SECONDS = 5
EMPTY_SECONDS = 60
"""A scanner makes an empty file first and fills it later."""
_UNFINISHED = re.compile(r"^[.~]|~$|\.(part|partial|tmp|temp|crdownload|filepart|download|swp)$", re.I)
_OF_SYSTEMS = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_CLOSED = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""A link is not followed, and a pipe nobody writes to keeps nobody waiting."""


class Closed(Exception):
    """It is not taken; `key` says why."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True)
class Dropped:
    """A file that lies in the folder: its name, and what tells it from another of that name."""

    name: str
    identity: str
    size: int
    is_regular: bool
    is_folder: bool
    is_shared: bool
    """It has a second name, perhaps outside of the folder."""
    changed_at: float

    @property
    def is_still(self) -> bool:
        """Did nobody write to it for some seconds?"""
        age = time.time() - self.changed_at
        return age >= (STILL_SECONDS if self.size else EMPTY_SECONDS)

    @property
    def is_unfinished(self) -> bool:
        """Is it called like something half written, or is it a system's own file?"""
        return bool(_UNFINISHED.search(self.name)) or self.name.lower() in _OF_SYSTEMS


@contextmanager
def opened(root: Path, company: str, direction: Direction) -> Iterator[int]:
    """The folder of a company and direction, made where it is missing; a link in its place is refused."""
    handle = _open_folder(str(root), None)
    try:
        for name in (company, NAMES[direction]):
            inner = _open_folder(name, handle, make=True)
            os.close(handle)
            handle = inner
        os.close(_open_folder(TAKEN, handle, make=True))
        yield handle
    finally:
        os.close(handle)


def _open_folder(name: str, within: int | None, make: bool = False) -> int:
    """The root itself may be a link, for whoever set it up said so; nothing below it may."""
    follow = os.O_NOFOLLOW if within is not None else 0
    for _try in range(2):
        try:
            return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | follow, dir_fd=within)
        except FileNotFoundError:
            if not make:
                raise Closed("no_folder") from None
            _make(name, within)
        except OSError as error:
            raise Closed(_why(error)) from None
    raise Closed("no_folder")


def _make(name: str, within: int | None) -> None:
    try:
        os.mkdir(name, 0o770, dir_fd=within)
    except FileExistsError:  # another sweep was faster
        pass
    except OSError as error:
        raise Closed(_why(error)) from None


def _why(error: OSError) -> str:
    known = {errno.ELOOP: "link", errno.ENOTDIR: "link", errno.EACCES: "not_allowed", errno.EPERM: "not_allowed"}
    return known.get(error.errno or 0, "unreadable")


def dropped(folder: int) -> list[Dropped]:
    """What lies in it, but for what is taken already or half written; in the order in which it came."""
    found = []
    for name in os.listdir(folder):
        try:
            facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:  # gone meanwhile
            continue
        each = _of(name, facts)
        if name != TAKEN and not each.is_unfinished:
            found.append(each)
    return sorted(found, key=lambda each: (each.changed_at, each.name))


def _of(name: str, facts: os.stat_result) -> Dropped:
    is_regular = stat.S_ISREG(facts.st_mode)
    identity = f"{facts.st_dev}:{facts.st_ino}:{facts.st_mtime_ns}:{facts.st_size}"
    is_shared = is_regular and facts.st_nlink > 1
    changed_at = max(facts.st_mtime, facts.st_ctime)
    is_folder = stat.S_ISDIR(facts.st_mode)
    return Dropped(name, identity, facts.st_size, is_regular, is_folder, is_shared, changed_at)


@contextmanager
def reading(folder: int, each: Dropped, largest: int) -> Iterator[Iterator[bytes]]:
    """Its bytes in pieces; raises `Closed` where it is no plain file, too large, or another one by now."""
    if each.is_folder or not each.is_regular or each.is_shared:
        raise Closed("folder" if each.is_folder else "link")
    if each.size > largest:
        raise Closed("too_large")
    try:
        handle = os.open(each.name, _CLOSED, dir_fd=folder)
    except FileNotFoundError:
        raise Closed("gone") from None
    except OSError as error:
        raise Closed(_why(error)) from None
    with os.fdopen(handle, "rb") as file:
        _same(each, handle)
        yield iter(lambda: file.read(CHUNK), b"")
        _same(each, handle)


def _same(each: Dropped, handle: int) -> None:
    """Is the open file the one that was seen, and did nobody write to it since?"""
    now = _of(each.name, os.fstat(handle))
    if now.identity != each.identity or not now.is_regular or now.is_shared:
        raise Closed("changed")


def is_there(folder: int, each: Dropped) -> bool:
    """Does it still lie where it was seen, unchanged?"""
    try:
        facts = os.stat(each.name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return _of(each.name, facts).identity == each.identity


def put_away(folder: int, each: Dropped, *, under: str, remove: bool) -> None:
    """Move it into the folder beside, or remove it; one that took its place meanwhile stays."""
    taken = _open_folder(TAKEN, folder, make=True)
    try:
        target = _free(taken, each.name, under)
        os.rename(each.name, target, src_dir_fd=folder, dst_dir_fd=taken)
        if _of(target, os.stat(target, dir_fd=taken, follow_symlinks=False)).identity != each.identity:
            os.rename(target, each.name, src_dir_fd=taken, dst_dir_fd=folder)
            raise Closed("changed")
        if remove:
            os.unlink(target, dir_fd=taken)
    except FileNotFoundError:
        raise Closed("gone") from None
    except OSError as error:
        raise Closed(_why(error)) from None
    finally:
        os.close(taken)


def _free(taken: int, name: str, under: str) -> str:
    """A name nobody has there: its own, or with what tells it from the one that has it."""
    if name not in os.listdir(taken):
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem[:50]}-{under}{dot}{extension[:20]}" if stem else f"{extension[:50]}-{under}"
