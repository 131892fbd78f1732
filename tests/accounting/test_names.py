"""S27: what files are called in a ZIP or a mail, whatever a document says of itself."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.accounting import names
from app.accounting.enclosing import _ending
from app.documents.models import Document, DocumentFile, FileRole
from app.files.models import File

DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
HOSTILE = (
    "../../etc/passwd",
    "/root",
    "C:\\x",
    "a\r\nb",
    "nul",
    "CON",
    "con.",
    "x" * 400,
    "\u202egpj",
    "",
    "..",
    "\0",
    "日本",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=120))


@given(party=texts, number=texts, day=st.sampled_from([None, date(2026, 10, 1)]))
@example(party="", number="NUL", day=None)
@example(party="", number="Com1", day=None)
def test_a_name_is_only_a_name(party, number, day):
    """S27: S33: small letters and digits, no folder, no device of Windows, never longer than any system takes."""
    document = Document(id=7, counterparty_name=party, number=number, issue_date=day)

    stem = names.stem(document)

    assert re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", stem) and len(stem) <= names.LONGEST
    assert stem not in DEVICES


@given(st.lists(st.sampled_from(["a.pdf", "a-2.pdf", "a.xml", "b.pdf"]), max_size=12))
def test_a_name_is_given_once(wanted):
    """S27: what is called the same twice differs, in more than upper and lower case."""
    taken: set[str] = set()

    given_names = [names.unused(each, taken) for each in wanted]

    assert len({each.casefold() for each in given_names}) == len(wanted)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("scan.TIFF", ".tiff"),
        ("a." + "z" * 300, ".bin"),
        ("a.é", ".bin"),
        ("x.²", ".bin"),
        ("none", ".bin"),
        ("a./b", ".bin"),
    ],
)
def test_an_ending_is_a_short_one(name, ending):
    """S27: S33: what the file came with stands only where it is an ending as others are."""
    file = File(type="application/octet-stream")
    document = Document(files=[DocumentFile(name=name, file=file, role=FileRole.ORIGINAL)])

    assert _ending(document, file) == ending
