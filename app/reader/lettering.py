"""A letter as pages of A4: its address where the window of the envelope is, its text plain and of any length."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pymupdf

from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.made import PDF
from app.reader.markup import escaped

_MM = 72 / 25.4
# French window envelopes (NF): a window of 100 x 35 mm, 20 mm from the right and from the lower edge. On a sheet
# folded into a DL of 220 x 110 mm, as far as it slips, that is 100 to 190 mm from the left and 55 to 79 mm from the
# top; a C5 shows no less. Mailing houses ask for an address that begins 110 mm from the left, in 10 point Helvetica
# (edics.fr, "Rédiger vos adresses : les bonnes pratiques"). Up to seven lines stay within 45 to 82 mm.
_ADDRESS = (110, 45, 195, 82)
_MIDDLE = 67
"""The address lies around this height, so that a short one is seen wherever the sheet slips."""
_SENDER = (20, 15, 98, 43)
_DATED = (110, 92, 190, 99)
_FIRST = (20, 104, 190, 272)
_NEXT = (20, 20, 190, 272)
_NUMBER = (190, 285)
"""Where the number of a page ends."""
_STYLE = """
body { margin: 0; overflow-wrap: break-word; font-family: sans-serif; font-size: 10pt; line-height: 1.2; }
p { margin: 0 0 9pt 0; line-height: 1.4; } .subject { font-weight: bold; margin-bottom: 14pt; }
.signature { margin-left: 255pt; margin-top: 14pt; }
"""


def letter(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """The pages of the letter, numbered where there are several."""
    said = json.loads(data)
    try:
        document = pymupdf.open(stream=_drawn(said, job), filetype="pdf")
        _number(document)
    except (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        if "malloc" in str(error):
            raise MemoryError from error
        raise Unreadable("broken", type(error).__name__) from error
    document.subset_fonts()
    document.set_metadata({"title": said["subject"]})
    document.save(job.work / PDF[0], garbage=3, deflate=True, no_new_id=True)
    yield "pages", document.page_count
    yield "file", PDF[0]


def _drawn(said: dict[str, Any], job: Job) -> bytes:
    """Subject, text and signature on as many pages as they need; on the first who writes, to whom, where and when."""
    out = io.BytesIO()
    writer, story = pymupdf.DocumentWriter(out), _story(_markup(said))
    for number in range(1, job.limits.made_pages + 2):
        if number > job.limits.made_pages:
            raise Unreadable("too_many_pages")
        page = writer.begin_page(pymupdf.paper_rect("a4"))
        if number == 1:
            _draw_blocks(page, said)
        more, filled = story.place(_rect(_FIRST if number == 1 else _NEXT))
        story.draw(page)
        writer.end_page()
        if not more or pymupdf.Rect(filled).is_empty:
            break
    writer.close()
    return out.getvalue()


def _draw_blocks(page: Any, said: dict[str, Any]) -> None:
    name, *rest = said["sender"]
    for place, markup in (
        (_rect(_SENDER), f"<b>{escaped(name)}</b><br>{_lines(rest)}"),
        (_rect(_DATED), escaped(said["dated"])),
    ):
        story = _story(markup)
        story.place(place)
        story.draw(page)
    _draw_address(page, _lines(said["address"]))


def _draw_address(page: Any, markup: str) -> None:
    """Around the middle of its zone; refused where it is too long for it."""
    zone, story = _rect(_ADDRESS), _story(markup)
    is_too_long, filled = story.place(zone)
    height = pymupdf.Rect(filled).height
    top = min(_MIDDLE * _MM - height / 2, zone.y1 - height)
    if is_too_long or top < zone.y0:
        raise Unreadable("address_too_long")
    story.reset()
    story.place(pymupdf.Rect(zone.x0, top, zone.x1, zone.y1 + 1))
    story.draw(page)


def _story(markup: str) -> pymupdf.Story:
    return pymupdf.Story(f"<html><body>{markup}</body></html>", user_css=_STYLE)


def _markup(said: dict[str, Any]) -> str:
    """What was typed, its paragraphs and lines kept; no sign of it is markup."""
    parts = said["text"].replace("\r\n", "\n").strip().split("\n\n")
    text = "".join(f"<p>{_lines(part.strip().splitlines())}</p>" for part in parts)
    subject = f'<p class="subject">{escaped(said["subject"])}</p>' if said["subject"] else ""
    signature = f'<p class="signature">{escaped(said["signature"])}</p>' if said["signature"] else ""
    return f"{subject}{text}{signature}"


def _lines(lines: list[str]) -> str:
    return "<br>".join(escaped(line) for line in lines)


def _number(document: pymupdf.Document) -> None:
    """ "2/3" at the foot of each page but of a lone one."""
    for page in document if document.page_count > 1 else ():
        number = f"{page.number + 1}/{document.page_count}"
        at = pymupdf.Point(_NUMBER) * _MM
        page.insert_text(at - (pymupdf.get_text_length(number, fontsize=9), 0), number, fontsize=9)


def _rect(place: tuple[float, ...]) -> pymupdf.Rect:
    return pymupdf.Rect(place) * pymupdf.Matrix(_MM, _MM)
