"""The way to the process that reading children are forked from: the installation's, or else one of our own."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
from pathlib import Path

from app.reader import address

_PATIENCE = 5
"""Seconds the server may take to tell that a child it was to kill has ended."""


class _Lines:
    """What this process knows: where the installation's server listens, and the line to one of its own."""

    place: Path | None = None
    own: socket.socket | None = None
    server: subprocess.Popen | None = None
    starting = threading.Lock()


def use(place: Path) -> None:
    """From now on, and in every fork, call the server that listens there; where none does, one of our own."""
    _Lines.place = place


def start() -> None:
    """Start a server of our own, for this process and its forks; it ends with the last of them."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = address.COMMAND
        _Lines.server = subprocess.Popen(
            command, cwd=address.ROOT, env={}, stdin=theirs.fileno(), start_new_session=True
        )
    _Lines.own = ours


def call(job: bytes, *handles: int) -> socket.socket:
    """Have a child do this job with these open files: its end is told on the answer, and closing that ends it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        message = (job, [theirs.fileno(), *handles])
        _told_installation(message) or _told_our_own(message)
    return ours


def ended(reading: socket.socket, seconds: float) -> int | None:
    """How the child ended: within `seconds`, or killed; None where its server is gone."""
    try:
        return _status(reading, seconds)
    except TimeoutError:
        return end(reading)


def end(reading: socket.socket) -> int | None:
    """Have the child killed with all that it started, and wait for it."""
    try:
        reading.shutdown(socket.SHUT_WR)
        return _status(reading, _PATIENCE)
    except OSError:
        return None


def _status(reading: socket.socket, seconds: float) -> int | None:
    reading.settimeout(seconds)
    try:
        told = reading.recv(16)
    except ConnectionError:
        return None
    return int(told) if told else None


def _told_installation(message: tuple[bytes, list[int]]) -> bool:
    if _Lines.place is None:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.settimeout(_PATIENCE)
        try:
            with address.short(_Lines.place) as place:
                line.connect(place)
        except OSError:
            return False
        return _is_ours(line) and _sent(line, message)


def _is_ours(line: socket.socket) -> bool:
    """Whether it listens as the user we are: another could not use our files, or should not."""
    _pid, user, _group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return user == os.geteuid()


def _told_our_own(message: tuple[bytes, list[int]]) -> bool:
    with _Lines.starting:
        if _Lines.own and _sent(_Lines.own, message):
            return True
        start()
        return _sent(_Lines.own, message)


def _sent(line: socket.socket, message: tuple[bytes, list[int]]) -> bool:
    try:
        socket.send_fds(line, [message[0]], message[1])
    except OSError:
        return False
    return True
