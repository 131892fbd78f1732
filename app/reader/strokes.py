"""What goes on straight, across or down, without a gap: rules of tables, frames, the bars of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PIL import Image, ImageChops

ACROSS, DOWN, UP = (1, 0), (0, 1), (0, -1)


def only(ink: Image.Image, way: tuple[int, int], least: int) -> Image.Image:
    """What of the white in `ink` goes on for at least so many pixels in a direction."""
    return drawn_out(_combined(ink, way, least, ImageChops.darker), (-way[0], -way[1]), least)


def drawn_out(ink: Image.Image, way: tuple[int, int], length: int) -> Image.Image:
    """Each white pixel of `ink` made a stroke of so many that begins there."""
    return _combined(ink, way, length, ImageChops.lighter)


def moved(ink: Image.Image, right: int, down: int) -> Image.Image:
    """The same, so many pixels further, black where nothing came from."""
    away = Image.new("L", ink.size, 0)
    away.paste(ink, (right, down))
    return away


def wiped(grey: Image.Image, boxes: Iterable[tuple[int, int, int, int]]) -> Image.Image:
    """The picture, white in place of these boxes; the very picture where there are none."""
    copy = None
    for box in list(boxes):
        copy = copy or grey.copy()
        copy.paste(255, box)
    return copy or grey


def _combined(
    ink: Image.Image, way: tuple[int, int], length: int, change: Callable[[Image.Image, Image.Image], Image.Image]
) -> Image.Image:
    """Each pixel with the `length` - 1 before it, in as few steps as it takes to double."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        ink = change(ink, moved(ink, step * way[0], step * way[1]))
        reach += step
    return ink
