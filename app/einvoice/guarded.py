"""The one function that opens XML nobody trusts (SAFETY R14); bank files and attachments use it too."""

from __future__ import annotations

import re

from lxml import etree

from app.einvoice.invoice import NotAnInvoice

MAX_BYTES = 10_000_000
MAX_DEPTH = 100
_too_deep = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
"""Is there an element below so many others? Asked of the library, as walking a large file takes seconds."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNMARKED = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
_DECLARATION = re.compile(r"""^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["'][^>]*\?>""")
# Encodings in which "<!DOCTYPE" can hide from the eye (UTF-7, EBCDIC, UTF-32) are not among them.
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "latin1", "cp1252"}


class Refused(NotAnInvoice):
    """XML that is broken or dangerous, whatever it holds."""


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root element of `data`; raises `Refused` for anything broken, dangerous or too large."""
    if len(data) > max_bytes:
        raise Refused("xml_too_large", f"{len(data)} bytes")
    text = _decoded(data)
    # Looked for in the very text that is parsed, so no encoding can hide one.
    if re.search(r"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST)", text, re.IGNORECASE):
        raise Refused("xml_doctype")
    root = _parsed(_DECLARATION.sub("", text, count=1).encode())
    _refuse_depth(root)
    return root


def _decoded(data: bytes) -> str:
    """The text of `data`, by its byte order mark, else its declaration, else as UTF-8."""
    head = data[:4]
    encoding = next((name for mark, name in _MARKS + _UNMARKED if head.startswith(mark)), "")
    try:
        if not encoding:
            encoding = _declared(data)
        return data.decode(encoding).lstrip("\ufeff \t\r\n")
    except UnicodeError as error:
        raise Refused("xml_broken", str(error)[:200]) from error


def _declared(data: bytes) -> str:
    """The encoding an ASCII-readable declaration names; UTF-8 without one."""
    start = data[:200].decode("latin-1").lstrip()
    found = _DECLARATION.search(start)
    encoding = found[1].lower() if found else "utf-8"
    if encoding not in _ENCODINGS:
        raise Refused("xml_encoding", encoding)
    return encoding


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        code = "xml_too_deep" if "depth" in str(error) else "xml_broken"
        raise Refused(code, str(error)[:200]) from error


def _refuse_depth(root: etree._Element) -> None:
    if _too_deep(root):
        raise Refused("xml_too_deep", f"more than {MAX_DEPTH} levels")
