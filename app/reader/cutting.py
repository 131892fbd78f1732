"""New PDFs of the pages of others: only what is printed goes over, nothing that starts, links or hides."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Name

from app.reader import pictures
from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.layers import keep_layers
from app.reader.made import PDF
from app.reader.sniff import HEAD, sniff

_PRINTED = {
    *("/Type", "/Parent", "/Contents", "/Resources", "/Rotate", "/UserUnit", "/Group"),
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"),
}
"""What a page needs to be printed; the rest starts something or leads elsewhere."""
_QUARTER = 90
_A4 = (595, 842)


def cut(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """A PDF of the pages asked for; the e-invoice a file carries goes along only where all of its pages do."""
    with readable():
        source = as_pdf(data, job)
        pages, turns = job.asked["pages"], dict(job.asked["turns"])
        if not pages or not set(pages) <= set(range(1, len(source.pages) + 1)):
            raise Unreadable("no_such_page")
        result = pikepdf.new()
        add(result, source, pages)
        for page, number in zip(result.pages, pages, strict=True):
            page.rotate(round(turns.get(number, 0) / _QUARTER) * _QUARTER, relative=True)
        if set(pages) == set(range(1, len(source.pages) + 1)):
            _carry(result, source, job)
        yield "file", saved(result, job)


def join(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """One PDF of files that lie one after the other in `data`, with the e-invoices they carry.

    Where asked, each begins on a front side when it is printed on both.
    """
    result, start = pikepdf.new(), 0
    for place, size in enumerate(job.asked["sizes"], start=1):
        yield "at", [place, len(job.asked["sizes"])]
        with readable():
            source = as_pdf(data[start : start + size], job)
            if len(result.pages) + len(source.pages) > job.limits.made_pages:
                raise Unreadable("too_many_pages")
            if job.asked.get("fronts") and len(result.pages) % 2:
                result.add_blank_page(page_size=_A4)
            add(result, source, range(1, len(source.pages) + 1))
            _carry(result, source, job)
        start += size
    if not len(result.pages):
        raise Unreadable("no_pages")
    yield "pages", len(result.pages)
    yield "file", saved(result, job)


def as_pdf(data: bytes, job: Job) -> pikepdf.Pdf:
    """The file as a PDF, judged by its bytes."""
    if not data:
        raise Unreadable("empty")
    kind, form = sniff(data[:HEAD])
    if kind == "image":
        data = pictures.as_pdf(data, job)
    elif kind != "pdf":
        raise Unreadable("not_supported", form)
    try:
        source = pikepdf.open(io.BytesIO(data), password=job.password or "")
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted") from error
    if not len(source.pages):
        raise Unreadable("no_pages")
    return source


def add(result: pikepdf.Pdf, source: pikepdf.Pdf, pages: Any) -> None:
    """Append these pages, what forms and stamps show printed into them, and all else left behind."""
    first = len(result.pages)
    source.flatten_annotations("screen")
    for number in pages:
        result.pages.append(source.pages[number - 1])
    for page in list(result.pages)[first:]:
        for key in set(page.obj.keys()) - _PRINTED:
            del page.obj[key]
    keep_layers(result, source)


def _carry(result: pikepdf.Pdf, source: pikepdf.Pdf, job: Job) -> None:
    """Take over the XML that the file carries, for an e-invoice may be among it; no other file."""
    left = job.limits.embedded_bytes
    for name, carried in source.attachments.items():
        data = carried.get_file().read_bytes()
        left -= len(data)
        if left >= 0 and sniff(data[:HEAD])[0] == "xml":
            free = name if name not in result.attachments else f"{len(result.attachments)}-{name}"
            result.attachments[free] = attached(result, free, data)


def attached(result: pikepdf.Pdf, name: str, data: bytes) -> pikepdf.AttachedFileSpec:
    undated = {"description": "", "creation_date": "", "mod_date": ""}  # the same bytes whenever it is made
    spec = pikepdf.AttachedFileSpec(result, data, filename=name, mime_type="text/xml", **undated)
    spec.relationship = Name.Alternative
    return spec


def saved(result: pikepdf.Pdf, job: Job) -> str:
    """Write the PDF, the same bytes for the same pages; its file name."""
    out = io.BytesIO()
    result.save(
        out,
        deterministic_id=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    if out.tell() > job.limits.made_bytes:
        raise Unreadable("too_large", f"{out.tell()} bytes")
    (job.work / PDF[0]).write_bytes(out.getbuffer())
    return PDF[0]


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Whatever the library raises over a bad file means that it is broken; a lack of memory is told as that."""
    try:
        yield
    except (pikepdf.PdfError, RuntimeError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise Unreadable("broken", type(error).__name__) from error
