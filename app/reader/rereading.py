"""Lines in which two passes read other digits, cut out of the picture and put together to be read once more."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from statistics import median

from PIL import Image

from app.reader.contents import Word

_LETTERS = 38
"""Pixels: larger than in any pass before, so that this one errs elsewhere."""
_MOST_GROWTH = 4.0
_MOST = 12
"""Lines that are read again: more are a bad picture, not a doubt."""
_TELLING = re.compile(r"\d\s?[.,:/-]\s?[\dSOo]")
"""What an amount or a date has inside."""


@dataclass(frozen=True)
class Strip:
    """A line across the picture, from top to bottom in fractions of it; `at` is where it was put on the sheet."""

    top: float
    bottom: float
    at: int = 0


def doubtful(first: list[Word], second: list[Word]) -> list[Strip]:
    """The lines in which one pass has an amount or a date that the other reads otherwise, or not at all."""
    words = [word for one, other in ((first, second), (second, first)) for word in one if _is_doubted(word, other)]
    strips: list[Strip] = []
    for word in sorted(words, key=lambda word: word.box[1]):
        high = word.box[3] - word.box[1]
        strip = Strip(max(0.0, word.box[1] - 0.35 * high), min(1.0, word.box[3] + 0.35 * high))
        if strips and strip.top < strips[-1].bottom - 0.5 * high:
            strips[-1] = Strip(strips[-1].top, max(strips[-1].bottom, strip.bottom))
        else:
            strips.append(strip)
    return strips[-_MOST:]


def _is_doubted(word: Word, others: list[Word]) -> bool:
    if not _TELLING.search(word.text):
        return False
    digits = re.sub(r"\D", "", word.text)
    same = "".join(other.text for other in others if _overlap(word, other))
    return digits not in re.sub(r"\D", "", same)


def _overlap(word: Word, other: Word) -> bool:
    """Whether two words stand at the same place, give or take a letter."""
    one, two = word.box, other.box
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return wide > 0 and high > 0.4 * min(one[3] - one[1], two[3] - two[1])


def sheet_of(grey: Image.Image, strips: list[Strip], words: list[Word]) -> tuple[Image.Image, list[Strip], float]:
    """The strips enlarged, one below the other on one sheet; where each was put; by how much it grew."""
    usual = median((word.box[3] - word.box[1]) * grey.height for word in words)
    growth = min(_MOST_GROWTH, max(1.0, _LETTERS / max(1.0, usual)))
    gap, at, placed = _LETTERS // 2, 0, []
    for strip in strips:
        placed.append(replace(strip, at=at + gap))
        at += gap + round((strip.bottom - strip.top) * grey.height * growth)
    sheet = Image.new("L", (round(grey.width * growth), at + gap), 255)
    for strip in placed:
        cut = grey.crop((0, round(strip.top * grey.height), grey.width, round(strip.bottom * grey.height)))
        sheet.paste(cut.resize((sheet.width, round(cut.height * growth)), Image.Resampling.BICUBIC), (0, strip.at))
    return sheet, placed, growth


def put_back(read: list[Word], sheet: Image.Image, strips: list[Strip], high: float) -> list[Word]:
    """What was read on the sheet, where it stands in the picture; `high` is the enlarged picture's height."""
    words = []
    for word in read:
        middle = (word.box[1] + word.box[3]) / 2 * sheet.height
        strip = max((strip for strip in strips if strip.at <= middle), key=lambda strip: strip.at, default=strips[0])
        top, bottom = (strip.top + (edge * sheet.height - strip.at) / high for edge in (word.box[1], word.box[3]))
        words.append(replace(word, box=(word.box[0], max(0.0, top), word.box[2], min(1.0, bottom))))
    return words


def outside(words: list[Word], strips: list[Strip]) -> list[Word]:
    """The words that stand in none of the strips."""
    middles = [(word, (word.box[1] + word.box[3]) / 2) for word in words]
    return [word for word, middle in middles if not any(strip.top <= middle <= strip.bottom for strip in strips)]
