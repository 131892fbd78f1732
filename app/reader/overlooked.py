"""Lines that Tesseract's layout passed over, such as a title in a frame beside a logo: ink where no word stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.reader import strokes
from app.reader.contents import Word
from app.reader.rereading import Strip

_LONGEST = 1400
"""Pixels of the copy in which they are looked for."""
_DARK = 150
_COLUMNS = 12
"""Parts of the width that are looked at apart: a logo beside a line does not hide it."""
_LOW, _HIGH = 0.45, 2.2
"""How high a line is, in heights of the usual word: less is dust or a dash, more a picture."""
_LEAST = 0.12
"""Of a column's width: so much of some row of a line is ink."""
_MOST = 10
"""Lines that are read again: more are a drawing."""
_PLAIN, _SURE = 0.5, 0.8
"""From where a word of several letters counts, and a letter alone."""
_HARDLY, _GUESSED = 0.6, 0.3
"""Below which a word is a scrap however long it is; below which it is as if nothing had been read."""
_FRAME = "[]{}|"
"""What the line of a frame is read as, where it touches a word."""


def strips(grey: Image.Image, words: list[Word]) -> list[Strip]:
    """Where lines of print seem to stand that hold none of these words, in a level picture with an even background."""
    if not words:
        return []
    ink = _unread_ink(grey, words)
    usual = median(word.box[3] - word.box[1] for word in words) * ink.height
    rows = sorted(run for column in _columns(ink) for run in _runs(column, usual))
    found: list[tuple[int, int]] = []
    for top, bottom in rows:
        if found and top < found[-1][1] and max(bottom, found[-1][1]) - found[-1][0] <= _HIGH * usual:
            found[-1] = (found[-1][0], max(bottom, found[-1][1]))
        elif not found or top >= found[-1][1]:
            found.append((top, bottom))
    margin = 0.35 * usual
    return [
        Strip(max(0.0, (top - margin) / ink.height), min(1.0, (bottom + margin) / ink.height)) for top, bottom in found
    ][:_MOST]


def joined(words: list[Word], read: list[Word]) -> list[Word]:
    """The words of the page, with those of `read` that stand where nothing was read, or only unsure scraps."""
    unframed = [replace(word, text=word.text.strip(_FRAME)) for word in read]
    new = [word for word in unframed if _is_word(word) and not any(_stands_against(known, word) for known in words)]
    return [known for known in words if not any(_overlap(known, word) for word in new)] + new


def _is_word(word: Word) -> bool:
    """A word rather than a stroke of a drawing."""
    letters = sum(character.isalnum() for character in word.text)
    return word.confidence >= (_PLAIN if letters > 1 else _SURE) and letters > 0


def _stands_against(known: Word, word: Word) -> bool:
    """Unless it is a scrap: less sure, and shorter or hardly read at all."""
    most = _SURE if len(known.text) < len(word.text) else _HARDLY
    return known.confidence >= min(most, word.confidence) and _overlap(known, word)


def _overlap(known: Word, word: Word) -> bool:
    wide = min(known.box[2], word.box[2]) - max(known.box[0], word.box[0])
    high = min(known.box[3], word.box[3]) - max(known.box[1], word.box[1])
    return wide > 0 and high > 0.3 * (word.box[3] - word.box[1])


def _unread_ink(grey: Image.Image, words: list[Word]) -> Image.Image:
    """A smaller copy, white where something is printed, without frames and without what was read."""
    small = grey.copy()
    small.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    ink = small.point(lambda level: 255 if level < _DARK else 0)
    ink = ImageChops.subtract(ink, ImageChops.lighter(*(_frames(ink, way) for way in (strokes.ACROSS, strokes.DOWN))))
    brush, (width, height) = ImageDraw.Draw(ink), ink.size
    for word in (word for word in words if word.confidence >= _GUESSED):
        edge = 0.25 * (word.box[3] - word.box[1]) * height
        x0, y0, x1, y1 = word.box
        brush.rectangle((x0 * width - edge, y0 * height - edge, x1 * width + edge, y1 * height + edge), fill=0)
    return ink


def _frames(ink: Image.Image, way: tuple[int, int]) -> Image.Image:
    """Only what goes on in one direction for a long way: the lines of frames and tables, a little widened."""
    return strokes.only(ink, way, max(ink.size) // 24).filter(ImageFilter.MaxFilter(3))


def _columns(ink: Image.Image) -> Iterator[bytes]:
    """How much of each row is ink, in each part of the width."""
    wide = ink.width // _COLUMNS
    for left in range(0, wide * _COLUMNS, wide):
        column = ink.crop((left, 0, left + wide, ink.height))
        yield column.resize((1, ink.height), Image.Resampling.BOX).tobytes()


def _runs(rows: bytes, usual: float) -> Iterator[tuple[int, int]]:
    """Rows with ink, one below the other, that are as high as a line and as dark."""
    start = None
    for place, share in enumerate((*rows, 0)):
        if share > 4 and start is None:
            start = place
        elif share <= 4 and start is not None:
            if _LOW * usual <= place - start <= _HIGH * usual and max(rows[start:place]) >= _LEAST * 255:
                yield start, place
            start = None
