"""The process that opens one file nobody trusts, forked by `app.reader.server` for nothing else.

It keeps the file and a pipe, gives up every right it can, and answers one JSON piece a line.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from app.einvoice.invoice import NotAnInvoice
from app.einvoice.parsing import parse
from app.reader import composing, cutting, embedding, lettering, pdf, pictures, renditions, sheets
from app.reader.confine import confine, die_with_parent
from app.reader.contents import Embedded, Unreadable
from app.reader.faults import FAULT, provoke
from app.reader.job import Job
from app.reader.sniff import HEAD, sniff
from app.reader.wire import plain

Reader = Callable[[bytes, Job], Iterator[tuple[str, Any]]]
ACTS: dict[str, Reader] = {
    "cut": cutting.cut,
    "join": cutting.join,
    "embed": embedding.embed,
    "compose": composing.compose,
    "letter": lettering.letter,
    "sheet": sheets.read,
    "straighten": renditions.straighten,
}
"""What can be done with a file but reading it."""
ENVIRONMENT = {"PATH", "TESSDATA_PREFIX", "LANG", "OMP_THREAD_LIMIT", "TMPDIR", "HOME", FAULT}
"""All that a child may be told by it."""
_ENDLESS = 1 << 30


def main(job: Job, file: int, out: int, server: int) -> NoReturn:
    """Be the child of one job: what is not its own is closed before anything else happens."""
    try:
        os.setsid()
        _die_with(server)
        _keep_only(file, out)
        _settle_in(job)
        job.handle = file
        with os.fdopen(out, "w", encoding="utf-8") as told:
            _answer(job, told, server)
    finally:
        os._exit(0)  # nothing of the server's may go on here, and no orderly end is worth its time


def _answer(job: Job, out: TextIO, server: int) -> None:
    """Give up rights, read the file, tell what was found."""
    try:
        read = _reader(job)
        held = confine(job.work, job.limits)
        _die_with(server)
        _tell(out, "held", held)
        provoke(out)
        for name, value in read(_bytes(job), job):
            _tell(out, name, plain(value))
        _tell(out, "end", True)
    except Unreadable as error:
        _tell(out, "error", [error.code, error.detail])
    except MemoryError:
        _tell(out, "error", ["out_of_memory", ""])
    except Exception as error:  # the last chance to say more than an exit status
        _tell(out, "error", ["crashed", f"{type(error).__name__} in {_place(error)}"])


def _die_with(server: int) -> None:
    """Die when the server does, also where it died a moment ago; a change of user makes the kernel forget it."""
    die_with_parent()
    if os.getppid() != server:
        os.kill(os.getpid(), signal.SIGKILL)


def _keep_only(*kept: int) -> None:
    """Close what belongs to the server and to other jobs; what a library prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    start = 3
    for handle in sorted(kept):
        os.closerange(start, handle)
        os.set_inheritable(handle, False)
        start = handle + 1
    os.closerange(start, _ENDLESS)


def _settle_in(job: Job) -> None:
    """The environment and the temporary folder are those of the job."""
    os.environ.clear()
    os.environ.update({name: value for name, value in job.environment.items() if name in ENVIRONMENT})
    tempfile.tempdir = str(job.work)
    gc.disable()  # one file, then this process is gone


def _place(error: Exception) -> str:
    """Where it happened; the message itself may hold parts of the document, so it stays here."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _tell(out: TextIO, name: str, value: Any) -> None:
    out.write(json.dumps({name: value}, ensure_ascii=True, separators=(",", ":")) + "\n")
    out.flush()


def _reader(job: Job) -> Reader:
    """The function for this act, or for reading this type of file, judged by its size and first bytes."""
    size = os.fstat(job.handle).st_size
    if size == 0:
        raise Unreadable("empty")
    if size > job.limits.file_bytes:
        raise Unreadable("too_large", f"{size} bytes")
    if job.act != "read":
        return ACTS[job.act]
    kind, form = sniff(os.pread(job.handle, HEAD, 0))
    if kind == "other":
        raise Unreadable("not_supported", form)
    return {"xml": _read_xml, "pdf": pdf.read, "image": pictures.read}[kind]


def _read_xml(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    yield "begin", {"type": "xml", "page_count": 0}
    try:
        invoice = parse(data)
    except NotAnInvoice as error:
        raise Unreadable(error.code, error.detail) from error
    yield from (("embedded", Embedded(one.name, one.data, one.mime)) for one in invoice.embedded)
    invoice.embedded = []
    yield "einvoice", invoice


def _bytes(job: Job) -> bytes:
    with os.fdopen(job.handle, "rb") as file:
        file.seek(0)
        return file.read(job.limits.file_bytes + 1)
