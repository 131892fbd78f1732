"""Takes every right away from this process that reading a file does not need (SAFETY R12)."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from functools import cache
from pathlib import Path

from app.reader import landlock
from app.reader.limits import Limits

NOBODY = 65534
MAX_WRITTEN = 64_000_000
MAX_OPEN_FILES = 256

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies; survives exec, not fork."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def hide_memory(hidden: bool = True) -> None:
    """Let no other process of the same user look into this one or stop it; a fork inherits it, exec ends it."""
    _libc.prctl(_PR_SET_DUMPABLE, int(not hidden), 0, 0, 0)


def confine(work: Path, limits: Limits) -> dict[str, bool]:
    """Keep only `work` to write to; no network, no other user's files, no new rights. Says what holds."""
    held = {"limits": _limit(limits), "no_network": _leave_network(), "other_user": _become_nobody()}
    die_with_parent()  # a change of user clears it
    held["no_new_rights"] = _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    held["files_hidden"] = landlock.restrict(readable=_readable(), writable=[work])
    return held


def _limit(limits: Limits) -> bool:
    seconds = int(limits.file_seconds) + 1
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    return True


def _leave_network() -> bool:
    """An empty network of our own: as root directly, else inside a user namespace where the system allows it."""
    if os.geteuid() == 0:
        return _libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0
    return may_leave_network() and _unshare_mapped()


@cache
def may_leave_network() -> bool:
    """Whether an unprivileged process may have a network of its own, and its user in it, on this machine.

    Some systems give the namespace and then refuse the map: found out by a process that ends with the answer.
    """
    probe = os.fork()
    if not probe:
        try:
            os._exit(0 if _unshare_mapped() else 1)
        except OSError:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(probe, 0)[1]) == 0


def _unshare_mapped() -> bool:
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        return False
    hide_memory(False)  # what is hidden is root's, and the map must be ours to write
    # Without a map our own user would be shown as nobody, and no file could be made.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    hide_memory()
    return True


def _become_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    return True


def _readable() -> list[Path]:
    """Programs, libraries and their data; no home, no data directory."""
    tools = [Path(place) for place in os.environ.get("PATH", "").split(":") if place]
    data = [Path(os.environ["TESSDATA_PREFIX"])] if "TESSDATA_PREFIX" in os.environ else []
    code = [Path(__file__).parents[1], Path(sys.prefix), Path(sys.base_prefix)]
    system = [Path(place) for place in ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/dev")]
    return [*system, *code, *tools, *data]
