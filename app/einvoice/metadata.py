"""The metadata by which a PDF says that it is a Factur-X, and in which profile."""

from __future__ import annotations

from lxml import etree

from app.einvoice.guarded import parse_xml
from app.einvoice.invoice import Invoice
from app.einvoice.profiles import Profile

_FACTURX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_VERSION = "1.0"
_BEGIN, _END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', '\n<?xpacket end="w"?>'
_UNSAID = (
    "{http://ns.adobe.com/xap/1.0/}CreateDate",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate",
    "{http://ns.adobe.com/pdf/1.3/}Producer",
)
"""The same bytes whenever it is made, and nothing about programs that did not make it."""
_CLAIMS = ("{http://www.aiim.org/pdfa/ns/id/}part", "{http://www.aiim.org/pdfa/ns/id/}conformance")


def of(invoice: Invoice, profile: Profile) -> bytes:
    """XMP as the library writes it, with its claim to be PDF/A-3."""
    from facturx.facturx import FACTURX_FILENAME, FACTURX_LEVEL2xmp, generate_xmp_object

    title = f"{invoice.seller.name}: {invoice.number}"
    said = {"title": title, "author": invoice.seller.name, "subject": title, "creator_tool": "Facteur"}
    said |= {"producer": "", "timestamp": "", "pdfa3_flavor": "B", "urn": _FACTURX, "version": _VERSION}
    said |= {"documenttype": "INVOICE", "xml_filename": FACTURX_FILENAME, "xmp_level": FACTURX_LEVEL2xmp[str(profile)]}
    return _without(generate_xmp_object(said), _UNSAID)


def without_claim(xmp: bytes) -> bytes:
    """The same for a PDF that is no PDF/A, and says so by saying nothing."""
    return _without(parse_xml(xmp), _CLAIMS)


def _without(root: etree._Element, names: tuple[str, ...]) -> bytes:
    for element in list(root.iter(*names)):
        element.getparent().remove(element)
    return _BEGIN.encode() + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + _END.encode()
