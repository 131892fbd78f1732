"""What a file is, from its first bytes; never from its name."""

from __future__ import annotations

import re

HEAD = 4096

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)
_OTHERS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
    (b"%!PS", "postscript"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)
_IN_ZIP = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"), (b"epub+zip", "epub"), (b"opendocument", "odt"))
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_PAGES = re.compile(rb"<(!doctype\s+)?(html|svg)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*<[?!A-Za-z]")


def sniff(head: bytes) -> tuple[str, str]:
    """`(type, format)`: type is `pdf`, `image`, `xml` or `other`; format says more (`jpeg`, `html`, `docx`)."""
    for magic, name in _IMAGES:
        if head.startswith(magic):
            return "image", name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image", "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "image", "heic"
    for magic, name in _OTHERS:
        if head.startswith(magic):
            return "other", _in_zip(head) if name == "zip" else name
    return _text(head)


def _in_zip(head: bytes) -> str:
    return next((name for mark, name in _IN_ZIP if mark in head), "zip")


def _text(head: bytes) -> tuple[str, str]:
    """PDF (some senders put a byte order mark or a mail header before it), markup, or nothing we read."""
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if plain.lstrip().startswith(b"%PDF-"):
        return "pdf", "pdf"
    if found := _PAGES.search(plain[:1024]):
        return "other", found[2].decode().lower()
    if b"%PDF-" in head[:1024]:
        return "pdf", "pdf"
    if _MARKUP.match(plain):
        return "xml", "xml"
    return "other", "text" if head.isascii() else "unknown"
