"""A picture as it should lie on the desk: what reading does to it before recognition, kept at full size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.reader import pictures
from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.legible import upright
from app.reader.made import JPEG
from app.reader.sniff import HEAD, sniff

_QUALITY = 88


def straighten(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """A JPEG of the picture, turned and level; several pages in one file are no photo."""
    kind, form = sniff(data[:HEAD])
    if kind != "image":
        raise Unreadable("not_supported", form)
    picture, dpi = pictures.only_frame(data, job)
    job.begin_page()
    upright(picture, job).convert("RGB").save(job.work / JPEG[0], "JPEG", quality=_QUALITY, dpi=(dpi, dpi))
    yield "file", JPEG[0]
