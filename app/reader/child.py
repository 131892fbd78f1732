"""The process that opens one file nobody trusts: `python -m app.reader.child`, started by the cage only.

It gets a job on its standard input, gives up every right it can, and answers one JSON piece a line.
"""

from __future__ import annotations

import codecs
import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from app.reader.confine import confine
from app.reader.contents import Embedded, Unreadable
from app.reader.faults import provoke
from app.reader.job import Job
from app.reader.sniff import HEAD, sniff
from app.reader.wire import plain

Reader = Callable[[bytes, Job], Iterator[tuple[str, Any]]]


def main() -> None:
    """Read the job, give up rights, read the file, tell what was found."""
    job = Job.from_json(json.loads(sys.stdin.readline()))
    out = _own_output()
    try:
        # Libraries are loaded before the rights are gone: they may lie where nobody else may look.
        read = _reader(job)
        held = confine(job.work, job.limits)
        _tell(out, "held", held)
        provoke(out)
        gc.disable()  # one file, then this process is gone
        for name, value in read(_bytes(job), job):
            _tell(out, name, plain(value))
        _tell(out, "end", True)
    except Unreadable as error:
        _tell(out, "error", [error.code, error.detail])
    except MemoryError:
        _tell(out, "error", ["out_of_memory", ""])
    except Exception as error:  # the last chance to say more than an exit status
        _tell(out, "error", ["crashed", f"{type(error).__name__} in {_place(error)}"])
    out.flush()
    os._exit(0)  # nothing is worth the time an orderly end takes


def _place(error: Exception) -> str:
    """Where it happened; the message itself may hold parts of the document, so it stays here."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _own_output() -> TextIO:
    """The pipe to the parent for us alone: what a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return out


def _tell(out: TextIO, name: str, value: Any) -> None:
    out.write(json.dumps({name: value}, ensure_ascii=True, separators=(",", ":")) + "\n")
    out.flush()


def _reader(job: Job) -> Reader:
    """The function for this type of file; its libraries are imported here, and only they."""
    size = os.fstat(job.handle).st_size
    if size == 0:
        raise Unreadable("empty")
    if size > job.limits.file_bytes:
        raise Unreadable("too_large", f"{size} bytes")
    kind, form = sniff(os.pread(job.handle, HEAD, 0))
    if kind == "other":
        raise Unreadable("not_supported", form)
    for encoding in ("utf-16-le", "utf-16-be", "latin-1", "iso-8859-15", "cp1252", "ascii"):
        codecs.lookup(encoding)
    return {"xml": _read_xml, "pdf": _read_pdf, "image": _read_image}[kind]()


def _read_pdf() -> Reader:
    from app.reader import drawing, ocr, pdf

    drawing.prepare()
    ocr.prepare()
    return pdf.read


def _read_image() -> Reader:
    from app.reader import ocr, pictures

    pictures.prepare()
    ocr.prepare()
    return pictures.read


def _read_xml() -> Reader:
    from app.einvoice.invoice import NotAnInvoice
    from app.einvoice.parsing import parse

    def read(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
        yield "begin", {"type": "xml", "page_count": 0}
        try:
            invoice = parse(data)
        except NotAnInvoice as error:
            raise Unreadable(error.code, error.detail) from error
        yield from (("embedded", Embedded(one.name, one.data, one.mime)) for one in invoice.embedded)
        invoice.embedded = []
        yield "einvoice", invoice

    return read


def _bytes(job: Job) -> bytes:
    with os.fdopen(job.handle, "rb") as file:
        file.seek(0)
        return file.read(job.limits.file_bytes + 1)


if __name__ == "__main__":
    main()
