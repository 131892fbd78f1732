"""The fields of a document: what its XML says where it has one, else what its pages say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.core import clock
from app.einvoice.invoice import Invoice
from app.extraction.from_xml import locate, read_invoice
from app.extraction.lessons import Lesson
from app.extraction.ours import ours_on
from app.extraction.parties import Identity, side_of
from app.extraction.reading import DOUBTFUL, Found, Reading
from app.extraction.study import Study
from app.extraction.voting import read_passes, studies_of
from app.reader.contents import Contents

COMPARED = ("number", "issue_date", "gross")
"""Where XML and page disagree on one of these, a person must look (SPEC EX-2)."""
DOUBTED = ("due_date", "currency", "net", "tax", "seller_vat", "iban")
"""Where they disagree on one of these, the XML's value is not sure any more."""
OBLIGED = ("number", "issue_date", "currency", "gross")
"""What every e-invoice must say: one that leaves it to the page is broken, whatever else it says."""
_PLAINLY, _AT_LEAST = 0.85, 0.4
"""How sure a page must be to contradict the XML: where it prints the XML's value too, and where it does not."""

__all__ = ["Identity", "read_fields"]


def read_fields(
    contents: Contents,
    *,
    own: Identity | None = None,
    expected: str | None = None,
    use_xml: bool = True,
    today: date | None = None,
    lessons: Sequence[Lesson] = (),
) -> Reading:
    """Everything that can be read from a document.

    `own` says what the company itself is known by, `expected` whether it came in as a `purchase` or a `sale`,
    `lessons` what corrections have taught, the newest first.
    """
    studies, today = studies_of(contents), today or clock.today()
    taken_apart, reading = studies[0], read_passes(studies, today=today, lessons=lessons)
    vats = [str(spot.value) for spot in taken_apart.values.vats]
    if own is not None and (ours := ours_on(reading, vats, own, expected)):
        reading = read_passes(studies, today=today, ours=ours, lessons=lessons)
    if use_xml and contents.einvoices:
        reading = _with_xml(taken_apart, reading, contents.einvoices)
    if use_xml and contents.xml_error:
        reading.flags.append({"code": "xml_unreadable", "reason": contents.xml_error})
    if own is not None:
        _put_direction(reading, own)
    return reading


def _with_xml(taken_apart: Study, page: Reading, invoices: list[Invoice]) -> Reading:
    """The XML's reading, each value placed on the page, completed by what only the page says."""
    reading = read_invoice(invoices[0])
    reading.language = page.language
    for name, found in reading.fields.items():
        _place(taken_apart, name, found, page.fields.get(name))
    left_out = [name for name in OBLIGED if name in page.fields and name not in reading.fields]
    for name, found in page.fields.items():
        reading.fields.setdefault(name, found)
    reading.taxes = reading.taxes or page.taxes
    reading.flags = [flag for flag in page.flags if flag["code"] != "not_invoice"]
    reading.flags += [_difference(name, "", page.fields[name].value) for name in left_out]
    for name in (*COMPARED, *DOUBTED):
        _compare(taken_apart, reading, page, name, invoices[0])
    for other in invoices[1:]:
        _compare_invoices(reading, read_invoice(other))
    return reading


def _place(taken_apart: Study, name: str, found: Found, printed: Found | None) -> None:
    """Say where the page prints an XML's value."""
    if printed is not None and _same(name, found.value, printed.value):
        found.page, found.box, found.text = printed.page, printed.box, printed.text
    if found.page is None and (spot := locate(taken_apart, name, found.value)):
        found.page, found.text = spot.line.page.number, spot.text
        found.box = spot.line.box_of(spot.start, spot.end)


def _compare(taken_apart: Study, reading: Reading, page: Reading, name: str, invoice: Invoice) -> None:
    """Flag a field on which XML and page disagree; the XML's value stays, with little trust."""
    said, printed = reading.fields.get(name), page.fields.get(name)
    if said is None or printed is None or said.source != "xml" or _same(name, said.value, printed.value):
        return
    if name == "gross" and _is_rest(invoice, printed.value):
        return
    is_printed_too = locate(taken_apart, name, said.value) is not None
    if printed.confidence >= _PLAINLY or (printed.confidence >= _AT_LEAST and not is_printed_too):
        _distrust(said)
        if name in COMPARED:
            reading.flags.append(_difference(name, said.value, printed.value))


def _difference(name: str, said: object, printed: object) -> dict:
    """The flag of a field on which XML and page differ."""
    return {"code": "xml_page_differ", "field": name, "xml": _text(said), "page": _text(printed)}


def _is_rest(invoice: Invoice, amount: object) -> bool:
    """Whether an amount is what a prepayment leaves to pay."""
    if invoice.payable is None or invoice.gross is None or not invoice.prepaid:
        return False
    return invoice.payable == invoice.gross - invoice.prepaid and _same("gross", invoice.payable, amount)


def _compare_invoices(reading: Reading, other: Reading) -> None:
    """Flag where a second XML in the file says something else than the first."""
    for name in COMPARED:
        said, also = reading.fields.get(name), other.fields.get(name)
        if said is not None and also is not None and not _same(name, said.value, also.value):
            _distrust(said)
            reading.flags.append(
                {"code": "two_xml_differ", "field": name, "xml": _text(said.value), "other": _text(also.value)}
            )


def _distrust(found: Found) -> None:
    found.confidence = min(found.confidence, DOUBTFUL)
    found.failed_check = "xml_page_differ"


def _same(name: str, one: object, other: object) -> bool:
    """Whether two values of a field are one: credit notes are printed with and without a minus."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one) == abs(other)
    if isinstance(one, str) and isinstance(other, str):
        return "".join(one.split()).casefold() == "".join(other.split()).casefold()
    return one == other


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _put_direction(reading: Reading, own: Identity) -> None:
    direction = side_of(own, reading.party("seller"), reading.party("buyer"))
    if direction:
        reading.fields["direction"] = Found(
            direction, 0.95, source="computed", why="the company's own names and numbers"
        )
