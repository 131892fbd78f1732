"""How much a mail holds: counted as it leaves, where files are a third larger (SPEC AC-1, AC-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from app.accounting.models import Connection

T = TypeVar("T")
LINE = 76
LETTER = 48 * 1024
"""Of a mail without its files: both texts with the list of its first documents, and headers."""
HEADERS = 400
"""Of one attachment, with the longest name it may have."""
ENTRY = 400
"""Of one file in a ZIP, named twice there, and its line of the list."""


def encoded(size: int) -> int:
    """Bytes of a file of this size in a mail."""
    letters = 4 * -(-size // 3)
    return letters + 2 * -(-letters // LINE)


def of_mail(sizes: Iterable[int], *, is_zipped: bool) -> int:
    """Bytes of a mail with files of these sizes."""
    if is_zipped:
        return LETTER + HEADERS + encoded(sum(size + ENTRY for size in sizes))
    return LETTER + sum(HEADERS + encoded(size) for size in sizes)


def limits(connection: Connection) -> dict[str, int]:
    """How its mails are filled, as `cut` asks it."""
    return {"per_mail": connection.per_mail, "largest": connection.largest_mail, "is_zipped": connection.is_zipped}


def cut(
    each: Iterable[tuple[T, list[int]]], *, per_mail: int, largest: int, is_zipped: bool
) -> Iterator[list[tuple[T, list[int]]]]:
    """These, each with the sizes of its files, in their order, as they go into mails; no more is asked than goes in.

    One that fills a mail and more by itself is alone in its own.
    """
    held: list[tuple[T, list[int]]] = []
    for one in each:
        sizes = [size for _one, files in [*held, one] for size in files]
        if held and of_mail(sizes, is_zipped=is_zipped) > largest:
            yield held
            held = []
        held.append(one)
        if len(held) == per_mail:
            yield held
            held = []
    if held:
        yield held
