"""Landlock, Linux's way for a process to give up files: a read-only view without being root."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_BENEATH = 1

_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_TCP = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


class _Rules(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("place", ctypes.c_int32)]


def version() -> int:
    """What this kernel knows of Landlock; 0 where it is missing or switched off."""
    return max(0, _libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)))


def restrict(*, readable: list[Path], writable: list[Path]) -> bool:
    """From here on only these places can be opened; False where the kernel can't do it. No way back."""
    known = version()
    if not known:
        return False
    every = _ALL[min(known, 3)]
    # Later versions can forbid TCP as well: a second wall behind the empty network.
    rules = _Rules(every, _TCP if known >= 4 else 0)
    size = 16 if known >= 4 else 8
    ruleset = _libc.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    for place in readable:
        _allow(ruleset, place, _READ)
    for place in writable:
        _allow(ruleset, place, every & ~_EXECUTE)
    _allow(ruleset, Path("/dev/null"), _READ_FILE | _WRITE)
    done = _libc.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    return done


def _allow(ruleset: int, place: Path, rights: int) -> None:
    try:
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, or not ours to see: nothing to allow
    _libc.syscall(_ADD, ruleset, _BENEATH, ctypes.byref(_Beneath(rights, handle)), ctypes.c_uint32(0))
    os.close(handle)
