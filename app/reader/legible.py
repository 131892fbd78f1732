"""From a picture of a page to its words: which way is up, which page mode, is a second try worth it."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from app.reader import ocr, straighten
from app.reader.contents import Word
from app.reader.job import Job

_GOOD = 0.6
_ENOUGH = 12
"""So many sure words of three letters or more, and the picture stands the right way up."""


@dataclass(slots=True)
class Legible:
    """An upright picture with its words; `look` and `passes` as in `Page`."""

    picture: Image.Image
    words: list[Word] = field(default_factory=list)
    look: str = "page"
    passes: list[list[Word]] = field(default_factory=list)


def legible(picture: Image.Image, job: Job, dpi: int) -> Legible:
    """Straighten `picture` (RGB) and read it; what time does not allow is left out."""
    found = Legible(picture)
    try:
        _read(found, job, dpi)
    except ocr.OutOfTime:
        if not found.words:
            raise
    return found


def _read(found: Legible, job: Job, dpi: int) -> None:
    """First try; turned where the first try gives little; second page mode where it still does."""
    grey = found.picture.convert("L")
    darkest, brightest = grey.getextrema()
    if darkest == brightest:
        return  # a blank page
    clean = straighten.is_clean(grey)
    found.look = "picture" if clean else "page"
    if not clean:
        grey = _levelled(found, grey)
    mode = ocr.COLUMNS
    found.words = ocr.words(_ready(grey, clean), job, mode, dpi)
    if _sure(found.words) < _ENOUGH:
        grey = _upright(found, grey, clean, job, dpi)
    if _sure(found.words) < _ENOUGH * 3 or not clean:
        _second_opinion(found, grey, clean, job, dpi)


def _levelled(found: Legible, grey: Image.Image) -> Image.Image:
    angle = straighten.tilt(grey)
    if angle:
        found.picture = straighten.level(found.picture, angle)
        grey = found.picture.convert("L")
    return grey


def _upright(found: Legible, grey: Image.Image, clean: bool, job: Job, dpi: int) -> Image.Image:
    """Turn the picture the way that reads best: what Tesseract says, else each way tried in turn."""
    said = ocr.turn(_ready(grey, clean), job)
    for degrees in [said] if said else [90, 180, 270]:
        other = straighten.turned(grey, degrees)
        words = ocr.words(_ready(other, clean), job, ocr.COLUMNS, dpi)
        if _sure(words) > max(_sure(found.words), 3):
            picture = straighten.turned(found.picture, degrees)
            found.picture, found.words, grey = picture, words, other
    return grey


def _second_opinion(found: Legible, grey: Image.Image, clean: bool, job: Job, dpi: int) -> None:
    words = ocr.words(_ready(grey, clean), job, ocr.BLOCK, dpi)
    first, second = sorted((found.words, words), key=_sure, reverse=True)
    found.words, found.passes = first, [second]


def _ready(grey: Image.Image, clean: bool) -> Image.Image:
    return grey if clean else straighten.even(grey)


def _sure(words: list[Word]) -> int:
    """How many words are surely words."""
    return sum(1 for word in words if word.confidence > _GOOD and sum(map(str.isalnum, word.text)) >= 3)
