"""CSV: which encoding, which delimiter, and its cells as they are written."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

from app.reader.contents import Unreadable

DELIMITERS = (";", "\t", "|", ",")
"""Where two fit equally well the first is meant: commas stand inside amounts."""
_LOOKED_AT = 50
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def csv_rows(data: bytes) -> list[list[str]]:
    """The cells of a CSV file; raises `Unreadable` where it is none."""
    text = _decoded(data)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise Unreadable("sheet_broken", "csv") from error


def _decoded(data: bytes) -> str:
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Unreadable("sheet_not_supported", "no text")
        return text
    raise Unreadable("sheet_not_supported", "no text")


def _encodings(data: bytes) -> tuple[str, ...]:
    """What it may be written in, the surest first; UTF-16 without a mark shows by its zeros."""
    if data.startswith(_UTF_16):
        return ("utf-16",)
    zeros = (data[1:400:2].count(0), data[0:400:2].count(0))
    if max(zeros) > min(len(data), 400) // 4:
        return ("utf-16-le",) if zeros[0] > zeros[1] else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _delimiter(text: str) -> str:
    """The one that parts most of the first lines into equally many cells."""
    start = "\n".join(text.splitlines()[:_LOOKED_AT])
    return max(DELIMITERS, key=lambda delimiter: _fit(start, delimiter))


def _fit(start: str, delimiter: str) -> int:
    """How many lines have the usual number of cells, where that is more than one."""
    widths = Counter(len(row) for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if row)
    return max((count for width, count in widths.items() if width > 1), default=0)
