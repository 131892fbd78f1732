"""Tesseract: words and where they stand in an upright picture."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import pytesseract
from PIL import Image
from pytesseract import Output
from pytesseract import pytesseract as engine

from app.reader import confine
from app.reader.contents import Unreadable, Word
from app.reader.job import Job

LAYOUT, COLUMN, BLOCK, SPARSE = 3, 4, 6, 11
"""Page modes: find the layout; one column of letters of several sizes; one block of text; words wherever they are."""


class OutOfTime(Exception):
    """Tesseract did not answer in the time the page has."""


def prepare() -> None:
    """Make every Tesseract die with this process, so that none is left when it is killed."""
    plain = engine.subprocess_args
    engine.subprocess_args = lambda *given: plain(*given) | {"preexec_fn": confine.die_with_parent}


def check_languages(job: Job) -> None:
    """Raise where Tesseract or one of the languages is missing."""
    with _within(job):
        try:
            known = set(pytesseract.get_languages())
        except (pytesseract.TesseractNotFoundError, OSError) as error:
            raise Unreadable("no_tesseract") from error
    if missing := sorted(set(job.languages.split("+")) - known):
        raise Unreadable("language_missing", ", ".join(missing))


def words(picture: Image.Image, job: Job, mode: int, dpi: int) -> list[Word]:
    """The words of a grey, upright picture; raises `OutOfTime`, or `Unreadable` where Tesseract fails."""
    picture.format = "PPM"  # written and read faster than PNG
    with _within(job):
        try:
            table = pytesseract.image_to_data(
                picture,
                lang=job.languages,
                config=f"--psm {mode} --dpi {dpi}",
                timeout=max(0.1, job.seconds_left),
                output_type=Output.DICT,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise Unreadable("no_tesseract") from error
        except pytesseract.TesseractError as error:
            raise Unreadable("ocr_failed", str(error.message)[:200]) from error
        except RuntimeError as error:  # how pytesseract says that it timed out
            raise OutOfTime from error
        except (OSError, ValueError, KeyError) as error:  # it ended well, but left no table or a broken one
            raise Unreadable("ocr_failed", type(error).__name__) from error
    return list(_words(table, picture.size))


def turn(picture: Image.Image, job: Job) -> int | None:
    """By how many degrees clockwise to turn the picture to stand upright; None where Tesseract can't tell."""
    picture.format = "PPM"
    with _within(job):
        try:
            found = pytesseract.image_to_osd(
                picture,
                config="--psm 0 -c min_characters_to_try=20",
                timeout=max(0.1, job.seconds_left),
                output_type=Output.DICT,
            )
        except (pytesseract.TesseractError, RuntimeError, OSError):
            return None
    return found["rotate"] if found["orientation_conf"] > 1 else None


def _words(table: dict, size: tuple[int, int]) -> Iterator[Word]:
    width, height = size
    for place, text in enumerate(table["text"]):
        if table["level"][place] != 5 or not text.strip():
            continue
        x, y = table["left"][place], table["top"][place]
        box = (x / width, y / height, (x + table["width"][place]) / width, (y + table["height"][place]) / height)
        line = table["par_num"][place] * 1000 + table["line_num"][place]
        yield Word(text.strip(), box, table["block_num"][place], line, max(0.0, float(table["conf"][place])) / 100)


@contextlib.contextmanager
def _within(job: Job) -> Iterator[None]:
    """Raise `OutOfTime` when the page's time is over: some of pytesseract's calls wait for ever."""

    def ring(_number: int, _frame: object) -> None:
        raise OutOfTime

    if job.seconds_left <= 0:
        raise OutOfTime
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, job.seconds_left)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
