"""One file of a bank: its format is judged from its bytes, then read."""

from __future__ import annotations

from types import ModuleType

from app.bank.formats import camt, cfonb, coda, mt940, ofx, qif, table, values
from app.bank.formats.statement import MOST_BYTES, StatementRead, Wrong

READERS: dict[str, ModuleType] = {
    "ofx": ofx,
    "camt": camt,
    "coda": coda,
    "cfonb": cfonb,
    "mt940": mt940,
    "qif": qif,
}
HEAD = 4000
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def judge(data: bytes) -> str:
    """The format these bytes are written in; raises `Wrong` where it is none of ours."""
    if len(data) > MOST_BYTES:
        raise Wrong("too_large", most=MOST_BYTES // 1_000_000)
    if data.startswith(b"PK\x03\x04"):
        return "xlsx"
    head = values.decoded(_start(data)).lstrip("\ufeff \r\n\t")
    if not head.strip("\0"):
        raise Wrong("empty")
    for name, reader in READERS.items():
        if reader.is_mine(head):
            return name
    if data.startswith(PICTURES) or head.startswith(("<", "%PDF", "{\\rtf")) or "\0" in head:
        raise Wrong("format")
    return "csv"


def _start(data: bytes) -> bytes:
    """The beginning; an UTF-16 letter is not cut in two."""
    return data[:HEAD]


def read(data: bytes, layout: table.Layout | None = None) -> tuple[str, list[StatementRead]]:
    """The format and the statements of any file but a workbook, whose rows come from the reader."""
    form = judge(data)
    if form == "csv":
        rows = table.rows_of(data)
        return form, table.read(rows, layout or table.guess(rows))
    if form == "xlsx":
        raise Wrong("format")
    return form, READERS[form].read(data)
