"""What arrived, judged from its bytes; its name and declared type only say what it claims to be."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from app.reader.sniff import HEAD, sniff

MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "heic": "image/heic",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "xml": "application/xml",
    "zip": "application/zip",
    "tnef": "application/ms-tnef",
    "mail": "message/rfc822",
    "html": "text/html",
    "svg": "image/svg+xml",
    "text": "text/plain",
    "rtf": "application/rtf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument",
    "epub": "application/epub+zip",
    "ole": "application/x-ole-storage",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "gzip": "application/gzip",
}
UNKNOWN = "application/octet-stream"
OTHER_ARCHIVES = {MEDIA[name] for name in ("rar", "7z", "gzip")}
_IN_MSG = "__properties_version1.0".encode("utf-16-le")
TNEF = b"\x78\x9f\x3e\x22"

_EXTENSIONS = {
    ".pdf": "pdf",
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif"), "image"),
    ".xml": "xml",
}
_DECLARED = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    **dict.fromkeys((f"image/{name}" for name in ("jpeg", "jpg", "png", "tiff", "webp", "heic", "heif")), "image"),
    "application/xml": "xml",
    "text/xml": "xml",
}
_HEADER = re.compile(rb"(From |[!-9;-~]{1,60}:[ \t\r\n])")
_OF_MAILS = re.compile(
    rb"^(from|to|subject|date|received|message-id|mime-version|return-path|delivered-to)[ \t]*:", re.I | re.M
)
_E_INVOICES = (
    b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    b"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice",
    b"urn:ferd:CrossIndustryDocument",
)
WHERE_NAMESPACES_STAND = 64 * 1024


class Found(NamedTuple):
    """What bytes are: `kind` is pdf, image, xml, zip, tnef, mail or other."""

    kind: str
    media: str


def judge(data: bytes) -> Found:
    """What these bytes are, whatever they are called."""
    head = data[:HEAD]
    if head.startswith(TNEF):
        return Found("tnef", MEDIA["tnef"])
    if looks_like_mail(head):
        return Found("mail", MEDIA["mail"])
    kind, format = sniff(head)
    if format == "zip":
        kind = "zip"
    return Found(kind, MEDIA.get(format, UNKNOWN))


def looks_like_mail(head: bytes) -> bool:
    """Does it begin with the headers of a mail?"""
    head = re.sub(rb"\A(?:[ \t]*\r?\n)+", b"", head)
    return bool(_HEADER.match(head)) and bool(_OF_MAILS.search(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]))


def claim(name: str, declared: str) -> str:
    """Which kind of document its name or declared type says it is: pdf, image, xml; empty for none."""
    extension = PurePosixPath(name.replace("\0", "").lower()).suffix
    return _EXTENSIONS.get(extension) or _DECLARED.get(declared.lower(), "")


def is_outlook_message(data: bytes, name: str) -> bool:
    """Is this what Outlook saves a message as (.msg)?"""
    saved = data.startswith(b"\xd0\xcf\x11\xe0") and _IN_MSG in data
    return saved or PurePosixPath(name.replace("\0", "").lower()).suffix == ".msg"


def is_e_invoice(data: bytes) -> bool:
    """Does this XML name itself UBL or CII? Nothing is parsed: whether it is sound is for the reader to find."""
    head = data[:WHERE_NAMESPACES_STAND].replace(b"\0", b"")  # UTF-16 becomes readable
    return any(namespace in head for namespace in _E_INVOICES)


def invoice_numbers(data: bytes) -> list[str]:
    """The first identifiers an e-invoice gives itself: enough to find the PDF that is called the same."""
    head = data[:WHERE_NAMESPACES_STAND].replace(b"\0", b"")
    found = re.findall(rb"<(?:\w+:)?ID(?:\s[^>]{0,200})?>\s*([^<]{1,100}?)\s*</", head)
    return [number.decode("utf-8", "replace") for number in found[:4]]
