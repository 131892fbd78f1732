"""A table as XLSX, written line by line into the ZIP it is: a text is a text there and never a formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape  # nosec B406: it writes XML, nothing is parsed

from app.lists.streaming import Sink, entry

MOST_LINES = 1_048_575
"""So many fit on a sheet below its head."""
LONGEST_TEXT = 32_000
FIRST_DAY = date(1899, 12, 30)
DAY, HEAD = 4, 5
STYLE_OF_DECIMALS = {0: 1, 2: 2, 3: 3}
_NEVER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs no XML can hold."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TOP = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
FONT = '<sz val="11"/><name val="Calibri"/>'
FORMATS = ((49, 0), (3, 0), (4, 0), (164, 0), (14, 0), (49, 1))
"""Text, amounts without, with two and with three decimals, a day, a head: number format and font of each style."""
CELLS = "".join(
    f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    for number, font in FORMATS
)
STYLES = f"""{TOP}<styleSheet xmlns="{MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.000"/></numFmts>
<fonts count="2"><font>{FONT}</font><font><b/>{FONT}</font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="{len(FORMATS)}">{CELLS}</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
BEGIN = f"""{TOP}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"
activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>
<cols><col min="1" max="60" width="18" customWidth="1"/></cols><sheetData>"""
END = "</sheetData></worksheet>"


def pieces(title: str, heads: Iterable[Any], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """The workbook as it grows; what does not fit on one sheet goes on on the next."""
    return _pieces(str(title), _line([str(each) for each in heads], HEAD), iter(rows))


def _pieces(title: str, head: str, rows: Iterator[list[Any]]) -> Iterator[bytes]:
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:  # type: ignore[call-overload]
        count, is_full = 0, True
        while is_full:
            count, lines = count + 1, 0
            part = entry(f"xl/worksheets/sheet{count}.xml", zipfile.ZIP_DEFLATED)
            with book.open(part, "w", force_zip64=True) as sheet:
                sheet.write((BEGIN + head).encode())
                for row in islice(rows, MOST_LINES):
                    sheet.write(_line(row).encode())
                    lines += 1
                    yield sink.take()
                sheet.write(END.encode())
            is_full = lines == MOST_LINES
        for name, text in _frame(title, count):
            book.writestr(entry(name, zipfile.ZIP_DEFLATED), text)
    yield sink.take()


def _line(row: list[Any], style: int = 0) -> str:
    return "<row>" + "".join(_cell(value, style) for value in row) + "</row>"


def _cell(value: Any, style: int) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, Decimal):
        decimals = -int(value.as_tuple().exponent)
        return f'<c s="{STYLE_OF_DECIMALS.get(decimals, 3)}"><v>{value:f}</v></c>'
    if isinstance(value, date):
        return f'<c s="{DAY}"><v>{(value - FIRST_DAY).days}</v></c>'
    text = escape(_NEVER.sub("", str(value))[:LONGEST_TEXT])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(title: str, count: int) -> Iterator[tuple[str, str]]:
    """The files around the sheets."""
    numbers = range(1, count + 1)
    name = lambda number: escape(title if number == 1 else f"{title} {number}", {'"': "&quot;"})  # noqa: E731
    sheets = "".join(f'<sheet name="{name(each)}" sheetId="{each}" r:id="rId{each}"/>' for each in numbers)
    yield "xl/workbook.xml", f'{TOP}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    leads = [(f"rId{each}", "worksheet", f"worksheets/sheet{each}.xml") for each in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*leads, ("rIdStyles", "styles", "styles.xml")])
    yield "xl/styles.xml", STYLES
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    kinds = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    kinds += [(f"/xl/worksheets/sheet{each}.xml", "worksheet") for each in numbers]
    parts = "".join(f'<Override PartName="{part}" ContentType="{TYPE}.{kind}+xml"/>' for part, kind in kinds)
    usual = f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}'
    yield "[Content_Types].xml", f'{TOP}<Types xmlns="{PACKAGE}/content-types">{usual}</Types>'


def _relations(leads: list[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{to}"/>' for id, kind, to in leads)
    return f'{TOP}<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'
