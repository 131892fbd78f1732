"""The files a PDF carries: XML is read as an e-invoice, whatever it is called; the rest is handed over unopened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymupdf

from app.einvoice.invoice import NotAnInvoice
from app.einvoice.parsing import parse
from app.reader.contents import Embedded
from app.reader.job import Job
from app.reader.sniff import HEAD, sniff

MAX_FILES = 50


def carried(document: pymupdf.Document, job: Job) -> Iterator[tuple[str, Any]]:
    """Each embedded file as `embedded`, then what its XML says: `einvoice` or `xml_error`."""
    left = job.limits.embedded_bytes
    for place in range(min(document.embfile_count(), MAX_FILES)):
        said = document.embfile_info(place)
        name = _name(said) or f"file {place + 1}"
        data = b"" if said.get("size", 0) > left else document.embfile_get(place)
        if len(data) > left or (not data and said.get("size", 0)):
            yield "flag", "embedded_left_out"
            data = b""
        left -= len(data)
        yield "embedded", Embedded(name=name[:255], data=data)
        if data and sniff(data[:HEAD])[0] == "xml":
            yield _told(data)


def _name(said: dict) -> str:
    """The name of an embedded file; the library gives UTF-8 as if it were Latin-1."""
    name = said.get("ufilename") or said.get("filename") or said.get("name") or ""
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name


def _told(data: bytes) -> tuple[str, Any]:
    try:
        return "einvoice", parse(data)
    except NotAnInvoice as error:
        return "xml_error", error.code
