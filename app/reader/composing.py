"""The body of a mail as pages of paper: its words in their order, none of its pictures, scripts or styles."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pymupdf

from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.made import PDF
from app.reader.markup import escaped, plain_markup

_MARGIN = 50
_STYLE = """
body { overflow-wrap: break-word; font-family: sans-serif; font-size: 10pt; line-height: 1.35; }
h1 { font-size: 14pt; } td, th { overflow-wrap: normal; padding: 2pt 8pt 2pt 0; vertical-align: top; text-align: left; }
"""
_IS_MARKUP = re.compile(
    r"<(!doctype html|html|head|meta|style|body|div|p|br|table|t[rd]|span|font|b|strong|center|ul|a\s|img\s|h[1-6])\b",
    re.I,
)
_SAID = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", re.I)


def compose(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """An A4 PDF of the text or HTML under its title."""
    text = _decoded(data)
    body = plain_markup(text) if _IS_MARKUP.search(text) else _as_markup(text)
    title = str(job.asked["title"])
    heading = f"<h1>{escaped(title)}</h1>" if title else ""
    try:
        pages = _drawn(f"<html><body>{heading}{body}</body></html>", job)
    except (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        if "malloc" in str(error):
            raise MemoryError from error
        raise Unreadable("broken", type(error).__name__) from error
    document = pymupdf.open(stream=pages, filetype="pdf")
    document.set_metadata({"title": title})
    document.save(job.work / PDF[0], garbage=3, deflate=True, no_new_id=True)
    yield "file", PDF[0]


def _drawn(markup: str, job: Job) -> bytes:
    """The pages; what does not fit onto one of its own is cut off there."""
    paper = pymupdf.paper_rect("a4")
    inside = pymupdf.Rect(_MARGIN, _MARGIN, paper.width - _MARGIN, paper.height - _MARGIN)
    out = io.BytesIO()
    writer, story = pymupdf.DocumentWriter(out), pymupdf.Story(markup, user_css=_STYLE)
    for number in range(1, job.limits.made_pages + 2):
        if number > job.limits.made_pages:
            raise Unreadable("too_many_pages")
        page = writer.begin_page(paper)
        more, filled = story.place(inside)
        story.draw(page)
        writer.end_page()
        if not more or pymupdf.Rect(filled).is_empty:
            break
    writer.close()
    return out.getvalue()


def _decoded(data: bytes) -> str:
    """UTF-8, or what the markup itself says, or what Windows writes."""
    said = _SAID.search(data[:4096])
    for encoding in ("utf-8-sig", said[1].decode() if said else "cp1252", "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _as_markup(text: str) -> str:
    """Plain text as it was typed, its lines kept."""
    return "<br>".join(escaped(line) for line in text.splitlines())
