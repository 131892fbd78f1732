"""From a picture of a page to its words: which way is up, which page mode, is a second try worth it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from PIL import Image

from app.reader import bands, barcodes, ocr, overlooked, rereading, ruling, straighten
from app.reader.contents import Box, Word
from app.reader.job import Job
from app.reader.rereading import Strip

_SURE = 0.7
_ENOUGH = 8
"""With so many surely read words the picture stands the right way up."""
_PLENTY = 30
"""With so many, a second page mode finds nothing new."""
_AMOUNT = re.compile(r"\D?\d[\d.,]*[.,]\d\d\D?")
_CLEAR = 0.88
"""From this mean confidence of all words on, grids do not disturb."""
_NARROW = 1.6
"""Till receipts are at least so much higher than wide; A4 is 1.41."""
_LETTERS = 26
"""Pixels: the height at which Tesseract reads letters best."""
_MAX_GROWTH = 3.0
_SMALL = 2000
"""Pixels of the long side: an A4 page of less than 170 dpi."""


@dataclass(slots=True)
class Legible:
    """An upright picture with its words; `look` and `passes` as in `Page`."""

    picture: Image.Image
    words: list[Word] = field(default_factory=list)
    look: str = "page"
    passes: list[list[Word]] = field(default_factory=list)
    guessed: int = 0
    """By how many degrees it was turned although Tesseract could not tell."""
    is_unruled: bool = False
    """Whether its grids are wiped out."""
    _made: dict[str, Image.Image] = field(default_factory=dict)
    """Greys made of `_made_of`, the picture and its look, by what was done to them."""
    _made_of: tuple[Image.Image, str] | None = None

    def turn(self, degrees: int) -> None:
        """Turn the picture clockwise by quarter turns; words read before are void."""
        if degrees:
            self.picture, self.words = straighten.turned(self.picture, degrees), []

    def sure(self, words: list[Word] | None = None) -> int:
        """How many of these words, or of its own, are surely words.

        Upside down, Tesseract reads digits and short scraps, but few of these; on its side, they are higher than wide.
        """
        shape = self.picture.height / self.picture.width
        known = self.words if words is None else words
        return sum(word.confidence > _SURE and _is_word(word.text) and _lies(word.box, shape) for word in known)

    def grey(self) -> Image.Image:
        """The level picture as Tesseract gets it: as `even`, without leading dots, or grids. Not to be drawn on."""
        grey = self._once("led", lambda: ruling.without_leaders(self.even()))
        return self._once("unruled", lambda: ruling.without_grids(grey)) if self.is_unruled else grey

    def even(self) -> Image.Image:
        """The picture in grey without barcodes, bands lifted, shadows taken out, which what a program drew has not."""
        return self._once("even", self._evened)

    def _evened(self) -> Image.Image:
        grey = bands.lifted(self.picture.convert("L"))
        return barcodes.without(grey if self.look == "picture" else straighten.even(grey))

    def _once(self, name: str, make: Callable[[], Image.Image]) -> Image.Image:
        """What was made of the same picture before, if it was."""
        if self._made_of is None or self._made_of[0] is not self.picture or self._made_of[1] != self.look:
            self._made, self._made_of = {}, (self.picture, self.look)
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def keep(self, words: list[Word]) -> None:
        """Take `words` as a further opinion; the one with more sure words comes first."""
        first, second = (words, self.words) if self.sure(words) > self.sure() else (self.words, words)
        self.words = first
        self.passes.append(second)


def legible(picture: Image.Image, job: Job, dpi: int) -> Legible:
    """Straighten `picture` (RGB) and read it; what time does not allow is left out."""
    found = Legible(picture)
    try:
        _read(found, job, dpi)
    except ocr.OutOfTime:
        if not found.words:
            raise
    return found


def upright(picture: Image.Image, job: Job) -> Image.Image:
    """The picture (RGB) straightened as for reading, but not read: up is where Tesseract says, if it can tell."""
    found = Legible(picture)
    with suppress(ocr.OutOfTime):
        _straighten(found, job)
        found.turn(ocr.turn(found.grey(), job) or 0)
    return found.picture


def _is_word(text: str) -> bool:
    return len(text) > 3 and text.strip(".,:;").isalpha()


def _lies(box: Box, shape: float) -> bool:
    return box[2] - box[0] > (box[3] - box[1]) * shape


def _read(found: Legible, job: Job, dpi: int) -> None:
    if not _straighten(found, job):
        return
    found.words = _first_pass(found, job, dpi)
    if found.sure() < _ENOUGH:
        _stand_up(found, job, dpi)
    _look_closer(found, job, dpi)


def _straighten(found: Legible, job: Job) -> bool:
    """Lay the lines of the picture level, upside down or not; False where it is blank."""
    grey = found.picture.convert("L")
    if len(set(grey.getextrema())) == 1:
        return False
    found.look = _look(grey)
    if straighten.lies_on_its_side(found.even()):
        said = ocr.turn(found.grey(), job)
        found.guessed = 0 if said else 90
        found.turn(said or 90)
    if found.look != "picture":
        found.picture = straighten.level(found.picture, straighten.tilt(found.picture.convert("L")))
    return True


def _first_pass(found: Legible, job: Job, dpi: int) -> list[Word]:
    """The page mode that suits the look; a small clean picture twice as large, or hyphens drown."""
    if found.look == "picture":
        return _pass(found, job, ocr.LAYOUT, dpi, 2.0 if max(found.picture.size) < _SMALL else 1.0)
    return _pass(found, job, ocr.COLUMN if found.look == "receipt" else ocr.LAYOUT, dpi)


def _look(grey: Image.Image) -> str:
    """`picture`, `receipt` or `page`: what it is decides how it is read."""
    if straighten.is_clean(grey):
        return "picture"
    long, short = max(grey.size), min(grey.size)
    return "receipt" if long > short * _NARROW else "page"


def _stand_up(found: Legible, job: Job, dpi: int) -> None:
    """Try the picture the other ways it may stand until it reads well; keep what reads best."""
    before = found.picture
    for degrees in _other_ways(found, job):
        other = Legible(before, look=found.look)
        other.turn(degrees)
        other.words = _first_pass(other, job, dpi)
        if other.sure() > found.sure():
            found.picture, found.words = other.picture, other.words
        if found.sure() >= _ENOUGH:
            return


def _other_ways(found: Legible, job: Job) -> list[int]:
    """Degrees by which to turn it: back, where it was turned by a guess; as Tesseract says; else upside down."""
    said = ocr.turn(found.grey(), job)
    ways = [360 - found.guessed] if found.guessed else []
    return ways if said == 0 else [*ways, 180 if said is None else said]


def _look_closer(found: Legible, job: Job, dpi: int) -> None:
    """A second opinion where the first is not enough: another page mode, letters of a better size."""
    if found.look == "receipt" or (found.look == "page" and found.sure() < _PLENTY):
        found.keep(_pass(found, job, ocr.BLOCK, dpi, _growth(found)))
        _read_again(found, job, dpi)
    elif found.look == "page":
        _read_unruled(found, job, dpi)
        _read_overlooked(found, job, dpi)


def _read_again(found: Legible, job: Job, dpi: int) -> None:
    """A third opinion where the two differ about an amount or a date: those lines alone, larger still."""
    strips = rereading.doubtful(found.words, found.passes[0])
    if strips and found.words:
        words = _read_strips(found, strips, job, mode=ocr.BLOCK, dpi=dpi)
        found.passes.append(rereading.outside(found.words, strips) + words)


def _read_unruled(found: Legible, job: Job, dpi: int) -> None:
    """Once more without grids where they may be why so little is sure: single digits in narrow columns need them."""
    if not found.words or statistics.mean(word.confidence for word in found.words) >= _CLEAR:
        return
    ruled = found.grey()
    other = replace(found, is_unruled=True)
    if other.grey() is ruled:
        return
    other.words = _pass(other, job, ocr.LAYOUT, dpi)
    if other.sure() + _amounts(other.words) > found.sure() + _amounts(found.words):
        found.words, found.is_unruled = other.words, True


def _amounts(words: list[Word]) -> int:
    """How many of them are surely amounts: what tables have between their rules."""
    return sum(word.confidence > _SURE and _AMOUNT.fullmatch(word.text) is not None for word in words)


def _read_overlooked(found: Legible, job: Job, dpi: int) -> None:
    """The lines in which something is printed and no word was found, alone and larger."""
    if strips := overlooked.strips(found.grey(), found.words):
        read = _read_strips(found, strips, job, mode=ocr.SPARSE, dpi=dpi)
        found.words = overlooked.joined(found.words, read)


def _read_strips(found: Legible, strips: list[Strip], job: Job, *, mode: int, dpi: int) -> list[Word]:
    """The words of these lines of the picture alone."""
    grey = found.grey()
    sheet, placed, growth = rereading.sheet_of(grey, strips, found.words)
    read = ocr.words(sheet, job, mode, round(dpi * growth))
    return rereading.put_back(read, sheet, placed, grey.height * growth)


def _pass(found: Legible, job: Job, mode: int, dpi: int, growth: float = 1.0) -> list[Word]:
    grey = found.grey()
    if growth > 1.0:
        size = (round(grey.width * growth), round(grey.height * growth))
        grey, dpi = grey.resize(size, Image.Resampling.BICUBIC), round(dpi * growth)
    return ocr.words(grey, job, mode, dpi)


def _growth(found: Legible) -> float:
    """How much larger the letters should be."""
    heights = [(word.box[3] - word.box[1]) * found.picture.height for word in found.words]
    if len(heights) < 4:
        return 2.0 if max(found.picture.size) < 1500 else 1.0
    return min(_MAX_GROWTH, max(1.0, _LETTERS / max(1.0, statistics.median(heights))))
