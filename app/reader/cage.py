"""Reads a file nobody trusts in a child process of its own, which it watches and ends (SAFETY R12)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.reader.answer import Answer
from app.reader.confine import NOBODY
from app.reader.contents import Contents, Unreadable
from app.reader.faults import FAULT
from app.reader.job import Job
from app.reader.limits import Limits
from app.reader.listening import lines

ROOT = Path(__file__).parents[2]
_PASSED_ON = ("PATH", "TESSDATA_PREFIX")

_GRACE = 2
"""Seconds a child may take to end after its last word."""

Progress = Callable[[int, int], None]


def read(
    path: Path,
    *,
    languages: str = "fra+eng",
    password: str | None = None,
    force_ocr: bool = False,
    draw_to: Path | None = None,
    progress: Progress | None = None,
    limits: Limits = Limits(),
) -> Contents:
    """What the file at `path` holds; raises `Unreadable` with the reason.

    `progress(n, m)` is called when page n of m begins; with `draw_to`, pages are drawn there as `page-N.png`.
    """
    with _open(path) as file, _work_folder() as work:
        job = Job(file.fileno(), work, languages, password, force_ocr, draw_to is not None, limits)
        answer = Answer(work, draw_to, limits)
        status = _listen(job, answer, progress)
        return answer.complete(status)


def protections() -> dict[str, bool]:
    """Which protections hold on this machine, found out by reading something harmless.

    `limits`, `no_network`, `other_user` (only where started as root), `no_new_rights`, `files_hidden`.
    """
    with tempfile.TemporaryFile() as file, _work_folder() as work:
        file.write(b"<harmless/>")
        file.flush()
        answer = Answer(work, None, Limits())
        _listen(Job(file.fileno(), work), answer, None)
        return answer.held


def _listen(job: Job, answer: Answer, progress: Progress | None) -> int:
    """Start the child, take what it says, end it; its exit status."""
    with _started(job) as child:
        try:
            for piece in lines(child, job.limits):
                answer.take(piece)
                if progress and answer.at:
                    progress(*answer.at)
                    answer.at = None
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            pass  # it closed its output but lives on
        except Unreadable as error:
            error.contents = answer.contents
            raise
        finally:
            _end(child)
    return child.returncode


def _open(path: Path) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except FileNotFoundError as error:
        raise Unreadable("missing", str(path)) from error


@contextlib.contextmanager
def _work_folder() -> Iterator[Path]:
    """A folder of the child's own, gone afterwards with all it wrote."""
    work = Path(tempfile.mkdtemp(prefix="facteur-reader-"))
    try:
        if os.geteuid() == 0:
            os.chown(work, NOBODY, NOBODY)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def _started(job: Job) -> Iterator[subprocess.Popen]:
    """The child, its job given: own session, empty environment, only the file and two pipes open."""
    child = subprocess.Popen(
        [sys.executable, "-E", "-s", "-B", "-m", "app.reader.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(job.work),
        pass_fds=(job.handle,),
        start_new_session=True,
    )
    with child:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(job.to_json()).encode() + b"\n")
            child.stdin.close()
        yield child


def _environment(work: Path) -> dict[str, str]:
    """No secrets: what a program needs to start, and nothing else."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if os.environ.get("FACTEUR_TEST_FAULTS") == "1" and FAULT in os.environ:
        kept[FAULT] = os.environ[FAULT]
    return kept | {"LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "TMPDIR": str(work), "HOME": str(work)}


def _end(child: subprocess.Popen) -> None:
    """Kill the child with all that it started (Tesseract too); nothing happens where it has ended by itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
