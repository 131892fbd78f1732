"""Whom a mail names as its author."""

from __future__ import annotations

import pytest

from app.intake.author import author_of, domain_of
from app.intake.letter import parse
from tests.intake import mails


@pytest.mark.parametrize(
    ("headers", "address", "trouble"),
    [
        (["compta@f.example"], "compta@f.example", ""),
        (["Compta <COMPTA@F.example>"], "compta@f.example", ""),
        (['"Durand, Paul" <p@f.example>'], "p@f.example", ""),
        (["Durand, Paul <p@f.example>"], "p@f.example", ""),
        (["p@f.example (Paul)"], "p@f.example", ""),
        (['"boss@ok.example" <x@evil.example>'], "x@evil.example", ""),
        (["p@f.example <p@f.example>"], "p@f.example", ""),
        (["=?utf-8?q?Boss_=3Cboss=40ok.example=3E?= <x@evil.example>"], "x@evil.example", ""),
        (["a@ok.example)b@evil.example"], "", "unclear"),
        (["a\0b@ok.example"], "", "unclear"),
        (["a@ok.example <b@evil.example>"], "", "unclear"),
        (["a@ok.example (x) <b@evil.example>"], "", "unclear"),
        (["<a@ok.example> <b@evil.example>"], "", "unclear"),
        (["Group: a@ok.example;"], "", "unclear"),
        (["a@ok.example, b@evil.example"], "", "several"),
        (["a@ok.example", "b@evil.example"], "", "several"),
        ([""], "", "unclear"),
        ([], "", "missing"),
        (["(" * 5000 + "@"], "", "unclear"),
    ],
)
def test_an_author_is_one_plain_address_or_nobody(headers, address, trouble):
    """IN-7: S15: what mail programs read differently is nobody's address."""
    assert author_of(headers)[:2] == (address, trouble)  # S15


def test_a_name_that_decodes_to_an_address_is_no_address():
    """IN-5: S15: the log shows who it is from, not what the name pretends."""
    pretending = b"=?utf-8?q?a=40ok.fr?= <x@evil.example>"
    letter = parse(mails.mail().replace(b"Compta <compta@fournisseur.example>", pretending))

    assert letter.headers.sender == "a@ok.fr <x@evil.example>"  # S15
    assert author_of(letter.headers.all("from")).address == "x@evil.example"


@pytest.mark.parametrize(
    ("written", "domain"),
    [("a@MY-Co.example.", "my-co.example"), ("a@é.example", "xn--9ca.example"), ("mx.f.example", "mx.f.example"),
     ("<>", ""), ("", ""), ("a@" + "x" * 70 + ".fr", "")],
)  # fmt: skip
def test_a_domain_is_written_as_the_dns_does(written, domain):
    """IN-5: whatever stands there."""
    assert domain_of(written) == domain
