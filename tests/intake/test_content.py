"""Where a mail ends, however it is cut into pieces, and how much of it lies in memory."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.content import IN_MEMORY, Content, Dots

TRICKY = st.lists(
    st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x", b"..", b"\r\n.", b"\n.\n", b"\r.\r"]), max_size=20
).map(b"".join)
CUTS = st.lists(st.integers(0, 60), max_size=8)


def read(wire: bytes, cuts: list[int]) -> tuple[bytes, bytes | None]:
    """Content and what follows it, of a wire cut at these places."""
    dots, content = Dots(), b""
    edges = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    for start, end in pairwise(edges):
        told, rest = dots.read(wire[start:end])
        content += told
        if rest is not None:
            return content, rest + wire[end:]
    return content, None


def read_line_by_line(wire: bytes) -> tuple[bytes, bytes]:
    """The same by the letter of RFC 5321, 4.5.2; only CR LF ends a line."""
    lines = wire.split(b"\r\n")
    end = lines.index(b".")
    content = b"".join(line.removeprefix(b".") + b"\r\n" for line in lines[:end])
    return content, b"\r\n".join(lines[end + 1 :])


@given(TRICKY, TRICKY, CUTS)
def test_a_mail_ends_at_its_lone_dot_wherever_it_is_cut(body, after, cuts):
    """S13: between CR LF pairs only; commands sent along are still there afterwards."""
    wire = body + b"\r\n.\r\n" + after

    assert read(wire, cuts) == read_line_by_line(wire)


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b".\r\nQUIT\r\n", b""),
        (b"..\r\n.\r\nQUIT\r\n", b".\r\n"),
        (b"\r\n.\r\nQUIT\r\n", b"\r\n"),
        (b"a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\n.\r\nQUIT\r\n", b"a\n.\nb\r.\rc\n.\r\nd\r\n\ne\r\n"),
    ],
)
def test_only_a_dot_between_two_line_ends_is_an_end(wire, content):
    """S13: an empty mail, and the ways others write an end."""
    for size in (1, 2, 3, len(wire)):
        assert read(wire, list(range(0, len(wire), size))) == (content, b"QUIT\r\n")


def test_a_long_mail_never_lies_in_memory_whole(tmp_path):
    """S11: what is past one megabyte is written down, what is past the limit is dropped."""
    piece = b"x" * 100_000
    tracemalloc.start()
    content = Content(tmp_path, 40 * IN_MEMORY)
    for _each in range(400):
        if content.add(piece):
            content.write_down()
    _sha256, size = content.settle()
    assert size == content.size == 40_000_000
    assert tracemalloc.get_traced_memory()[1] < 5 * IN_MEMORY

    too_long = Content(tmp_path, 10 * IN_MEMORY)
    for _each in range(400):
        if too_long.add(piece):
            too_long.write_down()
    assert too_long.size == 40_000_000 and tracemalloc.get_traced_memory()[1] < 5 * IN_MEMORY
    tracemalloc.stop()
    assert not list((tmp_path / "tmp").iterdir())
