"""The warm process that every reading child is forked from: `python -m app.reader.server [SOCKET]`.

It has the libraries loaded, knows no secret and opens no file. On a socket of a folder that only its own user can enter
it serves the whole installation; without one it serves whoever holds the other end of its standard input.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.reader import address, child, confine, descent, warming
from app.reader.job import Job

LONGEST_JOB = 1 << 16
_HANDLES = 3
"""That go with a job: the connection its end is told on, the file, and where the child tells what it finds."""
_WAITING = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """One file being read."""

    asker: socket.socket
    """Whoever asked: its end is told here, and closing it ends the reading."""
    pid: int
    ended: int
    """Readable once the child has ended."""


def main(place: Path | None) -> None:
    """Listen first, so that nobody has to wait for the start twice; then load, and serve until told to end."""
    _forget_environment()
    confine.hide_memory()
    descent.adopt_orphans()
    server = Server()
    if place:
        server.listen(_listening(place))
    else:
        server.take_line(_own_line())
    warming.warm()
    gc.collect()
    gc.freeze()  # or each child would copy what its first collection touches
    server.serve()


class Server:
    """Its open connections, and the readings under way."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.readings: dict[int, Reading] = {}

    def serve(self) -> None:
        """One event after the other, as long as there is anybody to serve."""
        while self.selector.get_map():
            key, _events = self.selector.select()[0]
            key.data(key.fileobj)

    def listen(self, listener: socket.socket) -> None:
        """Take lines from here on."""
        self.selector.register(listener, selectors.EVENT_READ, self.accept)

    def accept(self, listener: socket.socket) -> None:
        """A new line; not from a child that was taken over: it would ask for rights it gave up."""
        line, _address = listener.accept()
        if _is_trusted(line):
            self.take_line(line)
        else:
            line.close()

    def take_line(self, line: socket.socket) -> None:
        """Jobs come on this line."""
        self.selector.register(line, selectors.EVENT_READ, self.hear)

    def hear(self, line: socket.socket) -> None:
        """One job; or the line was closed."""
        said, handles, _flags, _address = socket.recv_fds(line, LONGEST_JOB, _HANDLES)
        if not said and not handles:
            self.selector.unregister(line)
            line.close()
            return
        try:
            self.begin(json.loads(said), *handles)
        except (ValueError, TypeError, KeyError, OSError) as error:
            print(f"reader: no such job: {type(error).__name__}", file=sys.stderr)  # noqa: T201
        finally:
            for handle in handles:
                os.close(handle)

    def begin(self, said: dict, asker: int, file: int, out: int) -> None:
        """Fork the child that reads this file."""
        job, server = Job.from_json(said), os.getpid()
        pid = os.fork()
        if pid == 0:
            child.main(job, file, out, server)
        reading = Reading(socket.socket(fileno=os.dup(asker)), pid, os.pidfd_open(pid))
        self.readings[pid] = reading
        for sign in (reading.asker, reading.ended):
            self.selector.register(sign, selectors.EVENT_READ, lambda _sign: self.end(reading))

    def end(self, reading: Reading) -> None:
        """The child ended, or nobody wants it any more: end all that it started, and tell how it ended."""
        del self.readings[reading.pid]
        for sign in (reading.asker, reading.ended):
            self.selector.unregister(sign)
        status = _ended(reading.pid)
        descent.end_strays(self.readings)
        with suppress(OSError):
            reading.asker.send(str(status).encode())
        reading.asker.close()
        os.close(reading.ended)


def _ended(pid: int) -> int:
    """Kill the child (before it has a group too) and its group (Tesseract); how it ended."""
    for kill in (os.kill, os.killpg):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _forget_environment() -> None:
    """Start again without the settings we were started with: children show their parent's first environment."""
    if set(os.environ) - {"LC_CTYPE"}:  # which Python may set by itself
        os.execve(sys.executable, [*address.COMMAND, *sys.argv[1:]], {})  # nosec B606


def _listening(place: Path) -> socket.socket:
    """A socket at `place` (its path may be longer than sockets take), reachable by its owner alone."""
    place.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = os.umask(0o177)
    with address.short(place) as short:
        listener.bind(short)
    os.umask(before)
    listener.listen(_WAITING)
    return listener


def _own_line() -> socket.socket:
    """What we were given as standard input, moved out of the way of the children."""
    line = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    return line


def _is_trusted(line: socket.socket) -> bool:
    """Whether the other end is a process of our user and none that we started."""
    pid, user, _group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return user == os.geteuid() and not descent.is_ours(pid)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
