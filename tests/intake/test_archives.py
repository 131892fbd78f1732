"""A ZIP is taken apart in memory; what is wrong with it has its reason."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.intake import archives
from app.intake.archives import MOST_ENTRIES, MOST_LISTED, RATIO, UNASKED, Room, Unopenable
from tests.intake import packed
from tests.intake.packed import zipped


def test_a_zip_gives_its_files_under_their_names():
    """IN-4: with their folders, in their order; folders themselves are none."""
    found, more = archives.entries(zipped({"2026/": b"", "2026/é.pdf": b"%PDF-1", "b.xml": b"<a/>"}), Room())

    assert [(each.name, each.data, each.trouble) for each in found] == [
        ("2026/é.pdf", b"%PDF-1", {}),
        ("b.xml", b"<a/>", {}),
    ]
    assert more == 0


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "/etc/x.pdf", "a\r\nX-Evil: 1.pdf", "\u202efdp.exe", "C:\\x.pdf"]
)
def test_a_hostile_name_is_only_text(name):
    """S27: nothing is written, so a name leads nowhere."""
    [entry] = archives.entries(zipped({name: b"%PDF-1"}), Room())[0]

    assert entry.name == name and entry.data == b"%PDF-1"  # S27 S33


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (packed.encrypted("a.pdf", b"%PDF-1 secret"), "encrypted"),
        (packed.with_link("a.pdf", "/etc/passwd"), "link"),
        (packed.damaged("a.pdf", b"%PDF-1 " * 20), "entry_broken"),
        (zipped({"a.pdf": b"%PDF-1"}, how=zipfile.ZIP_LZMA), "packed_unusually"),
        (zipped({"__MACOSX/._a.pdf": b"\x00\x05\x16\x07" + b"x" * 50}), "leftover"),
    ],
)
def test_an_entry_that_is_not_taken_out_says_why(raw, key):
    """S27: encrypted, a link, a bad checksum: each has its reason, and the others are taken."""
    [entry] = archives.entries(raw, Room())[0]

    assert entry.trouble["key"] == key  # S27


@pytest.mark.parametrize("raw", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 40, zipped({"a.pdf": b"x" * 99})[:-30]])
def test_a_damaged_archive_says_so(raw):
    """S27: a truncated one too."""
    with pytest.raises(Unopenable) as said:
        archives.entries(raw, Room())

    assert said.value.reason == {"key": "archive_broken"}  # S27


def test_fifty_files_are_taken_and_the_rest_is_counted():
    """S27: at the edge of the cap and one past it."""
    entries = [(f"{number}.pdf", b"%PDF-1") for number in range(MOST_ENTRIES + 1)]

    assert archives.entries(zipped(entries[:-1]), Room())[1] == 0
    found, more = archives.entries(zipped(entries), Room())
    assert (len(found), more) == (MOST_ENTRIES, 1)  # S27


def test_an_archive_with_a_long_list_is_not_even_listed():
    """S27: each line of the list takes memory, however little stands in the archive."""
    entries = [(f"{number}", b"") for number in range(MOST_LISTED + 1)]

    assert archives.entries(zipped(entries[:-1]), Room())[1] == MOST_LISTED - MOST_ENTRIES
    with pytest.raises(Unopenable) as said:
        archives.entries(zipped(entries), Room())
    assert said.value.reason["key"] == "too_many_entries"  # S27


def test_what_inflates_a_hundredfold_is_stopped_while_it_does():
    """S27: 290 KB → 300 MB; counted while inflating, whatever its header says; a small file may be empty."""
    bomb = zipped({"bomb.pdf": b"%PDF-1" + bytes(30_000_000), "good.pdf": b"%PDF-1", "empty.tif": bytes(UNASKED)})
    room = Room()
    found = archives.entries(bomb, room)[0]

    assert [each.trouble.get("key") for each in found] == ["inflates", None, None]  # S27
    assert archives.MOST_UNPACKED - room.left < 6_000_000  # given up long before the end


def test_the_ratio_is_held_at_its_edge():
    """S27: a hundred times the packed size, and one past it."""
    size = 4_000_000
    data = random.Random(1).randbytes(size // RATIO) + bytes(size - size // RATIO)
    raw = zipped({"a.bin": data})
    most = RATIO * zipfile.ZipFile(io.BytesIO(raw)).getinfo("a.bin").compress_size
    assert most > UNASKED

    more = zipped({"a.bin": data + bytes(most)})
    assert archives.entries(raw, Room())[0][0].data == data
    assert archives.entries(more, Room())[0][0].trouble["key"] == "inflates"  # S27


def test_all_archives_of_a_message_share_one_room():
    """S27: what one has inflated to is taken from what the next may."""
    raw, room = zipped({"a.bin": bytes(900)}), Room(left=1000)

    assert archives.entries(raw, room)[0][0].data == bytes(900)
    assert archives.entries(raw, room)[0][0].trouble["key"] == "inflates"  # S27


SOUND = zipped({"a.pdf": b"%PDF-1.7 x" * 30, "ü/b.xml": b"<a/>" * 20, "c.txt": b"c"})


@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_a_mutated_archive_never_stops_the_opening(seed):
    """S20: mutation of a whole ZIP, seeded: its entries, or a reason."""
    chance, raw = random.Random(seed), bytearray(SOUND)
    for _change in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw))
        if chance.random() < 0.7:
            raw[at] = chance.choice([0, 0xFF, chance.randrange(256)])
        else:
            raw[at : at + chance.randint(1, 9)] = chance.randbytes(chance.randint(0, 9))
    try:
        found = archives.entries(bytes(raw), Room())[0]
    except Unopenable as error:
        assert error.reason["key"] in {"archive_broken", "too_many_entries"}  # S20
    else:
        assert all(isinstance(each.name, str) for each in found)
