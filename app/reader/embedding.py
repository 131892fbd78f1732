"""A PDF or picture as a Factur-X: its pages as they are printed, and the XML in it that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Array, Name

from app.einvoice import metadata
from app.einvoice.guarded import parse_xml
from app.einvoice.invoice import NotAnInvoice
from app.einvoice.parsing import parse
from app.reader import cutting
from app.reader.contents import Unreadable
from app.reader.job import Job
from app.reader.sniff import HEAD, sniff

NAME = "factur-x.xml"
_PART = "{http://www.aiim.org/pdfa/ns/id/}part"
_PARTS = ("2", "3")
"""Of PDF/A whose pages may stand in PDF/A-3 as they are."""


def embed(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """File, XML and metadata lie one after the other in `data`; what carries an e-invoice is left as it is."""
    size, end = job.asked["sizes"]
    with cutting.readable():
        source = cutting.as_pdf(data[:size], job)
        if len(source.pages) > job.limits.made_pages:
            raise Unreadable("too_many_pages")
        if _carries_invoice(source, job):
            raise Unreadable("has_e_invoice")
        result, archival = pikepdf.new(), _is_archival(source)
        cutting.add(result, source, range(1, len(source.pages) + 1))
        if archival:
            result.Root.OutputIntents = result.copy_foreign(source.make_indirect(source.Root.OutputIntents))
        said = data[end:] if archival else metadata.without_claim(data[end:])
        result.Root.Metadata = pikepdf.Stream(result, said, Type=Name.Metadata, Subtype=Name.XML)
        _attach(result, data[size:end], Name.Alternative if job.asked["says_all"] else Name.Data)
        yield "file", cutting.saved(result, job)


def _attach(result: pikepdf.Pdf, xml: bytes, relationship: Name) -> None:
    """Name the XML as Factur-X wants it named, where every program looks for it."""
    spec = cutting.attached(result, NAME, xml)
    spec.relationship = relationship
    result.attachments[NAME] = spec
    result.Root.AF = Array([result.attachments[NAME].obj])


def _carries_invoice(source: pikepdf.Pdf, job: Job) -> bool:
    """Is there XML in it that is an e-invoice, under whatever name?"""
    left = job.limits.embedded_bytes
    for carried in source.attachments.values():
        data = carried.get_file().read_bytes()
        left -= len(data)
        if left >= 0 and sniff(data[:HEAD])[0] == "xml" and _is_invoice(data):
            return True
    return False


def _is_invoice(data: bytes) -> bool:
    try:
        parse(data)
    except NotAnInvoice:
        return False
    return True


def _is_archival(source: pikepdf.Pdf) -> bool:
    """Does it say to be PDF/A-2 or -3, with the colours its pages mean? Whether it is was for its maker to check."""
    root = source.Root
    if "/OutputIntents" not in root or "/Metadata" not in root:
        return False
    try:
        said = parse_xml(root.Metadata.read_bytes())
    except NotAnInvoice:
        return False
    return any(_PART in (each.tag, *each.attrib) and _part(each) in _PARTS for each in said.iter(etree.Element))


def _part(element: etree._Element) -> str:
    """It is written as an element or as an attribute."""
    return (element.get(_PART) or element.text or "").strip()
