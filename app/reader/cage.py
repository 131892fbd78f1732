"""Opens a file nobody trusts in a child process for it alone, which it watches and ends (SAFETY R12)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.reader import calling
from app.reader.answer import Answer
from app.reader.confine import NOBODY
from app.reader.contents import Contents, Unreadable
from app.reader.faults import FAULT
from app.reader.job import Job
from app.reader.limits import Limits
from app.reader.listening import QUIET, lines
from app.reader.told import Told

_PASSED_ON = ("PATH", "TESSDATA_PREFIX")

_GRACE = 2
"""Seconds a child may take to end after its last word."""

_OFTEN = 1
"""Seconds after which progress is told even where no page takes long."""

Progress = Callable[[int, int], None]


def read(
    path: Path,
    *,
    languages: str = "fra+eng",
    password: str | None = None,
    force_ocr: bool = False,
    text_only: bool = False,
    draw_to: Path | None = None,
    progress: Progress | None = None,
    limits: Limits = Limits(),
) -> Contents:
    """What the file at `path` holds; raises `Unreadable` with the reason.

    `progress(n, m)` is called when page n of m takes a moment to read, and every second; with `draw_to`, pages are
    drawn there as `page-N.png`; with `text_only` a PDF's text layer alone is read, without OCR.
    """
    with opened(path) as file, work_folder() as work:
        job = Job(work, environment(work), languages, password, force_ocr, text_only, draw_to is not None, limits)
        answer = Answer(work, draw_to, limits)
        status = listen(job, file, answer, progress)
        return answer.complete(status)


def protections() -> dict[str, bool]:
    """Which protections hold on this machine, found out by reading something harmless.

    `limits`, `no_network`, `other_user` (only where started as root), `no_new_rights`, `files_hidden`.
    """
    with tempfile.TemporaryFile() as file, work_folder() as work:
        file.write(b"<harmless/>")
        file.flush()
        answer = Answer(work, None, Limits())
        listen(Job(work, environment(work)), file, answer)
        return answer.held


def listen(job: Job, file: BinaryIO, answer: Told, progress: Progress | None = None) -> int | None:
    """Have a child open the file, take what it says, end it; its exit status, None where that is unknown."""
    with _asked(job, file) as (reading, told):
        try:
            tell_at = time.monotonic() + _OFTEN
            for piece in lines(told, job.limits):
                if piece is not QUIET:
                    answer.take(piece)
                if progress and answer.at and (piece is QUIET or time.monotonic() > tell_at):
                    progress(*answer.at)
                    answer.at, tell_at = None, time.monotonic() + _OFTEN
            return calling.ended(reading, _GRACE)
        except Unreadable as error:
            error.contents = answer.contents
            raise
        finally:
            calling.end(reading)


@contextlib.contextmanager
def _asked(job: Job, file: BinaryIO) -> Iterator[tuple[socket.socket, int]]:
    """The reading under way and the pipe on which the child tells; what we hold of either is closed in the end."""
    told, out = os.pipe()
    try:
        try:
            reading = calling.call(json.dumps(job.to_json()).encode(), file.fileno(), out)
        finally:
            os.close(out)
        with reading:
            yield reading, told
    finally:
        os.close(told)


def opened(path: Path) -> BinaryIO:
    """The file at `path`; raises `Unreadable` where it is missing."""
    try:
        return Path(path).open("rb")
    except FileNotFoundError as error:
        raise Unreadable("missing", str(path)) from error


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """A folder of the child's own, gone afterwards with all it wrote."""
    work = Path(tempfile.mkdtemp(prefix="facteur-reader-"))
    try:
        if os.geteuid() == 0:
            os.chown(work, NOBODY, NOBODY)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def environment(work: Path) -> dict[str, str]:
    """All that the child and its programs are told by it: no secrets, only what a program needs to start."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if os.environ.get("FACTEUR_TEST_FAULTS") == "1" and FAULT in os.environ:
        kept[FAULT] = os.environ[FAULT]
    return kept | {"LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "TMPDIR": str(work), "HOME": str(work)}
