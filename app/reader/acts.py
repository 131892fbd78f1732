"""What is done with files nobody trusts but reading them, each in a child of its own (SAFETY R12).

Every one raises `Unreadable` with the reason where the file, or what was asked, does not allow it.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from app.reader import cage
from app.reader.contents import Sheet, Unreadable
from app.reader.job import Job
from app.reader.limits import Limits
from app.reader.made import JPEG, PDF, Made

_LONGEST_TITLE = 300
_ALTOGETHER = 4
"""Joined files may be so many times as large as one alone."""


def cut(
    file: Path, pages: Sequence[int], *, turns: Mapping[int, int] | None = None, limits: Limits = Limits()
) -> bytes:
    """A PDF of these pages (numbers from 1) of a PDF or picture, each turned clockwise by its quarter turns."""
    if len(pages) > limits.made_pages:
        raise Unreadable("too_many_pages", f"{len(pages)} pages")
    asked = {"pages": list(pages), "turns": [[number, degrees] for number, degrees in (turns or {}).items()]}
    with cage.opened(file) as source:
        return _file(source, "cut", PDF, limits, asked)


def join(files: Sequence[Path], *, limits: Limits = Limits()) -> bytes:
    """One PDF of the pages of these PDFs and pictures, in this order."""
    return bind(files, limits=limits)[0]


def bind(files: Sequence[Path], *, fronts: bool = False, limits: Limits = Limits()) -> tuple[bytes, int]:
    """The same with its number of pages; with `fronts` each file begins on a front side when both are printed on."""
    whole = replace(limits, file_bytes=limits.file_bytes * _ALTOGETHER)
    with tempfile.TemporaryFile() as all_of_them:
        sizes = list(_appended(all_of_them, files))
        if too_large := [size for size in sizes if size > limits.file_bytes]:
            raise Unreadable("too_large", f"{max(too_large)} bytes")
        made, status = _made(all_of_them, "join", PDF, whole, {"sizes": sizes, "fronts": fronts})
    return made.file(status), made.page_count


def embed(file: Path, xml: bytes, xmp: bytes, *, says_all: bool = False, limits: Limits = Limits()) -> bytes:
    """A Factur-X of a PDF or picture, its XML and its metadata; `says_all`: the XML may stand for the page.

    The pages look as they did. What carries an e-invoice of its own is refused as `has_e_invoice`.
    """
    whole = replace(limits, file_bytes=limits.file_bytes + len(xml) + len(xmp))
    with tempfile.TemporaryFile() as all_of_them:
        size = next(iter(_appended(all_of_them, [file])))
        if size > limits.file_bytes:
            raise Unreadable("too_large", f"{size} bytes")
        all_of_them.write(xml + xmp)
        all_of_them.flush()
        asked = {"sizes": [size, size + len(xml)], "says_all": says_all}
        return _file(all_of_them, "embed", PDF, whole, asked)


def compose(html: bytes | str, *, title: str, limits: Limits = Limits()) -> bytes:
    """An A4 PDF of the HTML or plain text of a mail under its title; nothing it refers to is fetched."""
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    with tempfile.TemporaryFile() as source:
        source.write(body)
        source.flush()
        return _file(source, "compose", PDF, limits, {"title": title[:_LONGEST_TITLE]})


def letter(said: Mapping[str, Any], *, attached: Sequence[Path] = (), limits: Limits = Limits()) -> tuple[bytes, int]:
    """An A4 letter for a window envelope and how many pages it has, followed by those of the attached files.

    `said` has the lines of `sender` and `address`, and as plain text `dated`, `subject`, `text` and `signature`.
    """
    with tempfile.NamedTemporaryFile() as source:
        source.write(json.dumps(said).encode())
        source.flush()
        made, status = _made(source, "letter", PDF, limits, {})
        pages = made.file(status)
        if not attached:
            return pages, made.page_count
        source.seek(0)
        source.truncate()
        source.write(pages)
        source.flush()
        return bind([Path(source.name), *attached], limits=limits)


def sheet(file: Path, *, limits: Limits = Limits()) -> list[Sheet]:
    """The cells of the visible sheets of an XLSX file, or of a CSV file: dates as ISO text, numbers as plain text."""
    with cage.opened(file) as source:
        made, status = _made(source, "sheet", None, limits, {})
    return made.table(status)


def straighten(file: Path, *, limits: Limits = Limits()) -> bytes:
    """A JPEG of a picture as it should lie: turned as its camera said, upright, its lines level."""
    with cage.opened(file) as source:
        return _file(source, "straighten", JPEG, limits, {})


def _file(source: BinaryIO, act: str, wanted: tuple[str, bytes], limits: Limits, asked: dict[str, Any]) -> bytes:
    made, status = _made(source, act, wanted, limits, asked)
    return made.file(status)


def _made(
    source: BinaryIO, act: str, wanted: tuple[str, bytes] | None, limits: Limits, asked: dict[str, Any]
) -> tuple[Made, int | None]:
    """What a child told about its work, and how it ended."""
    with cage.work_folder() as work:
        made = Made(work, limits, wanted)
        job = Job(work, cage.environment(work), limits=limits, act=act, asked=asked)
        return made, cage.listen(job, source, made)


def _appended(target: BinaryIO, files: Sequence[Path]) -> Iterable[int]:
    """Write one file after the other; their sizes."""
    for file in files:
        before = target.seek(0, io.SEEK_END)
        with cage.opened(file) as source:
            shutil.copyfileobj(source, target)
        target.flush()
        yield target.tell() - before
