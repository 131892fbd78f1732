"""What stands inside the archives of a message, as parts after those of the message itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.intake import archives, winmail
from app.intake.archives import Entry, Room, Unopenable
from app.intake.letter import MOST_PARTS, Leaf, text_of
from app.intake.pieces import Fate, Piece
from app.intake.types import MEDIA

UNOPENED = "archive"
"""The reason of an archive until it is opened."""
_OPENED_BY = {MEDIA["zip"]: archives.entries, MEDIA["tnef"]: winmail.entries}
Judge = Callable[[Leaf, int, set[str]], list[Piece]]


def unpacked(pieces: list[Piece], judge: Judge) -> tuple[list[Piece], bool]:
    """The parts, then what their archives hold; and whether there was more than a message may have.

    What is new stands at the end, so that a part keeps its position whenever the message is opened.
    """
    pieces, room = list(pieces), Room()
    for at, piece in enumerate(pieces):  # grows while it is walked through
        if piece.reason.get("key") == UNOPENED:
            _open(pieces, at, room, judge)
    return pieces[:MOST_PARTS], len(pieces) > MOST_PARTS


def _open(pieces: list[Piece], at: int, room: Room, judge: Judge) -> None:
    """Put the contents of the archive at this position at the end, and say at the archive what became of it."""
    archive = pieces[at]
    try:
        if _is_nested(pieces, at):
            raise Unopenable("nested_archive")
        if len(pieces) >= MOST_PARTS:
            raise Unopenable("beyond", limit=MOST_PARTS)
        entries, more = _OPENED_BY[archive.media](archive.data, room)
    except Unopenable as error:
        pieces[at] = replace(archive, reason=error.reason)
        return
    pieces[at] = replace(archive, reason={"key": "archive_opened", "count": len(entries), "more": more})
    for entry in entries:
        pieces += _of_entry(entry, at, archive, len(pieces), judge)


def _is_nested(pieces: list[Piece], at: int) -> bool:
    """Does it stand in another archive? A ZIP in a `winmail.dat` is none: Outlook wraps whatever is attached."""
    outer, media = pieces[at].inside, set()
    while outer is not None:
        media.add(pieces[outer].media)
        outer = pieces[outer].inside
    return MEDIA["zip"] in media or (MEDIA["tnef"] in media and pieces[at].media == MEDIA["tnef"])


def _of_entry(entry: Entry, at: int, archive: Piece, position: int, judge: Judge) -> list[Piece]:
    """The parts that a file of the archive becomes: itself, and if it is a mail those of the mail."""
    name = text_of(entry.name)[:300]
    if entry.trouble:
        facts = {"letter": archive.letter, "inside": at}
        return [Piece(name, "", "", entry.data, Fate.PASSED_OVER, entry.trouble, **facts)]
    leaf = Leaf(name, entry.declared, entry.data, entry.is_body, letter=archive.letter)
    first, *others = judge(leaf, position, set())
    return [replace(first, inside=at), *others]
