"""Taking mails apart, however they are written."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.intake import sorting
from app.intake.letter import MOST_PARTS, TooDeep, parse
from tests.intake import mails

NAMES = [
    ('Content-Disposition: attachment; filename="facture.pdf"', "facture.pdf"),
    ("Content-Disposition: attachment; filename*=utf-8''facture%20n%C2%B0%201.pdf", "facture n° 1.pdf"),
    ('Content-Disposition: attachment; filename="=?utf-8?q?facture_=C3=A9t=C3=A9.pdf?="', "facture été.pdf"),
    ('Content-Type: application/pdf; name="facture.pdf"', "facture.pdf"),
    ('Content-Disposition: attachment; filename="facture \xe9t\xe9.pdf"', "facture été.pdf"),
    ('Content-Disposition: attachment; filename="../../etc/cron.d/x.pdf"', "../../etc/cron.d/x.pdf"),
    ('Content-Disposition: attachment; filename="a\x00b\u202e.pdf"'.encode().decode("latin-1"), "a b .pdf"),
    ("Content-Disposition: attachment; filename*=x-nothing''%FF.pdf", "ÿ.pdf"),
]


@pytest.mark.parametrize(("header", "name"), NAMES)
def test_a_file_name_is_read_in_every_encoding_and_stays_text(header, name):
    """IN-4: the name of a part, as it was meant; S33: what a name must not do is taken out of it or escaped later."""
    raw = b"Subject: x\r\n" + header.encode("latin-1") + b"\r\n\r\n%PDF-1.7"

    assert parse(raw).leaves[0].name == name  # S33


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"=?utf-8?q?Facture_n=C2=B0_42?=", "Facture n° 42"),
        (b"=?iso-8859-1?q?Facture?= =?iso-8859-1?q?_d'=E9t=E9?=", "Facture d'été"),
        ("Facture d'été".encode(), "Facture d'été"),
        ("Facture d'été".encode("latin-1"), "Facture d'été"),
        (b"=?utf-8?b?A?=", "=?utf-8?b?A?="),
        (b"=?no-such-charset?q?Facture_42?=", "Facture 42"),
        (b"Facture\r\n\tde novembre", "Facture de novembre"),
        (b"Facture \x00\x07\xe2\x80\xae42", "Facture 42"),
    ],
)
def test_a_subject_is_shown_as_it_was_meant(subject, shown):
    """IN-5: whatever the encoding, and without marks that lie about the reading direction."""
    assert parse(b"Subject: " + subject + b"\r\n\r\nx").headers.subject == shown  # S20 S33


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: a" + b" " * 2_000_000 + b"b",
        b"".join(b"X-%d: \xe9\r\n" % n for n in range(100_000)) + b"Subject: a b",
    ],
)
def test_a_header_made_to_take_for_ever_takes_no_time(header):
    """S20: spaces by the million, and a hundred thousand headers in plain bytes: what is shown is cut."""
    assert parse(header + b"\r\n\r\nx").headers.subject[:1] in ("a", "")


def test_parts_of_forwarded_mails_are_found_two_levels_down():
    """IN-4: those inside a forwarded message too."""
    raw = mails.forwarded(mails.mail(("facture.pdf", b"%PDF-1.7 x", mails.PDF)), times=2)

    assert [leaf.name for leaf in parse(raw).leaves if not leaf.is_body] == ["facture.pdf"]


def test_a_forwarded_mail_that_was_encoded_against_the_rules_is_opened():
    """IN-4: some programs send message/rfc822 as base64."""
    inner = base64.encodebytes(mails.mail(("facture.pdf", b"%PDF-1.7 x", mails.PDF)))
    head = b"Subject: x\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"

    assert "facture.pdf" in [leaf.name for leaf in parse(head + inner).leaves]


def test_a_mail_with_ten_thousand_parts_is_opened_up_to_the_cap():
    """S20: 100 parts are opened, the rest is said."""
    part = b"--b\r\nContent-Type: application/pdf\r\n\r\n%%PDF-1.7 %d\r\n"
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"".join(part % n for n in range(10_000))

    opened = parse(raw)  # S20

    assert len(opened.leaves) == MOST_PARTS and opened.left_out
    exactly = parse(b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + part.replace(b"%d", b"1") * MOST_PARTS)
    assert len(exactly.leaves) == MOST_PARTS and not exactly.left_out


def test_nesting_beyond_reason_is_told_apart_from_a_crash():
    """S6: 1,000 nested multiparts exhaust the standard parser; ten levels are opened."""
    with pytest.raises(TooDeep):
        parse(mails.nested_multiparts(1000))  # S6
    deep = parse(mails.nested_multiparts(12)).leaves
    assert [leaf.is_too_deep for leaf in deep] == [True]
    assert not any(leaf.is_too_deep for leaf in parse(mails.nested_multiparts(10)).leaves)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        b"no headers at all",
        b"Subject\r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b'Content-Type: multipart/mixed; boundary="\xff"\r\n\r\n--\xff\r\n\r\nx',
        b"Content-Type: ;;;=\"\r\nContent-Disposition: =?utf-8?b?////?=; filename*0*=''%\r\n\r\nx",
        b"Content-Type: text/plain; charset=\x00\r\nContent-Transfer-Encoding: base64\r\n\r\n=====",
        b"From: =?utf-8?b?gg==?= <a@ok)b@evil>\r\nFrom: two@x\r\n\r\nx",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Type: application/pdf; name*=utf-16''%FF%FE%00\r\n\r\n",
    ],
)
def test_a_broken_mail_is_taken_apart_as_far_as_it_goes(raw):
    """S20: no headers, bad charsets, NUL and 8-bit bytes stop nothing."""
    sorting.of_letter(parse(raw))  # S20


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_mutated_mail_never_stops_the_opening(seed):
    """S20: mutation of a whole mail, seeded."""
    chance = random.Random(seed)
    raw = bytearray(SOUND)
    for _ in range(chance.randint(1, 40)):
        at = chance.randrange(len(raw))
        choice = chance.randrange(4)
        if choice == 0:
            raw[at] = chance.randrange(256)
        elif choice == 1:
            del raw[at : at + chance.randint(1, 60)]
        elif choice == 2:
            raw[at:at] = chance.choice([b"\r\n", b"--", b"=?utf-8?b?", b"\x00", b'"', b";", b"%", b"''", b"\r\n\r\n"])
        else:
            end = at + chance.randint(1, 80)
            raw[at:at] = raw[at:end]

    sorting.of_letter(parse(bytes(raw)))  # S20


SOUND = mails.forwarded(
    mails.with_logo(
        ("n° 1.pdf", b"%PDF-1.7 x", mails.PDF), ("a.xml", b"<a/>", "text/xml"), picture=b"\x89PNG" + b"x" * 60
    )
)
