"""SAFETY R14: one function opens XML, and refuses what could harm."""

import socket

import pytest

from app.einvoice.guarded import MAX_DEPTH, Refused, parse_xml
from app.einvoice.invoice import NotAnInvoice
from app.einvoice.parsing import parse
from tests.samples import facturx_xml

PLAIN = '<?xml version="1.0" encoding="UTF-8"?><a><b>é</b></a>'
ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
URL = '<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'
LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize("text", [ENTITY, URL, LAUGHS, "<!DOCTYPE html><a/>", "<!doctype a><a/>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_doctype_is_refused_in_every_encoding(text, encoding, monkeypatch):
    """EX-2: XML is read without ever following what it declares."""
    # S28
    monkeypatch.setattr(socket, "socket", lambda *given, **named: pytest.fail("the network was used"))
    data = text.replace("UTF-8", encoding).encode(encoding)

    with pytest.raises(Refused) as refused:
        parse_xml(data)

    # Without a byte order mark and a declaration, UTF-16 is not even text to us.
    assert refused.value.code in ("xml_doctype", "xml_broken", "xml_encoding")
    assert "root:" not in refused.value.detail


def test_a_doctype_can_not_hide_in_an_encoding_nobody_uses():
    """EX-2: UTF-7 spells `<!DOCTYPE` without a `<`."""
    # S28
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>' + ENTITY.partition("?>")[2].encode("utf-7")

    with pytest.raises(Refused) as refused:
        parse_xml(hidden)

    assert refused.value.code == "xml_encoding"


def test_a_comment_does_not_hide_a_doctype():
    """EX-2: looked for everywhere, before anything is parsed."""
    # S28
    with pytest.raises(Refused, match="xml_doctype"):
        parse_xml(("<!-- x --><?pi y?>" + LAUGHS).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_honest_encodings_are_read(encoding):
    """EX-2: accents arrive whole."""
    data = PLAIN.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)

    assert parse_xml(data).findtext("b") == "é"


def test_bytes_that_are_not_what_they_claim_are_refused():
    """EX-2: Latin-1 that calls itself UTF-8."""
    with pytest.raises(Refused, match="xml_broken"):
        parse_xml(PLAIN.encode("latin-1"))


def test_depth_is_capped():
    """EX-2: at the limit it opens, one past it and far past it it does not."""
    # S28
    parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 10_000):
        with pytest.raises(Refused, match="xml_too_deep"):
            parse_xml(b"<a>" * depth + b"</a>" * depth)


def test_size_is_capped():
    """EX-2: at the limit it opens, one past it it does not."""
    # S28
    data = b"<a/>".ljust(200)
    parse_xml(data, max_bytes=200)
    with pytest.raises(Refused, match="xml_too_large"):
        parse_xml(data, max_bytes=199)


def test_xinclude_is_not_followed():
    """EX-2: an included file never becomes text of the invoice."""
    # S28
    text = '<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></a>'

    root = parse_xml(text.encode())

    assert "root:" not in "".join(root.itertext())


@pytest.mark.parametrize("data", [b"", b"   ", b"<a>", b"not xml", b"\xff\xfe\x00", facturx_xml()[:900]])
def test_what_is_broken_is_refused_with_a_code(data):
    """EX-2: no exception but our own comes out."""
    with pytest.raises(NotAnInvoice) as refused:
        parse(data)
    assert refused.value.code == "xml_broken"
